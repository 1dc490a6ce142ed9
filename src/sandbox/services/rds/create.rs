//! Making instances and clusters.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::backups::{Backups, Wanted};
use super::databases::{Cluster, Common, Instance};
use super::{arn, clusters, fault, invalid, required, show, tags, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// How a member is read.
#[derive(Debug, Clone, Copy)]
enum As {
    Text,
    Whole,
    Flag,
    Texts,
}

/// Members that are only given back: as they are asked for, and as they are shown.
const SAID: &[(&str, &str, As)] = &[
    ("AllocatedStorage", "AllocatedStorage", As::Whole),
    ("AutoMinorVersionUpgrade", "AutoMinorVersionUpgrade", As::Flag),
    ("AvailabilityZone", "AvailabilityZone", As::Text),
    ("AvailabilityZones", "AvailabilityZones", As::Texts),
    ("CACertificateIdentifier", "CACertificateIdentifier", As::Text),
    ("DBClusterInstanceClass", "DBClusterInstanceClass", As::Text),
    ("DBClusterParameterGroupName", "DBClusterParameterGroup", As::Text),
    ("DBInstanceClass", "DBInstanceClass", As::Text),
    ("DBName", "DBName", As::Text),
    ("DBParameterGroupName", "DBParameterGroupName", As::Text),
    ("DatabaseName", "DatabaseName", As::Text),
    ("EnableHttpEndpoint", "HttpEndpointEnabled", As::Flag),
    ("EnableIAMDatabaseAuthentication", "IAMDatabaseAuthenticationEnabled", As::Flag),
    ("EnablePerformanceInsights", "PerformanceInsightsEnabled", As::Flag),
    ("EngineMode", "EngineMode", As::Text),
    ("EngineVersion", "EngineVersion", As::Text),
    ("Iops", "Iops", As::Whole),
    ("KmsKeyId", "KmsKeyId", As::Text),
    ("LicenseModel", "LicenseModel", As::Text),
    ("MasterUsername", "MasterUsername", As::Text),
    ("MaxAllocatedStorage", "MaxAllocatedStorage", As::Whole),
    ("MonitoringInterval", "MonitoringInterval", As::Whole),
    ("MultiAZ", "MultiAZ", As::Flag),
    ("NetworkType", "NetworkType", As::Text),
    ("OptionGroupName", "OptionGroupName", As::Text),
    ("PubliclyAccessible", "PubliclyAccessible", As::Flag),
    ("StorageEncrypted", "StorageEncrypted", As::Flag),
    ("StorageType", "StorageType", As::Text),
    ("VpcSecurityGroupIds", "VpcSecurityGroupIds", As::Texts),
];

/// Reads what is only given back.
pub(super) fn said(fields: Input<'_>) -> Result<Map<String, Value>, AwsError> {
    let mut said = Map::new();
    for (asked, shown, how) in SAID {
        let value = match how {
            As::Text => fields.text(asked)?.map(Value::from),
            As::Whole => fields.integer(asked)?.map(Value::from),
            As::Flag => fields.flag(asked)?.map(Value::from),
            As::Texts => Some(fields.texts(asked)?).filter(|texts| !texts.is_empty()).map(Value::from),
        };
        said.extend(value.map(|value| ((*shown).to_owned(), value)));
    }
    Ok(said)
}

/// Checks the identifier of an instance or a cluster and gives it in lower case, as AWS keeps it.
///
/// Source: RDS API reference, `CreateDBInstance`: 1 to 63 letters, numbers or hyphens; a letter first; no hyphen last, nor two in a row.
pub(crate) fn check_name(member: &str, name: &str) -> Result<String, AwsError> {
    let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && (1..=63).contains(&name.len());
    if !allowed || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name.ends_with('-') || name.contains("--") {
        return Err(invalid(format!(
            "The parameter {member} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )));
    }
    Ok(name.to_ascii_lowercase())
}

/// What both have, made now.
pub(crate) fn common(arn: String, name: String, engine: String, number: u64, days: i64, now: Timestamp) -> Common {
    let kind = if arn.contains(":cluster:") { "cluster" } else { "db" };
    Common {
        resource_id: format!("{kind}-SANDBOX{number:019}"),
        name,
        arn,
        engine,
        created_at: now,
        available_at: now,
        busy_until: None,
        gone_at: None,
        held: None,
        backups: Backups::starting(now, days, number),
        tags: None,
        said: Map::new(),
        waiting: None,
    }
}

/// AWS's defaults for what was not said of an instance.
pub(crate) fn fill_instance(said: &mut Map<String, Value>, engine: &str) {
    let defaults = json!({
        "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20, "AutoMinorVersionUpgrade": true, "MultiAZ": false,
        "PubliclyAccessible": false, "StorageEncrypted": false, "StorageType": "gp2", "MasterUsername": "admin",
        "IAMDatabaseAuthenticationEnabled": false, "PerformanceInsightsEnabled": false, "MonitoringInterval": 0, "NetworkType": "IPV4",
        "CACertificateIdentifier": "rds-ca-rsa2048-g1", "AvailabilityZone": "us-east-1a", "EngineVersion": version(engine),
        "LicenseModel": if engine.contains("postgres") { "postgresql-license" } else { "general-public-license" },
    });
    fill(said, &defaults);
}

/// AWS's defaults for what was not said of a cluster.
pub(crate) fn fill_cluster(said: &mut Map<String, Value>, engine: &str) {
    let defaults = json!({
        "AllocatedStorage": 1, "MultiAZ": false, "StorageEncrypted": false, "MasterUsername": "admin", "EngineVersion": version(engine),
        "IAMDatabaseAuthenticationEnabled": false, "HttpEndpointEnabled": false, "NetworkType": "IPV4", "AutoMinorVersionUpgrade": true,
        "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
    });
    fill(said, &defaults);
}

fn fill(said: &mut Map<String, Value>, defaults: &Value) {
    for (member, value) in defaults.as_object().into_iter().flatten() {
        said.entry(member.clone()).or_insert_with(|| value.clone());
    }
}

/// A version of an engine that is current at the time of writing.
fn version(engine: &str) -> &'static str {
    match engine {
        "docdb" => "5.0.0",
        "neptune" => "1.4.5.0",
        "aurora-mysql" => "8.0.mysql_aurora.3.10.0",
        "mariadb" => "11.8.3",
        _ if engine.contains("postgres") => "17.6",
        _ => "8.4.6",
    }
}

/// `CreateDBInstance`.
pub(super) fn instance(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = check_name("DBInstanceIdentifier", required(fields, "DBInstanceIdentifier")?)?;
    let engine = required(fields, "Engine")?.to_lowercase();
    required(fields, "DBInstanceClass")?;
    let cluster = fields.text("DBClusterIdentifier")?.map(str::to_lowercase);
    let wanted = Wanted::read(fields, 0)?;
    let tagged = tags::read(fields)?;
    let mut given = said(fields)?;
    given.extend(fields.integer("Port")?.map(|port| ("DbInstancePort".to_owned(), Value::from(port))));
    fill_instance(&mut given, &engine);
    let (now, settles, number) = (call.now, call.settles_at(), call.state.fresh_number());
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    if held.instances.contains_key(&name) {
        return Err(fault("DBInstanceAlreadyExists", 400, "DB instance already exists"));
    }
    if let Some(cluster) = &cluster {
        if !held.clusters.contains_key(cluster) {
            return Err(clusters::not_found(cluster));
        }
        if wanted.days.is_some() {
            return Err(together(
                "The requested DB Instance will be a member of a DB Cluster. Set backup retention period for the DB Cluster.",
            ));
        }
    }
    let mut common = common(arn(&account, &region, "db", &name), name.clone(), engine, number, 1, now);
    common.available_at = settles;
    common.backups.days = wanted.days.unwrap_or(1);
    let (window, maintenance) = wanted.hours();
    common.backups.choose_hours(window, maintenance);
    common.backups.take(&wanted, &format!("instance {name}"), now, now)?;
    common.tags = tagged;
    common.said = given;
    let instance = Instance::new(common, cluster, None);
    let shown = show::instance(held, &instance, &region, now);
    held.instances.insert(name, instance);
    Ok(json!({ "DBInstance": shown }))
}

/// `CreateDBCluster`.
pub(super) fn cluster(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = check_name("DBClusterIdentifier", required(fields, "DBClusterIdentifier")?)?;
    let engine = required(fields, "Engine")?.to_lowercase();
    if !clusters::ENGINES.contains(&engine.as_str()) {
        return Err(invalid("Invalid DB engine"));
    }
    let backtrack = clusters::backtrack(fields, &engine)?.unwrap_or(0);
    let wanted = Wanted::read(fields, 1)?;
    let tagged = tags::read(fields)?;
    let mut given = said(fields)?;
    given.extend(fields.integer("Port")?.map(|port| ("Port".to_owned(), Value::from(port))));
    fill_cluster(&mut given, &engine);
    let (now, settles, number) = (call.now, call.settles_at(), call.state.fresh_number());
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    if held.clusters.contains_key(&name) {
        return Err(fault("DBClusterAlreadyExistsFault", 400, "DB Cluster already exists"));
    }
    let mut common = common(arn(&account, &region, "cluster", &name), name.clone(), engine, number, 1, now);
    common.available_at = settles;
    common.backups.days = wanted.days.unwrap_or(1);
    let (window, maintenance) = wanted.hours();
    common.backups.choose_hours(window, maintenance);
    common.backups.take(&wanted, &format!("cluster {name}"), now, now)?;
    common.tags = tagged;
    common.said = given;
    let cluster = Cluster { common, backtrack };
    let shown = show::cluster(held, &cluster, &region, now);
    held.clusters.insert(name, cluster);
    Ok(json!({ "DBCluster": shown }))
}
