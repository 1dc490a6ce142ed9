//! Listings that several kinds read of: each is made once in one search, whichever of them asks first.

use crate::aws::{CallFailed, Connection};
use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// A listing, or why there is none.
type Listed = Result<Arc<dyn Any + Send + Sync>, CallFailed>;

/// What a listing is known by: the target, what is listed, and its type.
type Key = (String, String, TypeId);

/// The listings of one search.
#[derive(Default)]
pub struct Listings(Mutex<BTreeMap<Key, Arc<OnceCell<Listed>>>>);

impl Listings {
    /// What `list` lists in a target; `what` tells one listing from another.
    ///
    /// # Errors
    ///
    /// The call failed for good: everybody who asks is told so.
    pub(super) async fn once<T: Any + Send + Sync>(
        &self,
        connection: &Connection,
        what: &str,
        list: impl Future<Output = Result<T, CallFailed>> + Send,
    ) -> Result<Arc<T>, CallFailed> {
        let key = (connection.target.name.clone(), what.to_owned(), TypeId::of::<T>());
        let cell = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let listed = cell.get_or_init(|| async { list.await.map(|listed| Arc::new(listed) as Arc<dyn Any + Send + Sync>) }).await;
        let listed = listed.clone()?.downcast::<T>();
        Ok(listed.expect("what is kept under a type is of that type"))
    }
}
