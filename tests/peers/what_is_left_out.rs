//! What each emulator does not carry: measured by these tests, and printed by them as the last of the run.
//!
//! A row that is no longer so fails its test: then the scenarios that were left out because of it can be played there too.
//! Denied calls, throttling, lag and broken connections are carried by neither; `sandbox faults` and a proxy in front play them.
//!
//! | who | what it does | what AWS does, and who is right about it here |
//! |---|---|---|
//! | moto | takes a recovery period of 99 days | refuses more than 35: the sandbox |
//! | moto | takes a recovery period when PITR is turned off | refuses it: the sandbox |
//! | moto | ignores replicas without an error | makes a table in each region: ministack, the sandbox |
//! | moto | knows no list of the account's regions | answers account:ListRegions: ministack, the sandbox |
//! | moto | has one account for every access key | has the key's account: ministack, the sandbox |
//! | moto | no longer lists a table whose tags were removed | lists what ever had a tag: ministack, the sandbox |
//! | moto | keeps no system backup of a deleted table | keeps one for 35 days where PITR was on: the sandbox |
//! | moto | makes tables that are ACTIVE at once | makes them CREATING first: the sandbox |
//! | moto | knows no selections of backup plans | lists and makes them: ministack, the sandbox |
//! | moto | does not change a backup plan | makes another version of it: ministack, the sandbox |
//! | moto | finds tags of AWS Backup only by a path that ends with a slash | takes both forms: ministack, the sandbox |
//! | moto | keeps the tags of a vault that was removed | drops them with it: the sandbox |
//! | moto | takes cold storage for less than 90 days | refuses it: the sandbox |
//! | moto | names the document of a bucket's versioning otherwise | names it VersioningConfiguration: ministack, the sandbox |
//! | moto | does not speak the protocol in which SDKs call CloudWatch | speaks CBOR by paths: ministack, the sandbox |
//! | ministack | drops the recovery period | keeps it: moto, the sandbox |
//! | ministack | takes a recovery period of 99 days | refuses more than 35: the sandbox |
//! | ministack | takes a recovery period when PITR is turned off | refuses it: the sandbox |
//! | ministack | says ResourceNotFoundException where PITR of a missing table is read | says TableNotFoundException: moto, the sandbox |
//! | ministack | lists everything that has tags in one page | has pages of at most 100: moto, the sandbox |
//! | ministack | keeps no system backup of a deleted table | keeps one for 35 days where PITR was on: the sandbox |
//! | ministack | makes tables that are ACTIVE at once | makes them CREATING first: the sandbox |
//! | ministack | takes cold storage for less than 90 days | refuses it: the sandbox |
//! | ministack | drops the metric math of alarms | keeps it: the sandbox |
//! | ministack | lists no alarms by their tags | lists them, so that what left the policy is found: the sandbox |

use crate::support::{Answer, Peer, Wire, World, say};
use serde_json::{Value, json};

/// The rows above, and the proof of each.
const PROOFS: [(Peer, &str, fn(&World)); 25] = [
    (Peer::Moto, "takes a recovery period of 99 days", takes_99_days),
    (Peer::Moto, "takes a recovery period when PITR is turned off", takes_a_period_with_off),
    (Peer::Moto, "ignores replicas without an error", ignores_replicas),
    (Peer::Moto, "knows no list of the account's regions", lists_no_regions),
    (Peer::Moto, "has one account for every access key", has_one_account),
    (Peer::Moto, "no longer lists a table whose tags were removed", forgets_tagged),
    (Peer::Moto, "keeps no system backup of a deleted table", keeps_no_system_backup),
    (Peer::Moto, "makes tables that are ACTIVE at once", is_active_at_once),
    (Peer::Moto, "knows no selections of backup plans", knows_no_selections),
    (Peer::Moto, "does not change a backup plan", changes_no_plan),
    (Peer::Moto, "finds tags of AWS Backup only by a path that ends with a slash", wants_a_slash),
    (Peer::Moto, "keeps the tags of a vault that was removed", keeps_tags),
    (Peer::Moto, "takes cold storage for less than 90 days", takes_short_cold_storage),
    (Peer::Moto, "names the document of a bucket's versioning otherwise", misnames_versioning),
    (Peer::Moto, "does not speak the protocol in which SDKs call CloudWatch", speaks_no_cbor),
    (Peer::Ministack, "drops the recovery period", drops_the_period),
    (Peer::Ministack, "takes a recovery period of 99 days", takes_99_days),
    (Peer::Ministack, "takes a recovery period when PITR is turned off", takes_a_period_with_off),
    (Peer::Ministack, "says ResourceNotFoundException where PITR of a missing table is read", misnames_a_missing_table),
    (Peer::Ministack, "lists everything that has tags in one page", has_one_page_of_tags),
    (Peer::Ministack, "keeps no system backup of a deleted table", keeps_no_system_backup),
    (Peer::Ministack, "makes tables that are ACTIVE at once", is_active_at_once),
    (Peer::Ministack, "takes cold storage for less than 90 days", takes_short_cold_storage),
    (Peer::Ministack, "drops the metric math of alarms", drops_metric_math),
    (Peer::Ministack, "lists no alarms by their tags", lists_no_alarms),
];

#[test]
fn by_moto() {
    measure(Peer::Moto, "moto");
}

#[test]
fn by_ministack() {
    measure(Peer::Ministack, "ministack");
}

fn measure(peer: Peer, name: &str) {
    let proofs: Vec<_> = PROOFS.iter().filter(|(who, ..)| *who == peer).collect();
    let rows: Vec<Vec<&str>> = include_str!("what_is_left_out.rs").lines().filter_map(|line| row(line, name)).collect();
    let named: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(
        named,
        proofs.iter().map(|(_, what, _)| *what).collect::<Vec<_>>(),
        "each row of the table has a proof, and each proof a row"
    );
    let world = peer.start();
    for (_, _, proof) in proofs {
        proof(&world);
    }
    for row in rows {
        say(&format!("LEFT OUT: {name} {}; AWS {}", row[0], row[1]));
    }
}

/// The cells of a row of the table above that is about `name`.
fn row<'a>(line: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let cells = line.strip_prefix(&format!("//! | {name} | "))?.strip_suffix(" |")?;
    Some(cells.split(" | ").collect())
}

fn update(wire: &Wire, table: &str, specification: &Value) -> u16 {
    let input = json!({"TableName": table, "PointInTimeRecoverySpecification": specification});
    wire.try_dynamodb("UpdateContinuousBackups", &input).status
}

fn takes_99_days(world: &World) {
    world.table("long-period");
    let specification = json!({"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 99});
    assert_eq!(update(&world.wire(), "long-period", &specification), 200);
}

fn takes_a_period_with_off(world: &World) {
    world.table("off-with-period");
    let specification = json!({"PointInTimeRecoveryEnabled": false, "RecoveryPeriodInDays": 7});
    assert_eq!(update(&world.wire(), "off-with-period", &specification), 200);
}

fn drops_the_period(world: &World) {
    world.table("with-period");
    world.turn_on_pitr("with-period", 7);
    let pitr = world.pitr("with-period");
    assert_eq!(pitr["PointInTimeRecoveryStatus"], "ENABLED");
    assert_eq!(pitr["RecoveryPeriodInDays"], Value::Null, "{pitr}");
}

fn ignores_replicas(world: &World) {
    world.table("replicated");
    let replica = json!({"TableName": "replicated", "ReplicaUpdates": [{"Create": {"RegionName": "us-west-2"}}]});
    world.wire().dynamodb("UpdateTable", &replica);
    assert_eq!(world.described("replicated")["Replicas"], Value::Null);
    let there = world.wire().in_region("us-west-2").try_dynamodb("DescribeTable", &json!({"TableName": "replicated"}));
    assert_eq!(there.code(), "ResourceNotFoundException");
}

fn lists_no_regions(world: &World) {
    let answer = world.wire().send("POST", "/listRegions", "account", &[("content-type", "application/json")], "{}");
    assert_eq!(answer.status, 404, "{}", answer.text);
}

fn has_one_account(world: &World) {
    let other = Wire { access_key: "210987654321".to_owned(), ..world.wire() };
    let identity = other.sts("Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(identity.element("Account"), "123456789012");
}

fn forgets_tagged(world: &World) {
    world.tagged_table("was-tagged", &[("env", "production")]);
    let listed = || world.wire().tagging("GetResources", &json!({"ResourceTypeFilters": ["dynamodb:table"]})).to_string();
    assert!(listed().contains("table/was-tagged"));
    let arn = world.described("was-tagged")["TableArn"].take();
    world.wire().try_dynamodb("UntagResource", &json!({"ResourceArn": arn, "TagKeys": ["env"]}));
    assert!(!listed().contains("table/was-tagged"));
}

fn misnames_a_missing_table(world: &World) {
    let answer = world.wire().try_dynamodb("DescribeContinuousBackups", &json!({"TableName": "missing"}));
    assert_eq!(answer.code(), "ResourceNotFoundException");
}

fn has_one_page_of_tags(world: &World) {
    for number in 0..101 {
        world.tagged_table(&format!("page-{number:03}"), &[("page", "one")]);
    }
    let input = json!({"ResourceTypeFilters": ["dynamodb:table"], "ResourcesPerPage": 100, "TagFilters": [{"Key": "page"}]});
    let page = world.wire().tagging("GetResources", &input);
    assert_eq!(page["ResourceTagMappingList"].as_array().map(Vec::len), Some(101));
    assert_eq!(page["PaginationToken"].as_str().unwrap_or_default(), "");
}

fn keeps_no_system_backup(world: &World) {
    world.table("deleted");
    world.turn_on_pitr("deleted", 35);
    let wire = world.wire();
    wire.dynamodb("DeleteTable", &json!({"TableName": "deleted"}));
    let backups = wire.dynamodb("ListBackups", &json!({"BackupType": "ALL"}));
    assert_eq!(backups["BackupSummaries"], json!([]));
}

fn is_active_at_once(world: &World) {
    world.table("fresh");
    assert_eq!(world.described("fresh")["TableStatus"], "ACTIVE");
}

/// A call of AWS Backup.
fn backup(world: &World, method: &str, path: &str, input: &Value) -> Answer {
    world.wire().send(method, path, "backup", &[("content-type", "application/json")], &input.to_string())
}

/// A plan of one rule with that lifecycle, as it is sent.
fn plan(name: &str, lifecycle: &Value) -> Value {
    let rule = json!({"RuleName": "daily", "TargetBackupVaultName": "Default", "Lifecycle": lifecycle});
    json!({"BackupPlan": {"BackupPlanName": name, "Rules": [rule]}})
}

/// The id of a plan that is made for it.
fn made_plan(world: &World, name: &str) -> String {
    let made = backup(world, "PUT", "/backup/plans/", &plan(name, &json!({"DeleteAfterDays": 30})));
    made.json()["BackupPlanId"].as_str().expect("the plan was made").to_owned()
}

fn knows_no_selections(world: &World) {
    let answer = backup(world, "GET", &format!("/backup/plans/{}/selections/", made_plan(world, "selected")), &Value::Null);
    assert_eq!(answer.status, 500, "{}", answer.text);
}

fn changes_no_plan(world: &World) {
    let answer =
        backup(world, "POST", &format!("/backup/plans/{}", made_plan(world, "changed")), &plan("changed", &json!({"DeleteAfterDays": 35})));
    assert_eq!(answer.status, 500, "{}", answer.text);
}

fn wants_a_slash(world: &World) {
    let arn = tagged_vault(world, "tagged");
    let tags = |path: &str| backup(world, "GET", path, &Value::Null).json()["Tags"].take();
    assert_eq!(tags(&format!("/tags/{arn}/")), json!({"env": "production"}));
    assert_eq!(tags(&format!("/tags/{arn}")), json!({}));
}

fn keeps_tags(world: &World) {
    let arn = tagged_vault(world, "removed");
    backup(world, "DELETE", "/backup-vaults/removed", &Value::Null);
    backup(world, "PUT", "/backup-vaults/removed", &json!({}));
    let tags = backup(world, "GET", &format!("/tags/{arn}/"), &Value::Null);
    assert_eq!(tags.json()["Tags"], json!({"env": "production"}));
}

/// The ARN of a vault that is made with a tag.
fn tagged_vault(world: &World, name: &str) -> String {
    let made = backup(world, "PUT", &format!("/backup-vaults/{name}"), &json!({"BackupVaultTags": {"env": "production"}}));
    made.json()["BackupVaultArn"].as_str().expect("the vault was made").to_owned()
}

fn takes_short_cold_storage(world: &World) {
    let too_short = json!({"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 60});
    let answer = backup(world, "PUT", "/backup/plans/", &plan("cold", &too_short));
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn misnames_versioning(world: &World) {
    world.bucket("never-versioned", "us-east-1", &[]);
    let answer = world.wire().s3("GET", "/never-versioned?versioning", "");
    assert!(!answer.text.contains("<VersioningConfiguration"), "{}", answer.text);
}

fn speaks_no_cbor(world: &World) {
    let headers = [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")];
    let answer = world.wire().send("POST", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", "monitoring", &headers, "");
    assert_eq!(answer.status, 404, "{}", answer.text);
}

fn drops_metric_math(world: &World) {
    let alarm = "AlarmName=math&ComparisonOperator=GreaterThanThreshold&EvaluationPeriods=1&Threshold=1";
    let of = "MetricStat.Metric.Namespace=Custom&Metrics.member.1.MetricStat.Metric.MetricName=Jobs";
    let metric = format!(
        "Metrics.member.1.Id=jobs&Metrics.member.1.{of}&Metrics.member.1.MetricStat.Period=60&Metrics.member.1.MetricStat.Stat=Sum"
    );
    let made = world.wire().cloudwatch(&format!("Action=PutMetricAlarm&{alarm}&{metric}"));
    assert_eq!(made.status, 200, "{}", made.text);
    let read = world.wire().cloudwatch("Action=DescribeAlarms").text;
    assert!(read.contains(">math<") && !read.contains(">jobs<"), "{read}");
}

fn lists_no_alarms(world: &World) {
    let alarm = "AlarmName=tagged&ComparisonOperator=GreaterThanThreshold&EvaluationPeriods=1&Threshold=1&Period=60&Statistic=Sum";
    let tagged = "Namespace=Custom&MetricName=Jobs&Tags.member.1.Key=env&Tags.member.1.Value=production";
    let made = world.wire().cloudwatch(&format!("Action=PutMetricAlarm&{alarm}&{tagged}"));
    assert_eq!(made.status, 200, "{}", made.text);
    let listed = world.wire().tagging("GetResources", &json!({"ResourceTypeFilters": ["cloudwatch:alarm"]}));
    assert_eq!(listed["ResourceTagMappingList"], json!([]));
}
