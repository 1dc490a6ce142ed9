//! `backstay explain`: the page of a code, or the reference of the language.

use crate::cli::Context;
use crate::cli::args::ExplainArgs;
use crate::cli::failure::{Exit, Failure};
use crate::model::Code;
use crate::policy;

/// Prints a page, or the list of all codes.
pub(super) fn run(context: &Context, args: &ExplainArgs) -> Result<Exit, Failure> {
    let text = match args.code.as_deref() {
        None => {
            let codes: String = Code::ALL.iter().map(|code| format!("{code}  {}\n", code.title())).collect();
            format!("{codes}language  the reference of the policy language\n")
        }
        Some("language") => policy::LANGUAGE.to_owned(),
        Some(name) => match Code::find(name) {
            Some(code) => format!("{code}: {}\n\n{}", code.title(), page(code)),
            None => return Err(Failure::error(format!("there is no code `{name}`")).help("`backstay explain` lists all codes")),
        },
    };
    context.ui.answer(&text)?;
    Ok(Exit::Done)
}

/// Doc comments start each line with a space.
fn page(code: Code) -> String {
    code.page().lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}
