//! The reference of compounds.

use super::row;
use crate::model::{CompoundSpec, Fallback, Setting, Shape, Value};
use serde_json::{Value as Json, json};

/// The reference of one compound: each argument with its type, range, default, meaning and source.
pub fn text(spec: &CompoundSpec) -> String {
    let table = &spec.table;
    let mut out = format!("{}: {}\n\n  {}\n\n", table.name, table.title, table.doc);
    put!(out, "  Write `{} \"NAME\"`: it stands for things of several kinds, which backstay makes, changes and removes.\n", table.name);
    for note in spec.notes {
        put!(out, "  {note}\n");
    }
    for argument in table.settings {
        let need = if argument.required { "required where its block is written" } else { "optional" };
        put!(out, "\n  {}\n", argument.path);
        out.push_str(&row(6, "type", &format!("{}, {need}", argument.shape.describe())));
        if !matches!(argument.shape, Shape::Block(_)) && !argument.required {
            out.push_str(&row(6, "default", &default(argument)));
        }
        out.push_str(&row(6, "meaning", argument.doc));
        out.push_str(&row(6, "source", argument.source));
    }
    if !spec.outputs.is_empty() {
        out.push_str("\nWhat others can refer to\n");
        for (name, what) in spec.outputs {
            out.push_str(&row(2, name, what));
        }
        out.push_str(&row(2, "KIND.NAME", "what it is made of, by the addresses that plans show"));
    }
    out
}

fn default(argument: &Setting) -> String {
    match argument.aws_default {
        Fallback::Absent | Fallback::Kept | Fallback::Named { .. } => "none".to_owned(),
        other => Value::from(other).to_string(),
    }
}

/// The same for machines.
pub(super) fn json(spec: &CompoundSpec) -> Json {
    let argument = |argument: &Setting| {
        let mut json = super::setting(argument);
        if let Some(members) = json.as_object_mut() {
            let default = members.remove("aws_default").unwrap_or_default();
            members.insert("default".to_owned(), default);
            for of_kinds in ["effects", "normalisation", "only_while", "reads", "writes"] {
                members.remove(of_kinds);
            }
        }
        json
    };
    let outputs: Vec<Json> = spec.outputs.iter().map(|(name, doc)| json!({ "name": name, "doc": doc })).collect();
    json!({
        "name": spec.table.name,
        "title": spec.table.title,
        "doc": spec.table.doc,
        "arguments": spec.table.settings.iter().map(argument).collect::<Vec<_>>(),
        "outputs": outputs,
        "notes": spec.notes,
    })
}
