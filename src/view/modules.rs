//! Compounds in Terraform's representation: each is a module, and what it is made of are the module's resources.

use crate::model::Action;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The values of a root module: its own resources, and those of each compound in a child module.
pub(super) fn values<'a>(resources: impl Iterator<Item = (&'a Action, Json)>) -> Json {
    let (own, compounds) = apart(resources.map(|(action, resource)| (action.compound(), resource)));
    let mut root = json!({ "resources": own });
    if !compounds.is_empty() {
        let modules = compounds.into_iter().map(|(address, resources)| json!({ "address": address, "resources": resources }));
        root["child_modules"] = modules.collect();
    }
    root
}

/// The configuration of a root module: its own resources, and a call of a module for each compound.
pub(super) fn configuration(resources: Vec<(Option<&str>, Json)>) -> Json {
    let (own, compounds) = apart(resources.into_iter());
    let mut root = json!({ "resources": own });
    if !compounds.is_empty() {
        let call = |(address, resources): (&str, Vec<Json>)| {
            let (source, _) = address.split_once('.').unwrap_or((address, ""));
            (address.to_owned(), json!({ "source": source, "module": { "resources": resources } }))
        };
        root["module_calls"] = Json::Object(compounds.into_iter().map(call).collect::<Map<_, _>>());
    }
    root
}

fn apart<'a>(resources: impl Iterator<Item = (Option<&'a str>, Json)>) -> (Vec<Json>, BTreeMap<&'a str, Vec<Json>>) {
    let (mut own, mut compounds): (Vec<Json>, BTreeMap<&str, Vec<Json>>) = Default::default();
    for (compound, resource) in resources {
        match compound {
            Some(compound) => compounds.entry(compound).or_default().push(resource),
            None => own.push(resource),
        }
    }
    (own, compounds)
}
