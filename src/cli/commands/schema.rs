//! `backstay schema`: the reference of the kinds, from the same tables that check policies.

use crate::cli::Context;
use crate::cli::args::SchemaArgs;
use crate::cli::failure::{Exit, Failure};
use crate::kinds;
use crate::model::KindSpec;
use crate::view;

/// Prints one kind or all of them.
pub(super) fn run(context: &Context, args: &SchemaArgs) -> Result<Exit, Failure> {
    let all: Vec<&KindSpec> = kinds::all().map(crate::kinds::Kind::spec).collect();
    let chosen: Vec<&KindSpec> = match &args.kind {
        None => all.clone(),
        Some(name) => all.iter().copied().filter(|spec| spec.name == name).collect(),
    };
    if chosen.is_empty() {
        let names: Vec<&str> = all.iter().map(|spec| spec.name).collect();
        let wrong = args.kind.as_deref().unwrap_or_default();
        return Err(Failure::error(format!("there is no kind `{wrong}`")).help(format!("the kinds are {}", names.join(", "))));
    }
    let text = match (args.json, chosen.as_slice()) {
        (true, specs) => view::json::print(&view::schema::json(specs)),
        (false, [spec]) if args.kind.is_some() => view::schema::text(spec),
        (false, specs) => view::schema::list(specs),
    };
    context.ui.answer(&text)?;
    Ok(Exit::Done)
}
