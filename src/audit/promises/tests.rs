use super::*;
use crate::model::{BackupCopy, BackupRule, PointInTime};

/// A thing that point-in-time recovery protects, and a rule that copies it away into a locked vault, if it backs it up at all.
fn covered(doubts: &[&str]) -> Covered {
    let vault_arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:dr".to_owned();
    let rule = BackupRule {
        plan: "p".to_owned(),
        rule: "daily".to_owned(),
        selection: "s".to_owned(),
        chosen_by: "tag".to_owned(),
        schedule: "cron(0 2 * * ? *)".to_owned(),
        time_zone: "Etc/UTC".to_owned(),
        start_window_minutes: 60,
        completion_window_minutes: 120,
        is_continuous: false,
        vault: "v".to_owned(),
        lock: Lock::AirGapped,
        vault_key: None,
        delete_after_days: Some(365),
        cold_storage_after_days: None,
        air_gapped_vault: None,
        copies: vec![BackupCopy {
            vault_arn,
            region: Some("eu-west-1".to_owned()),
            account: Some("123456789012".to_owned()),
            delete_after_days: Some(365),
        }],
        doubts: doubts.iter().map(|doubt| (*doubt).to_owned()).collect(),
    };
    let window = PointInTime { days: Some(7), earliest: None, latest: None };
    Covered {
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        kind: "k".to_owned(),
        name: "n".to_owned(),
        target: "main".to_owned(),
        arn: None,
        tags: None,
        verdict: Verdict::Protected,
        mechanisms: vec![Mechanism::PointInTime(window), Mechanism::BackupRule(Box::new(rule))],
        retention: vec![crate::model::Kept { days: Some(7), by: "point-in-time recovery".to_owned() }],
        copies: Vec::new(),
        immutability: Vec::new(),
        encryption: Vec::new(),
        reasons: Vec::new(),
        unread: Vec::new(),
        remarks: Vec::new(),
        observed: None,
    }
}

#[test]
fn a_rule_that_may_not_back_a_thing_up_proves_nothing_and_breaks_nothing() {
    let standings = |doubts: &[&str]| {
        let covered = covered(doubts);
        let unread = unread(&covered);
        let unread = unread.as_deref();
        let year = SignedDuration::from_hours(24 * 365);
        [
            copies(&covered, 1, Elsewhere::Region, &BTreeMap::new(), unread).standing,
            immutable(&covered, Timestamp::UNIX_EPOCH, unread).standing,
            retention(&covered, year, unread).standing,
        ]
    };
    assert_eq!(standings(&["its role could not be read"]), [Standing::Unprovable; 3]);
    assert_eq!(standings(&[]), [Standing::Met, Standing::Met, Standing::NotMet], "the coverage of this test keeps seven days");
}

#[test]
fn no_copy_elsewhere_is_not_met() {
    let mut alone = covered(&[]);
    alone.mechanisms.truncate(1);
    assert_eq!(copies(&alone, 1, Elsewhere::Region, &BTreeMap::new(), None).standing, Standing::NotMet);
    assert_eq!(
        copies(&covered(&[]), 1, Elsewhere::Account, &BTreeMap::new(), None).standing,
        Standing::NotMet,
        "the copy is in the own account"
    );
}
