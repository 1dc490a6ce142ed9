//! The `organization` block: which accounts of an AWS organization a policy is about. They are listed when AWS is asked; until then the value
//! `organization.NAME.accounts` is not known, and a `target` that goes through it stands for one account that is none.

use super::eval::Scope;
use super::reader::{Located, Reader};
use super::statements;
use crate::model::{Account, AccountSelector, Accounts, Code, Diagnostic, NOBODY, Organization, Pattern, Target, Value};
use crate::names::is_account_id;
use std::collections::BTreeMap;

/// Reads one `organization`.
pub(super) fn organization(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Organization {
    let name = located.label(0).to_owned();
    let mut reader = Reader::new(located, scope, format!("organization `{name}`"), problems);
    let profile = reader.text("profile").map(|(text, _)| text);
    let account_id = statements::account_id(&mut reader);
    let role = reader.block("assume_role");
    let select = reader.block("select");
    let span = reader.header();
    reader.finish(|_| None);
    let assume_role = role.and_then(|located| statements::assume_role(located, scope, problems));
    let (select, except) = select.map(|located| selector(located, scope, problems)).unwrap_or_default();
    // The service is global; this is where its calls are signed for, and which partition it is in does not change that.
    let region = Some("us-east-1".to_owned());
    Organization { access: Target { name: name.clone(), region, account_id, assume_role, profile }, name, select, except, span }
}

fn selector(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> (AccountSelector, AccountSelector) {
    let mut reader = Reader::new(located, scope, "`select`", problems);
    let select = accounts(&mut reader);
    if select.is_empty() {
        let title = "`select` says neither `ids` nor `names` nor `units` nor `tags`";
        let header = reader.header();
        reader.problem(Diagnostic::error(Code::Missing, title).at(header).help("leave the block out to mean every account"));
    }
    let block = reader.block("except");
    reader.finish(|_| None);
    let except = block.map(|located| {
        let mut reader = Reader::new(located, scope, "`except`", problems);
        let except = accounts(&mut reader);
        reader.finish(|_| None);
        except
    });
    (select, except.unwrap_or_default())
}

fn accounts(reader: &mut Reader<'_, '_>) -> AccountSelector {
    let ids = reader.texts("ids").unwrap_or_default();
    for (id, span) in ids.iter().filter(|(id, _)| !is_account_id(id)) {
        reader.problem(statements::not_an_account(id, "ids").at(span.clone()));
    }
    let units = reader.texts("units").unwrap_or_default();
    for (unit, span) in units.iter().filter(|(unit, _)| !unit.starts_with("ou-") && !unit.starts_with("r-")) {
        let problem = Diagnostic::error(Code::OutOfRange, format!("`{unit}` is not the id of an organizational unit"));
        reader.problem(problem.at(span.clone()).help("it is written like `ou-prod-00000001`; a root is `r-…`"));
    }
    let names = reader.texts("names").unwrap_or_default().into_iter().map(|(text, span)| Pattern { text, span });
    AccountSelector {
        ids: ids.into_iter().map(|(id, _)| id).collect(),
        names: names.collect(),
        units: units.into_iter().map(|(text, span)| Pattern { text, span }).collect(),
        tags: reader.text_map("tags").unwrap_or_default(),
    }
}

/// What others can refer to: `accounts`, a map by account id, or not known.
pub(super) fn value(name: &str, known: &Accounts) -> Value {
    let accounts = known.get(name).map_or(Value::Unknown, |accounts| {
        Value::Map(accounts.iter().map(|account| (account.id.clone(), account_value(account))).collect())
    });
    Value::Map(BTreeMap::from([("accounts".to_owned(), accounts)]))
}

fn account_value(account: &Account) -> Value {
    let tags = account.tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
    Value::Map(BTreeMap::from([
        ("id".to_owned(), Value::from(account.id.as_str())),
        ("name".to_owned(), Value::from(account.name.as_str())),
        ("email".to_owned(), Value::from(account.email.as_str())),
        ("tags".to_owned(), Value::Map(tags)),
    ]))
}

/// `each` of a target that goes through accounts that are not known: its key and id have the form of an account's, the rest is not known.
pub(super) fn anybody() -> (Option<String>, Option<Value>) {
    let of = |key: &str, value: Value| (key.to_owned(), value);
    let unknown = ["name", "email", "tags"].map(|name| of(name, Value::Unknown));
    let value = Value::Map(unknown.into_iter().chain([of("id", Value::from(NOBODY))]).collect());
    (Some(NOBODY.to_owned()), Some(Value::Map(BTreeMap::from([of("key", Value::from(NOBODY)), of("value", value)]))))
}
