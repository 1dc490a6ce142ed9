use super::*;
use crate::model::{BackupCopy, BackupRule, Evidence, Identity, Inventory, Lock, Reading, ResourceId, Value};

const ACCOUNT: &str = "123456789012";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:ops";

/// An AWS in which vault `daily` backs a table up, with what tells of it.
struct World {
    snapshot: Snapshot,
}

impl World {
    fn new() -> Self {
        let mut snapshot = Snapshot::empty("2026-11-21T12:00:00Z".parse().unwrap());
        let arn = format!("arn:aws:iam::{ACCOUNT}:user/auditor");
        let identity = Identity { account: ACCOUNT.to_owned(), arn, region: "us-east-1".to_owned() };
        snapshot.identities.insert("here".to_owned(), identity);
        for kind in kinds::telling() {
            let (kind, target) = (kind.to_owned(), "here".to_owned());
            snapshot.inventories.push(Inventory { kind, target, names_complete: true, tag_filter: None, listed: Vec::new() });
        }
        let audience = Audience {
            topic: TOPIC.to_owned(),
            confirmed: [("email".to_owned(), 1)].into(),
            filtering: 0,
            unread_filters: 0,
            pending: 0,
            is_there: true,
            policy: Some(crate::model::default_topic_policy(TOPIC, ACCOUNT).to_string()),
            key: None,
        };
        snapshot.evidence = Some(Evidence { topics: vec![audience], ..Evidence::default() });
        Self { snapshot }
    }

    fn audience(&mut self) -> &mut Audience {
        &mut self.snapshot.evidence.as_mut().unwrap().topics[0]
    }

    fn add(mut self, kind: &str, name: &str, settings: &[(&str, Value)]) -> Self {
        let id = ResourceId { kind: kind.to_owned(), target: "here".to_owned(), region: "us-east-1".to_owned(), name: name.to_owned() };
        let settings = settings.iter().map(|(at, value)| ((*at).to_owned(), Reading::Known(value.clone()))).collect();
        let arn = kinds::spec(kind).unwrap().arn("us-east-1", ACCOUNT, name);
        self.snapshot.resources.push(Live { id, arn, settings, ..Live::default() });
        self
    }

    fn fact(mut self, fact: &str, value: &str) -> Self {
        self.snapshot.resources.last_mut().unwrap().facts.insert(fact.to_owned(), Value::from(value));
        self
    }

    fn alarm(self, name: &str, changed: &[(&str, Value)]) -> Self {
        let dimensions = BTreeMap::from([("BackupVaultName".to_owned(), Value::from("daily"))]);
        let mut settings: BTreeMap<&str, Value> = BTreeMap::from([
            ("namespace", Value::from("AWS/Backup")),
            ("metric_name", Value::from("NumberOfBackupJobsFailed")),
            ("dimensions", Value::from(dimensions)),
            ("statistic", Value::from("Sum")),
            ("period", Value::from(3600)),
            ("evaluation_periods", Value::from(1)),
            ("comparison_operator", Value::from("GreaterThanThreshold")),
            ("threshold", Value::from(0)),
            ("treat_missing_data", Value::from("notBreaching")),
            ("actions_enabled", Value::from(true)),
            ("alarm_actions", Value::set([Value::from(TOPIC)])),
        ]);
        settings.extend(changed.iter().cloned());
        let settings: Vec<(&str, Value)> = settings.into_iter().filter(|(_, value)| *value != Value::Null).collect();
        self.add("aws_cloudwatch_metric_alarm", name, &settings)
    }

    fn rule(self, pattern: &str, target: &str, changed: &[(&str, Value)]) -> Self {
        let mut settings = vec![("event_pattern", Value::from(pattern))];
        settings.extend(changed.iter().cloned());
        let rule = self.add("aws_cloudwatch_event_rule", "failed", &settings).fact(Live::ID, "default/failed");
        rule.add("aws_cloudwatch_event_target", "failed/one", &[("arn", Value::from(target))]).fact(Live::PARENT_ID, "default/failed")
    }

    fn of(&self) -> Alarms {
        self.with_copies(&[])
    }

    /// What is told of a table that is backed up, and copied to these vaults.
    fn with_copies(&self, vaults: &[&str]) -> Alarms {
        let rule = BackupRule {
            plan: "daily".to_owned(),
            rule: "daily".to_owned(),
            selection: "all".to_owned(),
            chosen_by: "a tag".to_owned(),
            schedule: "cron(0 2 * * ? *)".to_owned(),
            time_zone: "UTC".to_owned(),
            start_window_minutes: 60,
            completion_window_minutes: 600,
            is_continuous: false,
            vault: "daily".to_owned(),
            lock: Lock::None,
            vault_key: None,
            delete_after_days: None,
            cold_storage_after_days: None,
            air_gapped_vault: None,
            copies: vaults.iter().map(|arn| copy(arn)).collect(),
            doubts: Vec::new(),
        };
        let name = "orders".to_owned();
        let covered = Covered {
            account: ACCOUNT.to_owned(),
            region: "us-east-1".to_owned(),
            kind: "aws_dynamodb_table".to_owned(),
            name: name.clone(),
            target: "here".to_owned(),
            arn: Some(format!("arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders")),
            tags: None,
            verdict: crate::model::Verdict::Protected,
            mechanisms: vec![Mechanism::BackupRule(Box::new(rule))],
            retention: Vec::new(),
            copies: Vec::new(),
            immutability: Vec::new(),
            encryption: Vec::new(),
            reasons: Vec::new(),
            unread: Vec::new(),
            remarks: Vec::new(),
            observed: None,
        };
        let id = ResourceId { kind: covered.kind.clone(), target: "here".to_owned(), region: "us-east-1".to_owned(), name };
        Tellers::new(&self.snapshot).of(&covered, Some(&Live { id, ..Live::default() }), &|_| None)
    }

    /// Whether somebody is told of failures.
    fn tells(&self) -> bool {
        match self.of().of_failure {
            Answered::Yes => true,
            Answered::No => false,
            other => unreachable!("{other:?}"),
        }
    }
}

fn copy(arn: &str) -> BackupCopy {
    BackupCopy { vault_arn: arn.to_owned(), region: None, account: None, delete_after_days: None, doubt: None }
}

fn failed(state: &str) -> String {
    format!(r#"{{ "source": ["aws.backup"], "detail-type": ["Backup Job State Change"], "detail": {{ "state": ["{state}"] }} }}"#)
}

#[test]
fn an_alarm_on_failed_jobs_of_the_vault_tells() {
    let alarms = World::new().alarm("failed", &[]).of();
    assert_eq!(alarms.of_failure, Answered::Yes);
    assert_eq!(alarms.of_absence, Answered::No);
    assert_eq!(alarms.by.into_iter().collect::<Vec<_>>(), ["failed backup jobs into vault daily: alarm failed -> topic ops (1 email)"]);
}

#[test]
fn an_alarm_that_nearly_does_tells_nobody() {
    let dimension = |name: &str, value: &str| Value::from(BTreeMap::from([(name.to_owned(), Value::from(value))]));
    for (changed, why) in [
        (("actions_enabled", Value::from(false)), "its actions are off"),
        (("alarm_actions", Value::Null), "it has no action that tells anybody"),
        (("alarm_actions", Value::set([Value::from("arn:aws:automate:us-east-1:ec2:stop")])), "it has no action that tells anybody"),
        (("threshold", Value::from(5)), "one failure does not cross its threshold"),
        (("comparison_operator", Value::from("LessThanThreshold")), "one failure does not cross its threshold"),
        (("evaluation_periods", Value::from(3)), "it fires only when 3 periods have failures"),
        (("treat_missing_data", Value::from("breaching")), "it fires all the time"),
        (("dimensions", dimension("BackupVaultName", "weekly")), "nothing tells of them"),
        (("metric_name", Value::from("NumberOfCopyJobsFailed")), "nothing tells of them"),
    ] {
        let alarms = World::new().alarm("failed", std::slice::from_ref(&changed)).of();
        assert_eq!(alarms.of_failure, Answered::No, "{changed:?}");
        assert!(alarms.lacks.iter().any(|lack| lack.contains(why)), "{changed:?}: {:?}", alarms.lacks);
    }
    assert!(World::new().alarm("failed", &[("evaluation_periods", Value::from(3)), ("datapoints_to_alarm", Value::from(1))]).tells());
}

#[test]
fn whether_an_alarm_of_no_vault_tells_is_not_known_unless_it_never_fires() {
    let of = |threshold: i64| World::new().alarm("failed", &[("dimensions", Value::Null), ("threshold", Value::from(threshold))]).of();
    let Answered::Unknown { why, is_not_looked_at: false } = of(0).of_failure else { unreachable!("{:?}", of(0)) };
    assert!(why.contains("its metric has no `BackupVaultName`"), "{why}");
    assert_eq!(of(5).of_failure, Answered::No);
}

#[test]
fn an_alarm_on_what_counts_failures_has_no_data_while_all_is_well() {
    let missing = ("treat_missing_data", Value::from("missing"));
    let silent = World::new().alarm("failed", &[missing]).fact("state", "INSUFFICIENT_DATA").fact("state_since", "2026-09-01T12:00:00Z");
    assert!(silent.tells());
}

#[test]
fn an_alarm_without_data_for_long_is_dead_and_a_new_one_is_not() {
    let replica = |at: &str, changed: &[(&str, Value)]| {
        let mut settings = vec![("namespace", Value::from("AWS/S3"))];
        settings.extend(changed.iter().cloned());
        let world = World::new().alarm("failed", &settings).fact("state", "INSUFFICIENT_DATA").fact("state_since", at);
        let alarm = world.snapshot.resources.last().unwrap();
        let teller = kinds::find(&alarm.id.kind).and_then(kinds::Kind::teller).unwrap();
        teller.tells(alarm, world.snapshot.taken_at).is_ok()
    };
    assert!(!replica("2026-11-19T12:00:00Z", &[]));
    assert!(replica("2026-11-21T11:00:00Z", &[]));
    let slow =
        [("period", Value::Null), ("metric_query[\"m\"].metric.period", Value::from(86_400)), ("evaluation_periods", Value::from(7))];
    assert!(replica("2026-11-19T12:00:00Z", &slow), "it looks back for a week");
    let fine = World::new().alarm("failed", &[]).fact("state", "OK").fact("state_since", "2026-01-01T00:00:00Z");
    assert!(fine.tells());
}

#[test]
fn a_composite_alarm_tells_for_those_that_make_it_fire_alone() {
    let world = |rule: &str| {
        let mute = World::new().alarm("failed", &[("alarm_actions", Value::Null)]);
        let settings = [("alarm_rule", Value::from(rule)), ("alarm_actions", Value::set([Value::from(TOPIC)]))];
        mute.add("aws_cloudwatch_composite_alarm", "all", &settings)
    };
    let alarms = world("ALARM(failed) OR ALARM(other)").of();
    assert_eq!(alarms.of_failure, Answered::Yes, "{alarms:?}");
    assert!(!world("ALARM(failed) AND ALARM(other)").tells());
    assert!(!world("NOT ALARM(failed)").tells());
}

#[test]
fn only_a_topic_that_somebody_confirmed_and_that_lets_the_sender_in_counts() {
    let mut world = World::new().alarm("failed", &[]);
    world.audience().confirmed.clear();
    world.audience().pending = 2;
    let alarms = world.of();
    assert!(alarms.lacks.iter().any(|lack| lack.contains("no confirmed subscription, and 2 that wait")), "{:?}", alarms.lacks);
    assert_eq!(alarms.of_failure, Answered::No);
    let mut world = World::new().alarm("failed", &[]);
    world.audience().is_there = false;
    assert!(!world.tells());
    let mut world = World::new().alarm("failed", &[]);
    world.audience().policy = Some(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned());
    assert!(!world.tells());
    let mut world = World::new().alarm("failed", &[]);
    world.audience().key = Some("alias/aws/sns".to_owned());
    assert!(!world.tells(), "no service can use AWS's own key for SNS");
}

#[test]
fn what_nobody_can_tell_of_a_topic_is_a_doubt() {
    let doubt = |change: &dyn Fn(&mut Audience), why: &str| {
        let mut world = World::new().alarm("failed", &[]);
        change(world.audience());
        let answer = world.of().of_failure;
        assert!(matches!(&answer, Answered::Unknown { why: told, .. } if told.contains(why)), "{answer:?}");
    };
    doubt(&|audience| audience.policy = None, "whose policy does not tell");
    doubt(&|audience| audience.key = Some("alias/ours".to_owned()), "which is encrypted with `alias/ours`, whose policy was not read");
    doubt(&|audience| audience.filtering = 1, "all of whose confirmed subscriptions filter");
    doubt(&|audience| audience.unread_filters = 1, "none of whose confirmed subscriptions is known to have no filter");
    let mut world = World::new().alarm("failed", &[]);
    world.audience().filtering = 1;
    world.audience().confirmed.insert("sqs".to_owned(), 1);
    assert!(world.tells(), "one of them filters nothing");
}

#[test]
fn a_rule_tells_by_its_targets_when_its_pattern_matches_a_failed_job() {
    let queue = "arn:aws:sqs:us-east-1:123456789012:pages";
    let world = World::new().rule(&failed("FAILED"), queue, &[]);
    let alarms = world.of();
    assert_eq!(alarms.of_failure, Answered::Yes);
    assert!(alarms.by.iter().any(|by| by.contains("which is no topic: whom that tells is not followed")), "{:?}", alarms.by);
    assert!(!World::new().rule(&failed("COMPLETED"), queue, &[]).tells());
    assert!(!World::new().rule(&failed("FAILED"), queue, &[("state", Value::from("DISABLED"))]).tells());
    assert!(!World::new().rule(&failed("FAILED"), queue, &[("event_bus_name", Value::from("ours"))]).tells());
    assert!(!World::new().rule(&failed("FAILED"), "arn:aws:logs:us-east-1:123456789012:log-group:/x", &[]).tells());
    // The policy that SNS gives to a topic does not let EventBridge in.
    assert!(!World::new().rule(&failed("FAILED"), TOPIC, &[]).tells());
    let all = World::new().rule(r#"{ "account": ["123456789012"] }"#, queue, &[]).of();
    assert_eq!((all.of_failure, all.of_absence), (Answered::Yes, Answered::No), "what does not happen is no event");
    let of_table = |name: &str| {
        format!(r#"{{ "source": ["aws.backup"], "detail": {{ "state": ["FAILED"], "resourceArn": [{{ "suffix": "table/{name}" }}] }} }}"#)
    };
    assert!(World::new().rule(&of_table("orders"), queue, &[]).tells());
    assert!(!World::new().rule(&of_table("carts"), queue, &[]).tells());
}

#[test]
fn what_could_not_be_read_may_tell() {
    let mut world = World::new();
    world.snapshot.inventories[0].names_complete = false;
    assert!(matches!(world.of().of_failure, Answered::Unknown { .. }));
    let mut world = World::new().alarm("failed", &[]);
    world.snapshot.evidence.as_mut().unwrap().topics.clear();
    assert!(matches!(world.of().of_failure, Answered::Unknown { .. }), "nobody knows who subscribes");
    world.snapshot.evidence = None;
    assert!(matches!(world.of().of_absence, Answered::Unknown { .. }));
}

#[test]
fn a_thing_that_could_not_be_read_may_tell() {
    let gap = |target: &str, kind: &str, resource: &str| Gap {
        target: target.to_owned(),
        region: "us-east-1".to_owned(),
        kind: Some(kind.to_owned()),
        resource: Some(resource.to_owned()),
        action: "backup:GetBackupVaultNotifications".to_owned(),
        cause: crate::model::Cause::Denied,
        message: String::new(),
    };
    let with = |gap: Gap| {
        let mut world = World::new().alarm("other", &[("metric_name", Value::from("NumberOfCopyJobsFailed"))]);
        world.snapshot.gaps.push(gap);
        world.of().of_failure
    };
    assert!(matches!(with(gap("here", "aws_backup_vault_notifications", "daily")), Answered::Unknown { why, .. } if why.contains("daily")));
    assert_eq!(with(gap("here", "aws_backup_vault", "daily")), Answered::No, "vaults tell nobody");
    assert_eq!(with(gap("here", "aws_cloudwatch_metric_alarm", "other")), Answered::No, "it was read but for its tags");
    assert_eq!(with(gap("elsewhere", "aws_backup_vault_notifications", "daily")), Answered::No);
}

#[test]
fn failed_copies_are_to_be_told_of_too() {
    const AFAR: &str = "arn:aws:backup:eu-west-1:123456789012:backup-vault:afar";
    let world = || World::new().alarm("failed", &[]);
    let told = |world: World| world.with_copies(&[AFAR]).of_failure;
    assert_eq!(told(world()), Answered::No);
    assert!(world().with_copies(&[AFAR]).lacks.contains(&format!("failed copy jobs from vault daily to {AFAR}: nothing tells of them")));
    let events = |event: &str| {
        let settings = [("sns_topic_arn", Value::from(TOPIC)), ("backup_vault_events", Value::set([Value::from(event)]))];
        let mut world = world().add("aws_backup_vault_notifications", "daily", &settings);
        let lets_in = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"{TOPIC}"}}]}}"#
        );
        world.audience().policy = Some(lets_in);
        world
    };
    assert_eq!(told(events("COPY_JOB_FAILED")), Answered::Yes);
    assert_eq!(told(events("BACKUP_JOB_COMPLETED")), Answered::No);
    let alarm = |vault: &str| {
        let dimensions = BTreeMap::from([("BackupVaultName".to_owned(), Value::from(vault))]);
        world().alarm("copies", &[("metric_name", Value::from("NumberOfCopyJobsFailed")), ("dimensions", Value::from(dimensions))])
    };
    assert_eq!(told(alarm("afar")), Answered::Yes);
    assert!(matches!(told(alarm("daily")), Answered::Unknown { .. }), "copies are counted by the vault that is copied to");
    assert_eq!(told(alarm("another")), Answered::No);
    let queue = "arn:aws:sqs:us-east-1:123456789012:pages";
    let rule = |state: &str| world().rule(&failed(state).replace("Backup Job", "Copy Job"), queue, &[]);
    assert_eq!(told(rule("FAILED")), Answered::Yes);
    assert_eq!(told(rule("COMPLETED")), Answered::No);
}

#[test]
fn absence_is_told_where_missing_data_breaches() {
    let absence = |changed: &[(&str, Value)]| {
        let mut settings = vec![
            ("metric_name", Value::from("NumberOfBackupJobsCompleted")),
            ("comparison_operator", Value::from("LessThanThreshold")),
            ("threshold", Value::from(1)),
            ("evaluation_periods", Value::from(26)),
            ("treat_missing_data", Value::from("breaching")),
        ];
        settings.extend(changed.iter().cloned());
        World::new().alarm("absence", &settings).of().of_absence
    };
    assert_eq!(absence(&[]), Answered::Yes);
    assert_eq!(absence(&[("treat_missing_data", Value::from("missing"))]), Answered::No);
    assert_eq!(absence(&[("comparison_operator", Value::from("GreaterThanThreshold"))]), Answered::No);
    let of_type = |name: &str| {
        let both = [("BackupVaultName".to_owned(), Value::from("daily")), ("ResourceType".to_owned(), Value::from(name))];
        Value::from(BTreeMap::from(both))
    };
    assert_eq!(absence(&[("dimensions", of_type("DynamoDB"))]), Answered::Yes);
    assert_eq!(absence(&[("dimensions", of_type("RDS"))]), Answered::No);
}
