use super::*;
use crate::model::{Consent, Reaches};

fn effect(before: &[&str], after: &[&str]) -> Option<Effect> {
    let set = |events: &[&str]| Value::set(events.iter().map(|event| Value::from(*event)));
    let change = Change {
        setting: EVENTS.to_owned(),
        before: Reading::Known(set(before)),
        after: set(after),
        effect: Effect::Neutral,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because: None,
        part_of: None,
    };
    VaultNotifications.effect(&change, &Live::default(), &BTreeMap::new())
}

#[test]
fn an_event_that_goes_weakens_unless_aws_no_longer_tells_of_it() {
    assert_eq!(effect(&["COPY_JOB_FAILED", "BACKUP_JOB_COMPLETED"], &["BACKUP_JOB_COMPLETED"]), Some(Effect::Weakens));
    assert_eq!(effect(&["BACKUP_JOB_COMPLETED"], &["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]), Some(Effect::Strengthens));
    assert_eq!(effect(&["BACKUP_JOB_FAILED"], &["BACKUP_JOB_COMPLETED"]), Some(Effect::Strengthens));
    assert_eq!(effect(&["BACKUP_JOB_FAILED", "BACKUP_JOB_COMPLETED"], &["BACKUP_JOB_COMPLETED"]), Some(Effect::Neutral));
}

#[test]
fn each_name_of_the_past_has_a_successor_in_its_help() {
    for (event, instead) in [
        ("BACKUP_JOB_FAILED", "\"BACKUP_JOB_COMPLETED\""),
        ("BACKUP_JOB_EXPIRED", "\"BACKUP_JOB_COMPLETED\""),
        ("RESTORE_JOB_FAILED", "\"RESTORE_JOB_COMPLETED\""),
        ("BACKUP_PLAN_MODIFIED", "EventBridge"),
        ("COPY_JOB_COMPLETED", "\"COPY_JOB_FAILED\""),
        ("backup_job_completed", "\"BACKUP_JOB_COMPLETED\""),
        ("COPY_JOB_FAILURE", "\"COPY_JOB_FAILED\""),
        ("NONSENSE", "AWS Backup tells of ACCESS_POINT_AVAILABLE"),
    ] {
        let mistake = events::check(event).unwrap_err();
        assert!(mistake.help.as_ref().is_some_and(|help| help.contains(instead)), "{event}: {mistake:?}");
    }
}

#[test]
fn a_topic_is_an_arn_with_all_its_parts() {
    assert!(topic("arn:aws:sns:us-east-1:123456789012:alerts").is_ok());
    for wrong in ["alerts", "arn:aws:sqs:us-east-1:123456789012:alerts", "arn:aws:sns::123456789012:alerts"] {
        assert!(topic(wrong).is_err(), "{wrong}");
    }
}
