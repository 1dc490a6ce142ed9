//! The effects of a kind whose things backstay makes: finding, making, changing and removing them in AWS.

use super::listings::Listings;
use super::live::{ChangeFailed, ChangeRequest, Found};
use crate::aws::{Connection, Writing};
use crate::model::{Declared, Live, Mark, ResourceId, Value};
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};

/// The calls that find, make, change and remove the things of a kind.
pub trait WholeAws: Sync {
    /// Finds the things of these names and of these ARNs, whoever owns them, and reads every setting of each.
    ///
    /// A thing that is not there is left out. What could not be looked for, or read, is a gap.
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found>;

    /// Makes one thing with all its settings and its mark; returns what is now known of it beside its settings (its id).
    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>>;

    /// Makes one thing as wanted, waiting for it where AWS needs that.
    ///
    /// The thing is read again first, and only the request's changes are laid over what was found: a call that replaces everything must
    /// not undo what somebody else changed meanwhile.
    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>>;

    /// Removes one thing. One that is gone already is fine.
    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>>;
}

/// A thing as the tagging API shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// Its ARN.
    pub arn: String,
    /// All its tags.
    pub tags: BTreeMap<String, String>,
}

/// Which things to find.
pub struct FindRequest<'a> {
    /// Whose credentials.
    pub connection: &'a Connection,
    /// Whether all things of the kind are to be found in the target's region, whoever owns them; then no names are given, and `parents` are all
    /// things that these could be parts of.
    pub everything: bool,
    /// The owner whose things come first where several have one name.
    pub workspace: &'a str,
    /// The names that the policy declares, and those of `needed`.
    pub names: BTreeSet<String>,
    /// The names among them that only must be there for things of the policy: nobody asks whose these are, so that their tags need not be
    /// read, or may be unreadable.
    pub needed: BTreeSet<String>,
    /// The things of this kind that carry the workspace's mark, with all their tags. The tagging API lags: one that is here may be gone,
    /// and one that is not may be there, which the service's own listing of tags tells.
    pub marked: Vec<Tagged>,
    /// The things of the kind that these are parts of, as far as they are the workspace's.
    pub parents: Vec<&'a Live>,
    /// The other things of such kinds that reading came upon: somebody else's, of which nothing is to be asked that takes a call.
    pub others: Vec<&'a Live>,
    /// The names among things of other kinds whose ARNs are of one form with this one's, and which one listing shows together.
    pub beside: BTreeSet<String>,
    /// The listings of this search that several kinds read of.
    pub listings: &'a Listings,
    /// What the policy declares of each name.
    pub wanted: BTreeMap<String, BTreeMap<String, Value>>,
}

impl FindRequest<'_> {
    /// Whether a thing that a listing shows is to be read: it is declared, or marked.
    pub(super) fn is_listed(&self, name: &str, arn: &str) -> bool {
        self.everything || self.names.contains(name) || self.marked.iter().any(|thing| thing.arn == arn)
    }

    /// Whether a thing that was found is declared, or carries this workspace's mark by the service's own word.
    pub(super) fn is_sought(&self, live: &Live) -> bool {
        self.everything || self.names.contains(&live.id.name) || live.mark.as_ref().is_some_and(|mark| mark.workspace == self.workspace)
    }
}

/// One thing to make.
pub struct MakeRequest<'a> {
    /// Whose credentials.
    pub connection: &'a Writing,
    /// Which thing.
    pub id: &'a ResourceId,
    /// Every declared setting, by path.
    pub wanted: &'a BTreeMap<String, Declared>,
    /// What to mark it with.
    pub mark: &'a Mark,
    /// The id of what it is a part of.
    pub parent: Option<&'a str>,
    /// Told what is being waited for.
    pub waiting: &'a (dyn Fn(&str) + Sync),
}

impl MakeRequest<'_> {
    /// The declared value of a setting.
    pub fn wanted(&self, setting: &str) -> Option<&Value> {
        self.wanted.get(setting).map(|declared| &declared.value)
    }

    /// The declared tags together with the mark.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let declared = self.wanted("tags").and_then(Value::as_map).into_iter().flatten();
        let declared = declared.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        declared.chain(self.mark.tags().map(|(key, value)| (key.to_owned(), value.to_owned()))).collect()
    }
}

/// One thing to remove.
pub struct RemoveRequest<'a> {
    /// Whose credentials.
    pub connection: &'a Writing,
    /// Which thing.
    pub id: &'a ResourceId,
    /// What reading learned beside the settings: its id.
    pub facts: &'a BTreeMap<String, Value>,
    /// The id of what it is a part of.
    pub parent: Option<&'a str>,
    /// Told what is being waited for.
    pub waiting: &'a (dyn Fn(&str) + Sync),
}
