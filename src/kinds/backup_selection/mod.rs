//! `aws_backup_selection`: which resources a backup plan is for, and with which role.
//!
//! AWS has no call that changes a selection: whatever differs, a new one is made beside the old one, and then the old one goes, so that no
//! run finds neither. A selection is a part of its plan and has no tags; it is found in the plan by its name.

#[cfg(feature = "aws")]
mod aws;
mod checks;
mod choice;
mod within;

use super::backup_choice::{Choice, NOT_RESOURCES, OPERATORS, RESOURCES, TAG};
use super::{Beside, Chooser, Circumstances, Concern, Flat, Kind, Need, Place, Protection, backup_types, outside};
use crate::model::{
    ArnForm, Change, Effect, Existence, Form, Key, KindSpec, Listed, Live, Loss, Mistake, NameForm, Ownership, Parent, Reading, Safer,
    Setting, Shape, Value, Wanted,
};
use std::collections::BTreeMap;
use wildmatch::WildMatchPattern;

const NAME: &str = "name";
const ROLE: &str = "iam_role_arn";

const READS: &[&str] = &["backup:ListBackupSelections", "backup:GetBackupSelection"];
const WRITES: &[&str] = &["backup:CreateBackupSelection", "backup:DeleteBackupSelection", "iam:PassRole"];

/// A row, with what all of them share.
const ROW: Setting = Setting { reads: READS, writes: WRITES, source: "AWS Backup API BackupSelection", fixed: true, ..Setting::PLAIN };

/// A comparison of a condition. Every one narrows the choice, as all must hold.
const fn condition(path: &'static str, doc: &'static str) -> Setting {
    Setting {
        path,
        shape: Shape::Block(Key::Arguments(&["key", "value"])),
        safer: Safer::WhenAway,
        doc,
        normalisation: "a set; none and an empty list are the same",
        when_safer: "what only this left out is backed up too",
        when_weaker: "what does not fulfil it is no longer backed up",
        ..ROW
    }
}

const fn condition_key(path: &'static str) -> Setting {
    Setting {
        path,
        shape: Shape::Text(Form { what: "`aws:ResourceTag/KEY`", check: resource_tag }),
        required: true,
        doc: "Which tag is compared, as `aws:ResourceTag/KEY`.",
        ..ROW
    }
}

const fn condition_value(path: &'static str) -> Setting {
    Setting { path, required: true, doc: "The value that it is compared with; upper and lower case differ.", ..ROW }
}

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_selection",
    title: "backup selection",
    doc: "Which resources a backup plan backs up: those of `resources`, and those with a tag of `selection_tag`, without those of `not_resources`, and of these only what fulfils every `condition`.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::Nothing,
    arn_prefix: "",
    parent: Some(Parent { kinds: &["aws_backup_plan"], argument: "plan_id", attributes: &["id"], is_only: false, why: "" }),
    name_form: NameForm { min: 1, max: 50, also: &['-', '_', '.'], source: "AWS Backup API BackupSelection" },
    computed: &["id"],
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "what it chooses is backed up from the plan's next run on",
        when_removed: "what only it chose is no longer backed up; what is there expires, and then nothing is left",
    }),
    settings: &[
        Setting { path: NAME, required: true, doc: "Its name, by which it is found in its plan.", ..ROW },
        Setting {
            path: ROLE,
            shape: Shape::Text(backup_types::ROLE),
            required: true,
            doc: "The role with which AWS Backup makes the backups. It must trust backup.amazonaws.com; for S3 it needs policies that the general one does not hold (AWSBackupServiceRolePolicyForS3Backup).",
            source: "AWS Backup API BackupSelection; Developer Guide, Managed policies",
            ..ROW
        },
        Setting {
            path: RESOURCES,
            shape: Shape::Texts { item: Form { what: "an ARN, which may end with `*`, or `*` alone", check: resource }, max: 500 },
            safer: Safer::WhenMore,
            doc: "The resources by ARN: up to 500, of which 30 may hold `*`. What is named with its ARN is backed up even where the account is not opted in to its type; what is chosen by pattern or tag is not.",
            normalisation: "a set; none and an empty list are the same",
            when_safer: "more is backed up, from the plan's next run on",
            when_weaker: "what goes out is no longer backed up; what is there of it expires",
            ..ROW
        },
        Setting {
            path: NOT_RESOURCES,
            shape: Shape::Texts { item: Form { what: "an ARN, which may end with `*`, or `*` alone", check: resource }, max: 500 },
            safer: Safer::WhenFewer,
            doc: "What is left out again, by ARN.",
            normalisation: "a set; none and an empty list are the same",
            when_safer: "what was left out is backed up",
            when_weaker: "more is left out",
            ..ROW
        },
        Setting {
            path: TAG,
            shape: Shape::Block(Key::Arguments(&["key", "value"])),
            safer: Safer::WhenThere,
            doc: "A tag that chooses: what has one of them is chosen, beside what `resources` names. Up to 30.",
            normalisation: "a set, without order",
            when_safer: "what has the tag is backed up",
            when_weaker: "what was chosen by this tag alone is no longer backed up",
            ..ROW
        },
        Setting {
            path: "selection_tag.type",
            shape: Shape::OneOf(&["STRINGEQUALS"]),
            required: true,
            doc: "The comparison, of which there is one.",
            normalisation: "in upper case",
            source: "AWS Backup API Condition",
            ..ROW
        },
        Setting { path: "selection_tag.key", required: true, doc: "The tag's key, as it is.", source: "AWS Backup API Condition", ..ROW },
        Setting {
            path: "selection_tag.value",
            required: true,
            doc: "The tag's value; upper and lower case differ.",
            source: "AWS Backup API Condition",
            ..ROW
        },
        condition("condition.string_equals", "Only what has this tag with this value."),
        condition_key("condition.string_equals.key"),
        condition_value("condition.string_equals.value"),
        condition("condition.string_like", "Only what has this tag with a value of this pattern, in which `*` is any text."),
        condition_key("condition.string_like.key"),
        condition_value("condition.string_like.value"),
        condition("condition.string_not_equals", "Only what does not have this tag with this value."),
        condition_key("condition.string_not_equals.key"),
        condition_value("condition.string_not_equals.value"),
        condition("condition.string_not_like", "Only what does not have this tag with a value of this pattern, in which `*` is any text."),
        condition_key("condition.string_not_like.key"),
        condition_value("condition.string_not_like.value"),
    ],
    inventory_actions: READS,
    outside_actions: outside::ROLES,
    evidence_actions: outside::PERMISSIONS,
    ..KindSpec::PLAIN
};

/// The kind.
pub struct BackupSelection;

impl Kind for BackupSelection {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        checks::check(wanted)
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let mut needs = checks::opt_ins(wanted, place);
        needs.extend(checks::named(wanted));
        needs.extend(checks::chosen(wanted, place.seen));
        let role = wanted.get(ROLE).and_then(|wanted| wanted.value.as_str());
        needs.extend(
            role.map(|role| {
                outside::role(ROLE, role, "backup.amazonaws.com", "AWS Backup refuses the selection, or backs up nothing of it")
            }),
        );
        needs
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        checks::elsewhere(wanted, circumstances.region, circumstances.account)
    }

    fn reach(&self, before: Option<&Flat>, after: Option<&Flat>, beside: Option<Beside<'_>>, seen: Option<&[Listed]>) -> Vec<String> {
        choice::reach(before, after, beside, seen)
    }

    fn stands_in(&self, one: &Flat, for_other: &Flat) -> bool {
        within::contains(one, for_other)
    }

    /// A pattern brings in what another pattern does, so that sets that share nothing can still be wider and narrower. It does not stand in for
    /// an ARN: what is named outright is backed up whatever is opted in to.
    fn effect(&self, change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        let Reading::Known(before) = &change.before else { return None };
        let (more, less) = match change.setting.as_str() {
            RESOURCES => (brings_in(&change.after, before), brings_in(before, &change.after)),
            NOT_RESOURCES => (covers(before, &change.after), covers(&change.after, before)),
            _ => return None,
        };
        Some(match (more, less) {
            (true, true) => Effect::Neutral,
            (true, false) => Effect::Strengthens,
            (false, _) => Effect::Weakens,
        })
    }

    fn consequence(&self, change: &Change, _live: &Live, _now: jiff::Timestamp) -> Option<String> {
        let Reading::Known(before) = &change.before else { return None };
        let is_hidden = change.setting == RESOURCES && change.effect == Effect::Weakens && covers(&change.after, before);
        let after = texts(&change.after);
        let gone: Vec<String> = texts(before).into_iter().filter(|text| !text.contains('*') && !after.contains(text)).collect();
        (is_hidden && !gone.is_empty()).then(|| {
            format!(
                "a pattern takes the place of {}: what is named outright is backed up always, what a pattern chooses only where its type is opted in to in the region; keep the ARN beside the pattern",
                gone.join(", ")
            )
        })
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Chooses(chooser))
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&Roles)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::SelectionCalls)
    }
}

/// Whether each ARN or pattern is within one of the others.
fn covers(wide: &Value, narrow: &Value) -> bool {
    let wide: Vec<Pattern> = texts(wide).iter().map(|text| Pattern::new(text)).collect();
    texts(narrow).iter().all(|text| wide.iter().any(|pattern| pattern.matches(text)))
}

/// Whether `wide` surely brings in all that `narrow` does: each pattern within another, and each ARN by its name.
fn brings_in(wide: &Value, narrow: &Value) -> bool {
    let named = texts(wide);
    covers(wide, narrow) && texts(narrow).iter().all(|text| text.contains('*') || named.contains(text))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_items().unwrap_or_default().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `*` is any text, and nothing else is special.
type Pattern = WildMatchPattern<'*', '\0'>;

/// Both documents of AWS agree on a `*` at the end and in place of a region or account; on others they contradict each other.
fn resource(text: &str) -> Result<String, Mistake> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, name] = parts.as_slice() else {
        return match text {
            "*" => Ok(text.to_owned()),
            // `arn:aws:rds:*` is every resource of the service.
            _ if text.starts_with("arn:") && text.ends_with(":*") => Ok(text.to_owned()),
            _ => Err(Mistake::new(format!("takes ARNs, found \"{text}\""))
                .help("write an ARN such as `arn:aws:dynamodb:us-east-1:123456789012:table/NAME`, or \"*\"")),
        };
    };
    let plain = |part: &str| !part.contains('*');
    let whole = |part: &str| plain(part) || part == "*";
    if *arn != "arn" || !plain(partition) || !plain(service) || !whole(region) || !whole(account) {
        let help = "`*` can stand for the region, for the account, and at the end";
        return Err(Mistake::new(format!("takes ARNs, found \"{text}\"")).help(help));
    }
    let before_the_end = name.strip_suffix('*').unwrap_or(name);
    // `db:*` of `arn:aws:rds:*:*:db:*` ends with it too.
    if plain(before_the_end) {
        return Ok(text.to_owned());
    }
    let help = "AWS's documents contradict each other on `*` elsewhere than at the end; choose by tag, or name the resources";
    Err(Mistake::new(format!("takes `*` at the end of an ARN only, found \"{text}\"")).help(help))
}

fn resource_tag(text: &str) -> Result<String, Mistake> {
    if text.strip_prefix("aws:ResourceTag/").is_some_and(|key| !key.is_empty()) {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(format!("must be `aws:ResourceTag/KEY`, found \"{text}\"")).help(format!("write \"aws:ResourceTag/{text}\"")))
}

/// What a selection chooses, and for which plan.
fn chooser(live: &Live) -> Chooser {
    let flat = Flat::of_readings(&live.settings);
    Chooser {
        name: flat.text(NAME).unwrap_or_else(|| live.id.name.clone()),
        plan: live.fact(Live::PARENT_ID).unwrap_or_default().to_owned(),
        role: flat.text(ROLE).unwrap_or_default(),
        choice: Choice::new(&flat),
    }
}

/// What the roles may do.
#[cfg(feature = "aws")]
struct Roles;

#[cfg(feature = "aws")]
impl super::ProofAws for Roles {
    fn prove<'a>(&'a self, request: super::ProofRequest<'a>) -> futures_util::future::BoxFuture<'a, crate::model::Evidence> {
        Box::pin(super::iam::roles(request, ROLE, SPEC.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Consent, Reaches};

    fn change(setting: &str, before: &[&str], after: &[&str]) -> Change {
        let set = |texts: &[&str]| Value::set(texts.iter().map(|text| Value::from(*text)));
        Change {
            setting: setting.to_owned(),
            before: Reading::Known(set(before)),
            after: set(after),
            effect: Effect::Neutral,
            reaches: Reaches::Future,
            consequence: None,
            consent: Consent::NotNeeded,
            because: None,
            part_of: None,
        }
    }

    #[test]
    fn a_pattern_does_not_stand_in_for_an_arn() {
        const ONE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
        const ALL: &str = "arn:aws:dynamodb:*:*:table/*";
        let effect = |setting: &str, before: &[&str], after: &[&str]| {
            BackupSelection.effect(&change(setting, before, after), &Live::default(), &BTreeMap::new()).unwrap()
        };
        assert_eq!(effect(RESOURCES, &[ONE], &[ALL]), Effect::Weakens);
        assert_eq!(effect(RESOURCES, &[ONE, ALL], &[ALL]), Effect::Weakens);
        assert_eq!(effect(RESOURCES, &[ONE], &[ONE, ALL]), Effect::Strengthens);
        assert_eq!(effect(RESOURCES, &[ALL], &[ONE, ALL]), Effect::Strengthens);
        assert_eq!(effect(RESOURCES, &[ALL], &["*"]), Effect::Strengthens);
        assert_eq!(effect(RESOURCES, &["*"], &[ALL]), Effect::Weakens);
        assert_eq!(effect(RESOURCES, &["*", ALL], &["*"]), Effect::Neutral);
        // What is left out is left out, opted in to or not.
        assert_eq!(effect(NOT_RESOURCES, &[ALL], &[ONE]), Effect::Strengthens);
        assert_eq!(effect(NOT_RESOURCES, &[ONE], &[ALL]), Effect::Weakens);
    }

    #[test]
    fn who_puts_a_pattern_in_place_of_an_arn_is_told_why_that_is_less() {
        let told = |before: &[&str], after: &[&str]| {
            let change = Change { effect: Effect::Weakens, ..change(RESOURCES, before, after) };
            BackupSelection.consequence(&change, &Live::default(), jiff::Timestamp::UNIX_EPOCH)
        };
        assert!(told(&["arn:aws:s3:::one"], &["*"]).unwrap().starts_with("a pattern takes the place of arn:aws:s3:::one: "));
        assert_eq!(told(&["arn:aws:s3:::one", "arn:aws:s3:::two"], &["arn:aws:s3:::o*"]), None, "what goes out is told");
    }
}
