//! The blocks that are no kind: `backstay`, `target`, `removed`; and the arguments that all `protect` blocks share.

use super::compounds;
use super::eval::{self, Scope};
use super::reader::{Located, Reader};
use super::version;
use crate::kinds;
use crate::model::{self, AssumeRole, BlockAddress, Code, Diagnostic, Mistake, Replicas, Target};
use crate::names::is_account_id;

/// The longest `workspace`.
const LONGEST_WORKSPACE: usize = 40;

/// Reads `backstay { … }`: the workspace, after the required version was checked.
pub(super) fn backstay(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let mut reader = Reader::new(located, scope, "`backstay`", problems);
    if let Some((constraint, span)) = reader.text("required_version") {
        let running = env!("CARGO_PKG_VERSION");
        match version::allows(&constraint, running) {
            Ok(true) => {}
            Ok(false) => {
                let title = format!("this policy needs backstay `{constraint}`, and this is {running}");
                reader.problem(
                    Diagnostic::error(Code::Version, title).at(span).help("install a version that fits, or change `required_version`"),
                );
            }
            Err(reason) => {
                let problem = Diagnostic::error(Code::OutOfRange, format!("`required_version` is no version constraint: {reason}"));
                reader.problem(problem.at(span).help("write for example `>= 0.1, < 2.0`"));
            }
        }
    }
    let workspace = reader.text("workspace");
    let mut name = None;
    if let Some((text, span)) = workspace {
        let fits = !text.is_empty()
            && text.len() <= LONGEST_WORKSPACE
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if fits {
            name = Some(text);
        } else {
            let title = format!("`workspace` must be 1 to {LONGEST_WORKSPACE} of a-z, 0-9 and `-`, found `{text}`");
            reader.problem(Diagnostic::error(Code::OutOfRange, title).at(span).help("it becomes part of tags and names in AWS"));
        }
    }
    reader.finish(|_| None);
    name
}

/// Reads one `target`.
pub(super) fn target(name: String, located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Target {
    let mut reader = Reader::new(located, scope, format!("target `{name}`"), problems);
    let _ = reader.expression("for_each");
    let region = reader.text("region");
    if let Some((region, span)) = &region
        && !is_region(region)
    {
        let title = format!("`{region}` is not the name of a region");
        reader.problem(Diagnostic::error(Code::OutOfRange, title).at(span.clone()).help("a region is written like `us-east-1`"));
    }
    let account_id = account_id(&mut reader);
    let profile = reader.text("profile").map(|(text, _)| text);
    let role = reader.block("assume_role");
    reader.finish(|_| None);
    let assume_role = role.and_then(|located| assume_role(located, scope, problems));
    Target { name, region: region.map(|(text, _)| text), account_id, assume_role, profile }
}

/// What is wrong with what should be an account id.
pub(super) fn not_an_account(given: &str, argument: &str) -> Diagnostic {
    let Mistake { message, help, .. } = model::not_an_account(given);
    Diagnostic::error(Code::OutOfRange, format!("`{argument}` {message}")).help_opt(help)
}

/// The guard of a target: the only account that its credentials may reach.
pub(super) fn account_id(reader: &mut Reader<'_, '_>) -> Option<String> {
    let (account, span) = reader.text("account_id")?;
    if !is_account_id(&account) {
        reader.problem(not_an_account(&account, "account_id").at(span));
    }
    Some(account)
}

/// Reads `assume_role { … }`.
pub(super) fn assume_role(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<AssumeRole> {
    let mut reader = Reader::new(located, scope, "`assume_role`", problems);
    let arn = reader.required_text("role_arn");
    let external_id = reader.text("external_id").map(|(text, _)| text);
    let session_name = reader.text("session_name").map(|(text, _)| text);
    if let Some((arn, span)) = &arn {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let fits = matches!(parts.as_slice(), ["arn", _, "iam", "", account, role] if is_account_id(account) && role.starts_with("role/"));
        if !fits {
            let problem = Diagnostic::error(Code::OutOfRange, format!("`{arn}` is not the ARN of a role"));
            reader.problem(problem.at(span.clone()).help("it is written like `arn:aws:iam::123456789012:role/backstay`"));
        }
    }
    reader.finish(|_| None);
    arn.map(|(role_arn, _)| AssumeRole { role_arn, external_id, session_name })
}

/// Whether a text has the form of a region's name: `us-east-1`, `us-gov-west-1`.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, rest)) => {
            rest.len() >= 2 && rest.iter().all(letters) && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
        }
        None => false,
    }
}

/// Reads one `removed { from = aws_dynamodb_table.sales }`.
pub(super) fn removed(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<BlockAddress> {
    let mut reader = Reader::new(located, scope, "`removed`", problems);
    let Some(expression) = reader.expression("from") else {
        reader.missing("from");
        reader.finish(|_| None);
        return None;
    };
    let span = reader.span(eval::range_of(expression));
    let found = eval::references(expression);
    let address = match found.first().map(|reference| reference.path.as_slice()) {
        Some([eval::Segment::Name(kind), eval::Segment::Name(name)])
            if found.len() == 1 && (kinds::find(kind).is_some() || compounds::find(kind).is_some()) =>
        {
            Some(BlockAddress::new(kind, name))
        }
        _ => {
            let problem = Diagnostic::error(Code::WrongType, "`from` must be the address of a block that was here");
            let example = kinds::all().map(|kind| kind.spec().name).min_by_key(|name| name.len()).unwrap_or("KIND");
            reader.problem(problem.at(span.clone()).help(format!("write it without quotes, like `from = {example}.sales`")));
            None
        }
    };
    let part = address.as_ref().and_then(|address| kinds::spec(&address.kind)).and_then(|spec| Some((spec, spec.parent?)));
    if let Some((spec, parent)) = part {
        let title = format!("a {} is let go with what it is a part of, and not by itself", spec.title);
        let help =
            format!("it carries no mark of its own; write `from = {}.NAME` to let all of that go", parent.kinds.join(".NAME` or `from = "));
        reader.problem(Diagnostic::error(Code::WrongType, title).at(span).help(help));
    }
    reader.finish(|_| None);
    address
}

/// Reads `replicas`: `"all"` or a list of regions.
pub(super) fn replicas(reader: &mut Reader<'_, '_>) -> Replicas {
    let Some((value, span)) = reader.value("replicas") else {
        return Replicas::All;
    };
    if value.as_str() == Some("all") {
        return Replicas::All;
    }
    let regions: Option<Vec<String>> = value
        .as_items()
        .map(|items| items.iter().filter_map(|item| item.as_str().filter(|text| is_region(text)).map(str::to_owned)).collect());
    match (regions, value.as_items()) {
        (Some(regions), Some(items)) if regions.len() == items.len() => Replicas::Only(regions.into_iter().collect()),
        _ => {
            let problem = Diagnostic::error(Code::WrongType, format!("`replicas` must be \"all\" or a list of regions, found `{value}`"));
            reader.problem(problem.at(span).help("write for example `replicas = [\"eu-west-1\"]`; `[]` means the table itself only"));
            Replicas::All
        }
    }
}
