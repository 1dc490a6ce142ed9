//! Default encryption and replication: what is under KMS is copied only by a rule that says so.

use super::checks::{error, is_known, names};
use super::rule::Rule;
use super::table::{ALGORITHM, REPLICATION};
use super::{ALGORITHM_FACT, FOREIGN_WITHOUT_KMS, fact_number, fact_text};
use crate::kinds::Concern;
use crate::model::{Change, Code, Effect, Live, Reading, Value, Wanted, path};
use std::collections::BTreeMap;

/// What of a rule says that objects under KMS are copied too.
pub(super) const SELECTS: &str = "source_selection_criteria.sse_kms_encrypted_objects.status";

/// What mends a rule that leaves objects under KMS out.
const REMEDY: &str = "add `source_selection_criteria { sse_kms_encrypted_objects { status = \"Enabled\" } }` to the rule and `encryption_configuration { replica_kms_key_id = … }` to its destination";

/// Whether an algorithm is one of KMS.
fn is_kms(algorithm: &str) -> bool {
    algorithm.starts_with("aws:kms")
}

/// Whether the bucket will encrypt new objects with KMS by default: as declared, else as it is. No where that is not known.
pub(super) fn is_default(live: &Live, wanted: &BTreeMap<String, Wanted>) -> bool {
    let declared = wanted.get(ALGORITHM).and_then(|wanted| wanted.value.as_str());
    declared.or_else(|| fact_text(live, ALGORITHM_FACT)).is_some_and(is_kms)
}

/// Whether a rule copies something, but nothing that is under KMS.
pub(super) fn leaves_out(rule: &Rule) -> bool {
    rule.is_on() && !rule.enables(SELECTS)
}

/// The declared rules that surely leave objects under KMS out.
fn without(wanted: &BTreeMap<String, Wanted>) -> impl Iterator<Item = String> {
    let rules = names(wanted, REPLICATION).into_iter().map(|name| path::keyed(REPLICATION, &name));
    rules.filter(|at| {
        let known = ["status", SELECTS].iter().all(|rest| is_known(wanted, &path::child(at, rest)));
        known && leaves_out(&Rule::wanted(at, wanted))
    })
}

/// Rules that copy nothing of what the same block has encrypted. It is a warning: what a request encrypts with AES256 is copied.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    let Some(algorithm) = wanted.get(ALGORITHM).and_then(|wanted| wanted.value.as_str()).filter(|algorithm| is_kms(algorithm)) else {
        return;
    };
    for at in without(wanted) {
        let title = format!("new objects are encrypted with {algorithm}, and this rule leaves such out: it copies next to nothing");
        concerns.push(error(Code::ReplicationKms, &at, title).warning().and(ALGORITHM, "new objects are under KMS by this").help(REMEDY));
    }
}

/// What a change of the algorithm does to replication; `None` where it does nothing to it.
pub(super) fn effect(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    (!leaving_out(change, live, wanted).is_empty()).then_some(Effect::Weakens)
}

/// The same in a sentence.
pub(super) fn consequence(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<String> {
    let rules = leaving_out(change, live, wanted);
    (!rules.is_empty()).then(|| {
        let leave = if rules.len() == 1 && fact_number(live, FOREIGN_WITHOUT_KMS) < 2 { "leaves" } else { "leave" };
        format!(
            "new objects are under KMS from then on, and {} {leave} such out: they are no longer copied ({}); {REMEDY}",
            rules.join(" and "),
            Code::ReplicationKms
        )
    })
}

/// Which rules copy new objects now and no longer would after a change to KMS.
fn leaving_out(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Vec<String> {
    let was_kms = matches!(&change.before, Reading::Known(Value::String(before)) if is_kms(before));
    if change.setting != ALGORITHM || was_kms || !change.after.as_str().is_some_and(is_kms) {
        return Vec::new();
    }
    let foreign = match fact_number(live, FOREIGN_WITHOUT_KMS) {
        0 => None,
        1 => Some("1 replication rule of others".to_owned()),
        many => Some(format!("{many} replication rules of others")),
    };
    without(wanted).map(|at| format!("`{at}`")).chain(foreign).collect()
}

/// What a new rule does that leaves out all that the bucket encrypts by default.
pub(super) fn copies_nothing(objects: &str, to: &str) -> String {
    format!(
        "objects {objects} that are written from now on are not copied to {to}, unless a request asks for AES256: the bucket encrypts with KMS, and this rule leaves such out ({}); {REMEDY}",
        Code::ReplicationKms
    )
}

/// The own rules that are live and copy nothing of what the bucket encrypts.
pub(super) fn notes(live: &Live) -> Vec<(Code, String)> {
    if !is_default(live, &BTreeMap::new()) {
        return Vec::new();
    }
    let is_rule = |path: &&String| path::generic(path) == REPLICATION && path.ends_with(']');
    let rules = live.settings.keys().filter(is_rule).filter(|at| leaves_out(&Rule::live(at, live)));
    let told = |at: &String| {
        let text = format!("the bucket encrypts new objects with KMS, and `{at}` leaves such out, so that it copies next to nothing");
        (Code::ReplicationKms, text)
    };
    rules.map(told).collect()
}
