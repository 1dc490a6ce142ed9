//! Reading everything there is: each thing and setting that a policy declares is among it, as the policy's own reading has it.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use backstay::aws::untyped::{Operation, Protocol, Service};
use backstay::aws::{Access, Aws, ConnectFailed, connect, connect_to_write};
use backstay::kinds;
use backstay::model::{ArnForm, Live, Mark, Reading, Shape, Single, Snapshot, Target, Value};
use backstay::sandbox::{Faults, Sandbox};
use backstay::time::Clock;
use backstay::{policy, snapshot};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use support::room::Room;

static BACKUP: Service = Service { id: "Backup", iam: "backup", signing: "backup", host: "backup", protocol: Protocol::Rest };
static SCHEDULER: Service =
    Service { id: "Scheduler", iam: "scheduler", signing: "scheduler", host: "scheduler", protocol: Protocol::Rest };

static CREATE_SCHEDULE: Operation = SCHEDULER.at("CreateSchedule", "POST", "/schedules/{Name}");
static LOCK_VAULT: Operation = BACKUP.at("PutBackupVaultLockConfiguration", "PUT", "/backup-vaults/{Name}/vault-lock");

/// A room whose sandbox stands where a policy was applied.
struct World {
    room: Room,
    sandbox: Sandbox,
}

impl World {
    /// What `demo` leaves of an example.
    fn of_example(name: &str) -> Self {
        let room = Room::new();
        for entry in std::fs::read_dir(folder("examples").join(name)).unwrap() {
            let path = entry.unwrap().path();
            room.write(path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
        }
        room.ok("demo . --allow-weakening aws_s3_bucket.*");
        let sandbox = Sandbox::open(&room.file(".backstay/demo")).unwrap();
        Self { room, sandbox }
    }

    /// A policy and its seed of this test's own.
    fn of_rest() -> Self {
        let room = Room::new();
        for (file, of) in [("policy.hcl", "rest.policy.hcl"), ("rest.seed.hcl", "rest.seed.hcl")] {
            room.write(file, std::fs::read(folder("tests/everything").join(of)).unwrap());
        }
        room.ok("demo . --accept-irreversible *");
        let sandbox = Sandbox::open(&room.file(".backstay/demo")).unwrap();
        Self { room, sandbox }
    }

    /// A sandbox with things that no policy declares.
    fn of_others() -> Self {
        let room = Room::new();
        room.write("foreign.seed.hcl", std::fs::read(folder("tests/everything/foreign.seed.hcl")).unwrap());
        room.write("policy.hcl", "target \"primary\" { region = \"us-east-1\" }\n");
        room.ok("sandbox seed foreign.seed.hcl");
        let sandbox = Sandbox::open(&room.file(".backstay/sandbox")).unwrap();
        Self { room, sandbox }
    }

    /// Everything that there is of these kinds, or of all where none is named, in the targets of the room's policy; and the calls made.
    async fn everything(&self, of: &[&'static str], workspace: Option<&str>) -> (Snapshot, BTreeMap<String, u64>) {
        let (aws, unreached) = self.connected().await;
        let all = || kinds::all().map(|kind| kind.spec().name).collect();
        let kinds: BTreeSet<&'static str> = if of.is_empty() { all() } else { of.iter().copied().collect() };
        let snapshot = snapshot::everything(&aws, &kinds, workspace, &unreached, &|_, _| {}).await;
        (snapshot, aws.witness.counts().into_iter().collect())
    }

    async fn connected(&self) -> (Aws, Vec<ConnectFailed>) {
        connect(&self.targets(), self.access()).await
    }

    fn targets(&self) -> BTreeMap<String, Target> {
        policy::check(self.room.path(), &[]).policy.targets
    }

    fn access(&self) -> Access {
        let sandbox = self.sandbox.clone();
        Access {
            embedded: Some((
                self.sandbox.http_client(),
                SharedCredentialsProvider::new(Credentials::new("123456789012", "sandbox", None, None, "sandbox")),
            )),
            embedded_region: "us-east-1".to_owned(),
            attempts: Some(1),
            parallelism: 16,
            journal: None,
            clock: Clock::new(move || sandbox.clock().unwrap().now()),
        }
    }

    /// Makes a call that no verb of backstay makes.
    async fn call(&self, operation: &Operation, input: serde_json::Value) {
        let (aws, _) = connect_to_write(&self.targets(), self.access()).await;
        aws.connections().next().unwrap().ask(operation, "us-east-1", input).await.unwrap();
    }

    /// What a plan of the room's policy reads.
    fn planned(&self) -> Snapshot {
        let sandbox = self.sandbox.dir().strip_prefix(self.room.path()).unwrap_or(self.sandbox.dir()).display().to_string();
        self.room.ok(&format!("snapshot . --sandbox={sandbox} --out planned.json"));
        snapshot::load(&self.room.file("planned.json")).unwrap()
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Whether things of a kind are the same in every region of an account.
fn in_account(kind: &str) -> bool {
    kinds::spec(kind).is_some_and(|spec| spec.single == Some(Single::InAccount) || spec.arn_form == ArnForm::InAccount)
}

/// Every way in which what a plan reads differs from all there is.
fn differences(planned: &Snapshot, all: &Snapshot) -> Vec<String> {
    let mut wrong = Vec::new();
    // A destination of replication goes by its ARN, and a replica is read where its region is a target.
    let is_thing = |live: &&Live| !live.id.name.starts_with("arn:aws:s3:") && live.replica_of.is_none();
    for live in planned.resources.iter().filter(is_thing) {
        // What does not differ by region is read in one of them.
        let twin = |other: &&Live| in_account(&live.id.kind) && other.id.kind == live.id.kind && other.id.name == live.id.name;
        let Some(found) = all.live(&live.id).or_else(|| all.resources.iter().find(twin)) else {
            wrong.push(format!("{:?} is missing", live.id));
            continue;
        };
        if live.mark.is_some() && found.mark != live.mark {
            wrong.push(format!("{:?} is marked {:?}", live.id, found.mark));
        }
        for (path, reading) in &live.settings {
            let other = found.settings.get(path).unwrap_or(&Reading::Unset);
            if reading != other {
                wrong.push(format!("{:?} {path}: {reading} is {other}", live.id));
            }
        }
    }
    wrong
}

/// Every value that no policy could declare, or that it would compare in another form.
fn undeclarable(all: &Snapshot) -> Vec<String> {
    let mut wrong = Vec::new();
    for live in &all.resources {
        let spec = kinds::spec(&live.id.kind).unwrap();
        for (path, reading) in &live.settings {
            let Reading::Known(value) = reading else { continue };
            let Some(setting) = spec.setting(path) else {
                wrong.push(format!("{:?} {path} is in no table", live.id));
                continue;
            };
            let accepted = match setting.shape {
                Shape::Flags { .. } => Shape::Bool.accept(value),
                shape => shape.accept(value),
            };
            if accepted.as_ref() != Ok(value) && setting.aws_default.name_of(value).is_none() {
                wrong.push(format!("{:?} {path} = {value}: {accepted:?}", live.id));
            }
        }
    }
    wrong
}

#[tokio::test]
async fn all_that_policies_declare_is_among_everything_there_is_of_every_kind() {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let examples = ["dynamodb-processor", "eventchain", "kessan", "mirror-dissonance", "sale-module"];
    for world in examples.into_iter().map(World::of_example).chain([World::of_rest()]) {
        let planned = world.planned();
        let declared = policy::check(world.room.path(), &[]).policy;
        let (all, _) = world.everything(&[], declared.workspace.as_deref()).await;
        assert_eq!(all.gaps, [], "{}", world.room.path().display());
        assert_eq!(differences(&planned, &all), Vec::<String>::new());
        assert_eq!(undeclarable(&all), Vec::<String>::new());
        if let Some(group) = all.resources.iter().find(|live| live.id.name == "/aws/lambda/export") {
            assert_eq!(group.fact(Live::MADE_BY), Some("CloudFormation stack shop"));
        }
        reached.extend(planned.resources.iter().map(|live| live.id.kind.clone()));
    }
    let every: BTreeSet<String> = kinds::all().map(|kind| kind.spec().name.to_owned()).collect();
    assert_eq!(every.difference(&reached).collect::<Vec<_>>(), Vec::<&String>::new(), "no policy of this test has one of these");
}

#[tokio::test]
async fn every_page_of_a_listing_is_asked_for() {
    let world = World::of_rest();
    let (whole, _) = world.everything(&[], Some("rest")).await;
    world.sandbox.set_faults(&Faults { page_size: Some(1), ..Faults::default() }).unwrap();
    let (pages, calls) = world.everything(&[], Some("rest")).await;
    assert_eq!((&pages.gaps, &pages.absent, &pages.inventories), (&whole.gaps, &whole.absent, &whole.inventories));
    assert_eq!(differences(&whole, &pages), Vec::<String>::new());
    assert_eq!(differences(&pages, &whole), Vec::<String>::new());
    assert!(calls["backup:ListBackupVaults"] > 1, "{calls:?}");
}

fn named<'a>(all: &'a Snapshot, kind: &str, name: &str) -> &'a Live {
    let found = all.resources.iter().find(|live| live.id.kind == kind && live.id.name == name);
    found.unwrap_or_else(|| unreachable!("{kind} {name} is there"))
}

#[tokio::test]
async fn things_of_others_are_read_with_who_made_them() {
    let (all, _) = World::of_others().everything(&[], Some("shop")).await;
    assert_eq!(all.gaps, []);
    // That a policy does not work is nothing that anybody could declare.
    let wrong = undeclarable(&all);
    assert!(matches!(wrong.as_slice(), [one] if one.contains("state = \"ERROR\"")), "{wrong:#?}");
    let plan = named(&all, "aws_backup_plan", "of-a-stack");
    assert_eq!(plan.fact(Live::MADE_BY), Some("CloudFormation stack shop"));
    assert_eq!(plan.settings["tags"].to_string(), r#"{ "team" = "data" }"#);
    assert_eq!(plan.mark, None);
    let selection = named(&all, "aws_backup_selection", "of-a-stack/all");
    assert_eq!(selection.settings["resources"].to_string(), r#"["*"]"#);
    let default = named(&all, "aws_backup_vault", "Default");
    assert_eq!(default.fact(Live::MANAGED_BY), None, "AWS makes it with the region, and it is the user's to set");
    assert_eq!(
        named(&all, "aws_cloudwatch_metric_alarm", "TargetTracking-table/orders-AlarmHigh-1").fact(Live::MANAGED_BY),
        Some("autoscaling")
    );
    // A group that AWS makes everywhere is nothing to tell of while there is no schedule in it.
    assert!(!all.resources.iter().any(|live| live.id.kind == "aws_scheduler_schedule_group"));
    let table = named(&all, "aws_dynamodb_table", "everywhere");
    assert_eq!(table.replicas, Some(vec!["eu-west-1".to_owned()]));
    assert_eq!(all.resources.iter().filter(|live| live.id.name == "everywhere").count(), 1, "a replica is no thing of its own");
    let copy = all.inventories.iter().find(|inventory| inventory.kind == "aws_s3_bucket").unwrap();
    assert!(copy.names_complete && copy.tag_filter == Some(BTreeMap::new()), "{copy:?}");
}

#[tokio::test]
async fn each_rule_of_a_bucket_comes_with_a_name_and_its_id() {
    let (all, _) = World::of_others().everything(&["aws_s3_bucket"], Some("shop")).await;
    let text = |name: &str| {
        let live = named(&all, "aws_s3_bucket", name);
        let settings = live.settings.iter().filter(|(_, reading)| **reading != Reading::Unset);
        settings.map(|(path, reading)| format!("{path} = {reading}")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(text("shop-old"), @r#"
    lifecycle_rule["Logs-of-2014"] = true
    lifecycle_rule["Logs-of-2014"].expiration.days = 30
    lifecycle_rule["Logs-of-2014"].filter.prefix = "logs/"
    lifecycle_rule["Logs-of-2014"].id = "Logs of 2014"
    lifecycle_rule["Logs-of-2014"].status = "Enabled"
    server_side_encryption.bucket_key_enabled = false
    server_side_encryption.sse_algorithm = "AES256"
    transition_default_minimum_object_size = "all_storage_classes_128K"
    "#);
    insta::assert_snapshot!(text("shop-new"), @r#"
    lifecycle_rule["archive-logs"] = true
    lifecycle_rule["archive-logs"].expiration.days = 400
    lifecycle_rule["archive-logs"].filter.and.prefix = "logs/"
    lifecycle_rule["archive-logs"].filter.and.tags = { "keep" = "short" }
    lifecycle_rule["archive-logs"].id = "archive logs"
    lifecycle_rule["archive-logs"].status = "Enabled"
    lifecycle_rule["archive-logs-2"] = true
    lifecycle_rule["archive-logs-2"].filter.prefix = "logs/"
    lifecycle_rule["archive-logs-2"].id = "archive/logs"
    lifecycle_rule["archive-logs-2"].status = "Enabled"
    lifecycle_rule["archive-logs-2"].transition["STANDARD_IA"] = true
    lifecycle_rule["archive-logs-2"].transition["STANDARD_IA"].days = 30
    lifecycle_rule["archive-logs-2"].transition["STANDARD_IA"].storage_class = "STANDARD_IA"
    replication_role = "arn:aws:iam::123456789012:role/theirs"
    replication_rule["from-2015"] = true
    replication_rule["from-2015"].delete_marker_replication.status = "Enabled"
    replication_rule["from-2015"].destination = true
    replication_rule["from-2015"].destination.bucket = "arn:aws:s3:::shop-copy"
    replication_rule["from-2015"].id = "from-2015"
    replication_rule["from-2015"].status = "Enabled"
    server_side_encryption.bucket_key_enabled = false
    server_side_encryption.sse_algorithm = "AES256"
    transition_default_minimum_object_size = "all_storage_classes_128K"
    versioning.status = "Enabled"
    "#);
    let facts = &named(&all, "aws_s3_bucket", "shop-old").facts;
    assert_eq!(facts["lifecycle_rules_of_other_workspaces"].to_string(), format!("[\"{}\"]", Mark::of_rule("other", "tmp")));
}

#[tokio::test]
async fn a_rule_without_an_id_is_counted_and_left_alone() {
    let room = World::of_others().room;
    let state = room.read(".backstay/sandbox/state.json");
    let without = state.replace(r#""ID":"archive logs","#, "");
    assert_ne!(state, without, "the state holds the rule");
    room.write(".backstay/sandbox/state.json", without);
    let sandbox = Sandbox::open(&room.file(".backstay/sandbox")).unwrap();
    let (all, _) = World { room, sandbox }.everything(&["aws_s3_bucket"], Some("shop")).await;
    let live = named(&all, "aws_s3_bucket", "shop-new");
    assert_eq!(live.facts["lifecycle_rules_without_id"], Value::from(1));
    let rules: Vec<&String> = live.settings.keys().filter(|path| path.starts_with("lifecycle_rule") && path.ends_with(']')).collect();
    assert_eq!(rules, [r#"lifecycle_rule["archive-logs"]"#, r#"lifecycle_rule["archive-logs"].transition["STANDARD_IA"]"#]);
}

#[test]
fn what_adopt_writes_of_it_is_no_change() {
    for (world, targets) in [(World::of_others(), "--target us-east-1 --target eu-west-1"), (World::of_rest(), "--target us-east-1")] {
        let room = &world.room;
        let sandbox = world.sandbox.dir().strip_prefix(room.path()).unwrap_or(world.sandbox.dir()).display().to_string();
        for folder in ["adopted", "again"] {
            room.ok(&format!("adopt --sandbox={sandbox} {targets} --workspace rest --out {folder}"));
        }
        for entry in std::fs::read_dir(room.file("adopted")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert_eq!(room.read(&format!("adopted/{name}")), room.read(&format!("again/{name}")));
        }
        let plan = room.run(&format!("plan adopted --sandbox={sandbox} --detailed-exitcode"));
        assert_eq!(plan.code, Some(0), "{}", plan.output);
    }
}

#[test]
fn a_new_policy_of_a_workspace_that_owns_more_than_it_can_say_is_refused() {
    let room = World::of_example("dynamodb-processor").room;
    let adopt = "adopt --sandbox=.backstay/demo --target us-east-1 --out adopted";
    let ended = room.run(&format!("{adopt} --workspace dynamodb-processor-production"));
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    assert!(ended.output.contains("its plan would remove them: EventBridge rule "), "{}", ended.output);
    assert!(!room.file("adopted").exists(), "nothing is written");
    room.ok(&format!("{adopt} --workspace another"));
    let plan = room.run("plan adopted --sandbox=.backstay/demo --detailed-exitcode");
    assert_eq!(plan.code, Some(0), "{}", plan.output);
}

#[tokio::test]
async fn only_what_is_asked_for_is_called() {
    let world = World::of_others();
    let (all, calls) = world.everything(&["aws_backup_selection"], None).await;
    let kinds: BTreeSet<&str> = all.resources.iter().map(|live| live.id.kind.as_str()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["aws_backup_plan", "aws_backup_selection"]);
    let calls: Vec<&str> = calls.keys().map(String::as_str).collect();
    insta::assert_snapshot!(calls.join("\n"), @"
    backup:GetBackupPlan
    backup:GetBackupSelection
    backup:ListBackupPlans
    backup:ListBackupSelections
    backup:ListTags
    sts:GetCallerIdentity
    ");
}

#[tokio::test]
async fn what_is_denied_is_a_gap_and_the_rest_is_there() {
    let world = World::of_others();
    let faults =
        Faults { denied: vec!["backup:ListBackupPlans".to_owned(), "s3:GetLifecycleConfiguration".to_owned()], ..Faults::default() };
    world.sandbox.set_faults(&faults).unwrap();
    let (all, _) = world.everything(&[], None).await;
    let actions: BTreeSet<&str> = all.gaps.iter().map(|gap| gap.action.as_str()).collect();
    assert_eq!(actions.into_iter().collect::<Vec<_>>(), ["backup:ListBackupPlans", "s3:GetLifecycleConfiguration"]);
    assert_eq!(named(&all, "aws_s3_bucket", "shop-new").settings["versioning.status"].to_string(), "\"Enabled\"");
    assert_eq!(named(&all, "aws_backup_vault", "Default").mark, None);
}

#[tokio::test]
async fn what_aws_makes_with_a_region_is_the_users_to_set() {
    let world = World::of_others();
    let target = json!({ "Arn": "arn:aws:lambda:us-east-1:123456789012:function:f", "RoleArn": "arn:aws:iam::123456789012:role/f" });
    let nightly =
        json!({ "Name": "nightly", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": { "Mode": "OFF" }, "Target": target });
    world.call(&CREATE_SCHEDULE, nightly).await;
    world.call(&LOCK_VAULT, json!({ "Name": "Default", "MinRetentionDays": 7 })).await;
    let (all, _) = world.everything(&[], None).await;
    for (kind, name) in [("aws_scheduler_schedule_group", "default"), ("aws_scheduler_schedule", "default/nightly")] {
        let live = named(&all, kind, name);
        assert_eq!(live.fact(Live::MANAGED_BY), None);
        assert_eq!(live.fact(Live::UNDECLARABLE), Some("the schedule group `default` is every account's own, and no block can declare it"));
    }
    let lock = named(&all, "aws_backup_vault_lock_configuration", "Default");
    assert_eq!((lock.fact(Live::MANAGED_BY), lock.fact(Live::UNDECLARABLE)), (None, None));
}
