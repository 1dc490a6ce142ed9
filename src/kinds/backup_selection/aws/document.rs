//! The selection as AWS takes and answers it, and as settings.

use super::super::{NAME, NOT_RESOURCES, OPERATORS, RESOURCES, ROLE, TAG};
use crate::kinds::Flat;
use crate::model::{Reading, Value, path};
use aws_sdk_backup::error::BuildError;
use aws_sdk_backup::types::{BackupSelection, Condition, ConditionParameter, ConditionType, Conditions};
use std::collections::BTreeMap;

/// What a selection reads as.
pub(super) fn settings(selection: &BackupSelection) -> BTreeMap<String, Reading> {
    let mut settings = BTreeMap::new();
    let mut known = |at: String, value: Value| drop(settings.insert(at, Reading::Known(value)));
    known(NAME.to_owned(), Value::from(selection.selection_name()));
    known(ROLE.to_owned(), Value::from(selection.iam_role_arn()));
    for (at, arns) in [(RESOURCES, selection.resources()), (NOT_RESOURCES, selection.not_resources())] {
        // AWS answers an empty list where nothing was sent.
        if !arns.is_empty() {
            known(at.to_owned(), Value::set(arns.iter().map(|arn| Value::from(arn.as_str()))));
        }
    }
    for tag in selection.list_of_tags() {
        let at = path::keyed(TAG, &format!("{}/{}", tag.condition_key(), tag.condition_value()));
        known(path::child(&at, "type"), Value::from(tag.condition_type().as_str().to_uppercase()));
        known(path::child(&at, "key"), Value::from(tag.condition_key()));
        known(path::child(&at, "value"), Value::from(tag.condition_value()));
        known(at, Value::Bool(true));
    }
    let [equals, like, not_equals, not_like] = OPERATORS;
    let conditions = selection.conditions();
    let of = |list: fn(&Conditions) -> &[ConditionParameter]| conditions.map(list).unwrap_or_default();
    for (operator, list) in [
        (equals, of(Conditions::string_equals)),
        (like, of(Conditions::string_like)),
        (not_equals, of(Conditions::string_not_equals)),
        (not_like, of(Conditions::string_not_like)),
    ] {
        for one in list {
            let (key, value) = (one.condition_key().unwrap_or_default(), one.condition_value().unwrap_or_default());
            let at = path::keyed(operator, &format!("{key}/{value}"));
            known(path::child(&at, "key"), Value::from(key));
            known(path::child(&at, "value"), Value::from(value));
            known(at, Value::Bool(true));
        }
    }
    settings
}

/// The selection that settings describe.
///
/// # Errors
///
/// A setting that AWS cannot do without is not there.
pub(super) fn input(flat: &Flat) -> Result<BackupSelection, BuildError> {
    let tags: Result<Vec<Condition>, BuildError> = flat.keys(TAG).iter().map(|key| tag(flat, key)).collect();
    let [equals, like, not_equals, not_like] = OPERATORS.map(|operator| parameters(flat, operator));
    let conditions = Conditions::builder()
        .set_string_equals(equals)
        .set_string_like(like)
        .set_string_not_equals(not_equals)
        .set_string_not_like(not_like)
        .build();
    let any = OPERATORS.iter().any(|operator| !flat.keys(operator).is_empty());
    BackupSelection::builder()
        .selection_name(flat.text(NAME).unwrap_or_default())
        .iam_role_arn(flat.text(ROLE).unwrap_or_default())
        .set_resources(flat.texts(RESOURCES))
        .set_not_resources(flat.texts(NOT_RESOURCES))
        .set_list_of_tags(Some(tags?).filter(|tags| !tags.is_empty()))
        .set_conditions(Some(conditions).filter(|_| any))
        .build()
}

fn tag(flat: &Flat, key: &str) -> Result<Condition, BuildError> {
    let at = path::keyed(TAG, key);
    Condition::builder()
        .condition_type(ConditionType::Stringequals)
        .condition_key(flat.text(&path::child(&at, "key")).unwrap_or_default())
        .condition_value(flat.text(&path::child(&at, "value")).unwrap_or_default())
        .build()
}

fn parameters(flat: &Flat, operator: &str) -> Option<Vec<ConditionParameter>> {
    let list: Vec<ConditionParameter> = flat
        .keys(operator)
        .iter()
        .map(|key| {
            let at = path::keyed(operator, key);
            ConditionParameter::builder()
                .set_condition_key(flat.text(&path::child(&at, "key")))
                .set_condition_value(flat.text(&path::child(&at, "value")))
                .build()
        })
        .collect();
    (!list.is_empty()).then_some(list)
}
