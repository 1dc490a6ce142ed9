//! `backstay schema`: the reference of the kinds, from the same tables that check policies.

use crate::cli::Context;
use crate::cli::args::SchemaArgs;
use crate::cli::failure::{Exit, Failure};
use crate::kinds;
use crate::model::{CompoundSpec, KindSpec};
use crate::policy;
use crate::view;

/// Prints one kind or compound, or all of them.
pub(super) fn run(context: &Context, args: &SchemaArgs) -> Result<Exit, Failure> {
    let compounds: Vec<&CompoundSpec> = policy::compounds::specs().collect();
    if let Some(compound) = compounds.iter().find(|compound| args.kind.as_deref() == Some(compound.table.name)) {
        let text =
            if args.json { view::json::print(&view::schema::json(&[], &[compound])) } else { view::schema::compound::text(compound) };
        context.ui.answer(&text)?;
        return Ok(Exit::Done);
    }
    let all: Vec<&KindSpec> = kinds::all().map(crate::kinds::Kind::spec).collect();
    let chosen: Vec<&KindSpec> = match &args.kind {
        None => all.clone(),
        Some(name) => all.iter().copied().filter(|spec| spec.name == name).collect(),
    };
    if chosen.is_empty() {
        let names: Vec<&str> = all.iter().map(|spec| spec.name).chain(compounds.iter().map(|compound| compound.table.name)).collect();
        let wrong = args.kind.as_deref().unwrap_or_default();
        return Err(Failure::error(format!("there is no kind `{wrong}`")).help(format!("the kinds are {}", names.join(", "))));
    }
    let text = match (args.json, chosen.as_slice()) {
        (true, specs) => {
            let compounds = if args.kind.is_none() { compounds.as_slice() } else { &[] };
            view::json::print(&view::schema::json(specs, compounds))
        }
        (false, [spec]) if args.kind.is_some() => view::schema::text(spec),
        (false, specs) => view::schema::list(specs, &compounds),
    };
    context.ui.answer(&text)?;
    Ok(Exit::Done)
}
