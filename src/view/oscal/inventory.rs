//! The things that an audit is about, where they are, and the tool that looked.

use super::ids::{Uuid, markup};
use super::{Page, prop};
use crate::model::{Covered, Examined};
use crate::view::escape::code;
use crate::view::words;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The things and the tool.
pub(super) struct Definitions<'a>(pub(super) &'a Page<'a>);

impl Serialize for Definitions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let page = self.0;
        let mut map = serializer.serialize_map(None)?;
        let nobodies = page.nobodies();
        if !nobodies.is_empty() {
            map.serialize_entry("components", &nobodies)?;
        }
        let items = page.items();
        if !items.is_empty() {
            map.serialize_entry("inventory-items", &items)?;
        }
        map.serialize_entry("assessment-assets", &assets())?;
        map.end()
    }
}

/// What an observation is about: the type of its subject, and its UUID.
pub(super) fn subject(thing: &Examined) -> (&'static str, Uuid) {
    let kind = if is_nobody(thing) { "component" } else { "inventory-item" };
    (kind, id(&thing.account, &thing.region, &thing.kind, &thing.name))
}

/// Whether it stands for things that nobody saw.
fn is_nobody(thing: &Examined) -> bool {
    thing.name == "*"
}

/// A thing has its UUID by what it is, in every audit.
fn id(account: &str, region: &str, kind: &str, name: &str) -> Uuid {
    Uuid::OURS.of(&["thing", account, region, kind, name])
}

fn assets() -> Json {
    let tool = Page::tool().to_string();
    json!({
        "components": [{
            "uuid": tool,
            "type": "software",
            "title": "backstay",
            "description": "Reads AWS and a policy, and says what protects each thing.",
            "props": [prop("version", env!("CARGO_PKG_VERSION"))],
            "status": { "state": "operational" },
        }],
        "assessment-platforms": [{
            "uuid": Uuid::OURS.of(&["platform", env!("CARGO_PKG_VERSION")]).to_string(),
            "title": "backstay",
            "uses-components": [{ "component-uuid": tool }],
        }],
    })
}

impl Page<'_> {
    /// What a thing is called.
    pub(super) fn named(&self, thing: &Examined) -> String {
        let title = markup(&words::kind_title(self.audit.specs, &thing.kind));
        let what = if is_nobody(thing) { format!("any {title}") } else { format!("{title} {}", code(&thing.name)) };
        format!("{what} ({}, account {})", markup(&thing.region), markup(&thing.account))
    }

    /// The things that were seen, by what they are.
    fn items(&self) -> Vec<Json> {
        let mut items: BTreeMap<(&str, &str, &str, &str), Json> = BTreeMap::new();
        for covered in &self.audit.coverage.resources {
            items.insert((&covered.account, &covered.region, &covered.kind, &covered.name), self.held(covered));
        }
        for thing in self.audit.findings.things.iter().filter(|thing| !is_nobody(thing)) {
            items.entry((&thing.account, &thing.region, &thing.kind, &thing.name)).or_insert_with(|| self.item(thing));
        }
        items.into_values().collect()
    }

    /// A thing that holds data.
    fn held(&self, covered: &Covered) -> Json {
        let mut item = self.item(&Examined::from(covered));
        if let Some(Json::Array(props)) = item.get_mut("props") {
            let verdict = serde_json::to_value(covered.verdict).unwrap_or_default();
            props.push(prop("protection", verdict.as_str().unwrap_or_default()));
        }
        item
    }

    fn item(&self, thing: &Examined) -> Json {
        let mut props = vec![
            prop("account", &thing.account),
            prop("region", &thing.region),
            prop("kind", &thing.kind),
            prop("name", &thing.name),
            prop("target", &thing.target),
        ];
        props.extend(thing.arn.as_ref().map(|arn| prop("arn", arn)));
        json!({ "uuid": subject(thing).1.to_string(), "description": self.named(thing), "props": props })
    }

    /// What stands for things that nobody could list.
    fn nobodies(&self) -> Vec<Json> {
        let mut seen = BTreeSet::new();
        let all = self.audit.findings.things.iter().filter(|thing| is_nobody(thing) && seen.insert(subject(thing).1));
        let one = |thing: &Examined| {
            json!({
                "uuid": subject(thing).1.to_string(),
                "type": "service",
                "title": self.named(thing),
                "description": "Things that could not be listed, or that audits do not look at.",
                "props": [prop("kind", &thing.kind), prop("target", &thing.target)],
                "status": { "state": "other", "remarks": "Nobody knows which there are." },
            })
        };
        all.map(one).collect()
    }
}
