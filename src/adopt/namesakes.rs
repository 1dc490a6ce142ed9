//! Several things of one name, which AWS keeps apart by ids. A block goes by its name, so that it can be about one of them only, and only where what
//! it says tells which.

use crate::kinds;
use crate::model::{Live, Snapshot};
use std::collections::BTreeMap;

/// Things whose names have their ids behind them, by kind, target, region and the name that they share with others.
#[derive(Debug, Default)]
pub(super) struct Namesakes<'a>(BTreeMap<(&'a str, &'a str, &'a str, &'a str), Vec<&'a Live>>);

impl<'a> Namesakes<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut found = Self::default();
        for live in &snapshot.resources {
            let Some(name) = shared_name(live) else { continue };
            found.0.entry((&live.id.kind, &live.id.target, &live.id.region, name)).or_default().push(live);
        }
        found
    }

    /// Why there is no block for a thing that has its name with others; none where a block of the name is about it.
    pub(super) fn reason(&self, live: &Live) -> Option<String> {
        let title = kinds::spec(&live.id.kind)?.title;
        let name = shared_name(live);
        let (kind, target, region) = (live.id.kind.as_str(), live.id.target.as_str(), live.id.region.as_str());
        let others = self.0.get(&(kind, target, region, name.unwrap_or(&live.id.name)))?;
        let own = live.id.name.rsplit('/').next().unwrap_or_default();
        let Some(name) = name else {
            // A mark tells it from all others.
            let is_twin = |other: &&&Live| live.mark.is_none() && other.mark.is_none() && other.settings == live.settings;
            let twin = others.iter().find(is_twin)?.fact(Live::ID)?;
            return Some(format!(
                "{twin} is a {title} named `{own}` that says the same, so that nothing tells which of them a block would mean: remove or rename one of them"
            ));
        };
        let name = name.rsplit('/').next().unwrap_or_default();
        Some(format!("there is another {title} `{name}`, and a block goes by its name: give one of them another name, and run this again"))
    }
}

/// The name of a thing without its id, where that stands behind it to tell it from others.
fn shared_name(live: &Live) -> Option<&str> {
    live.id.name.strip_suffix(')')?.strip_suffix(live.fact(Live::ID)?)?.strip_suffix(" (")
}
