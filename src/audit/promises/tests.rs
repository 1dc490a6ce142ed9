use super::*;
use crate::model::{BackupCopy, BackupRule, PointInTime, Verdict};

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
            doubt: None,
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

/// What was seen of a thing, at noon.
fn seen(newest_minutes: Option<i64>, restored: Option<crate::model::Restored>) -> Covered {
    let read_at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let moment = |minutes: i64| crate::model::Moment {
        at: read_at.checked_sub(SignedDuration::from_mins(minutes)).unwrap(),
        age_seconds: minutes * 60,
        by: "recovery points in vault v".to_owned(),
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
    };
    let observed = crate::model::Observed { read_at, newest: newest_minutes.map(moment), restored, ..Default::default() };
    Covered { observed: Some(observed), ..covered(&[]) }
}

fn restored(days_ago: i64, minutes: Option<i64>) -> crate::model::Restored {
    let read_at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    crate::model::Restored {
        at: read_at.checked_sub(SignedDuration::from_hours(24 * days_ago)).unwrap(),
        seconds: minutes.map(|minutes| minutes * 60),
        validation: None,
        plan: Some("weekly".to_owned()),
        times: 1,
        longest_seconds: minutes.map(|minutes| minutes * 60),
    }
}

#[test]
fn what_is_there_now_is_judged_by_its_age_and_doubt_never_breaks_a_promise() {
    let day = SignedDuration::from_hours(24);
    let standing = |covered: &Covered| live::newest(covered, day, Where::Here).standing;
    assert_eq!(standing(&seen(Some(24 * 60), None)), Standing::Met);
    assert_eq!(standing(&seen(Some(24 * 60 + 2), None)), Standing::NotMet, "a minute is granted to the reading, and no more");
    assert_eq!(standing(&seen(None, None)), Standing::NotMet);
    for newest in [None, Some(48 * 60)] {
        let mut doubtful = seen(newest, None);
        doubtful.observed.as_mut().unwrap().unread.push("what backup:ListRecoveryPointsByBackupVault tells could not be read".to_owned());
        assert_eq!(standing(&doubtful), Standing::Unprovable, "there may be something newer than {newest:?}");
    }
    assert_eq!(standing(&covered(&[])), Standing::Unprovable, "a snapshot without evidence proves nothing");
    let has = |covered: &Covered| live::newest(covered, day, Where::Here).has;
    assert_eq!(has(&seen(Some(90), None)).as_deref(), Some("1h 30m"));
    assert_eq!(length("1h 30m"), Some(5400), "and bars can be drawn of it");
}

#[test]
fn restores_prove_times_and_drills_and_their_absence_only_as_far_as_aws_remembers() {
    let (hour, days) = (SignedDuration::from_hours(1), |days: i64| SignedDuration::from_hours(24 * days));
    let rto = |restored| live::restored_within(&seen(None, restored), hour).standing;
    assert_eq!(rto(Some(restored(2, Some(60)))), Standing::Met);
    assert_eq!(rto(Some(restored(2, Some(61)))), Standing::NotMet);
    assert_eq!(rto(Some(restored(40, None))), Standing::Unprovable, "AWS no longer tells how long it took");
    assert_eq!(rto(None), Standing::Unprovable);
    let drill = |restored, wants| live::drilled(&seen(None, restored), days(wants)).standing;
    assert_eq!(drill(Some(restored(7, Some(1))), 7), Standing::Met);
    assert_eq!(drill(Some(restored(8, Some(1))), 7), Standing::NotMet);
    assert_eq!(drill(None, 30), Standing::NotMet, "all restores of thirty days are known");
    assert_eq!(drill(None, 90), Standing::Unprovable, "those of ninety are not");
    let mut unread = seen(None, None);
    unread.observed.as_mut().unwrap().unread_restores.push("what backup:ListRestoreJobs tells could not be read".to_owned());
    assert_eq!(live::drilled(&unread, days(7)).standing, Standing::Unprovable);
    let mut failed = seen(None, Some(restored(3, Some(1))));
    failed.observed.as_mut().unwrap().restore_failed =
        Some(crate::model::RestoreFailed { at: "2026-11-20T12:00:00Z".parse().unwrap(), what: "the restore ended FAILED".to_owned() });
    assert_eq!(live::drilled(&failed, days(7)).standing, Standing::NotMet, "the last one counts");
    assert_eq!(live::restored_within(&failed, hour).standing, Standing::NotMet);
}
