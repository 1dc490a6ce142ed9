//! `aws_dynamodb_table` in a seed: the provider's attributes, and a few of the sandbox's own for age, state and items.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::account;
use crate::sandbox::services::dynamodb::{Definition, Item, Pitr, Stream, Table, days_before, key_of, table_arn, table_id};
use crate::sandbox::state::State;

/// How old a seeded table is when the seed does not say, so that a PITR window has history.
const DEFAULT_AGE_DAYS: i64 = 60;

/// Statuses that a seed can hold a table in.
const STATUSES: &[&str] = &["ACTIVE", "CREATING", "UPDATING", "DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"];

#[derive(Debug)]
struct SeededTable {
    name: String,
    account: String,
    region: String,
    definition: Definition,
    stream_view: Option<String>,
    encryption: Encryption,
    protection: Protection,
    tags: Option<BTreeMap<String, String>>,
    ttl_attribute: Option<String>,
    age_days: i64,
    status: Option<String>,
    /// With the canonical text of each one's key.
    items: Vec<(String, Item)>,
    replicas: Vec<Replica>,
}

#[derive(Debug)]
enum Encryption {
    /// AWS's own key, which costs nothing and does not show.
    Owned,
    /// AWS's key of KMS in the table's region.
    AwsKey,
    /// A named key of KMS.
    Key(String),
}

#[derive(Debug, Clone, Default)]
struct Protection {
    /// The period, and how long ago it was switched on if not at creation.
    pitr: Option<(i64, Option<i64>)>,
    deletion: bool,
}

#[derive(Debug)]
struct Replica {
    region: String,
    protection: Protection,
    propagate_tags: bool,
}

/// Reads one block.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let name = fields.required_text_within("name", |name| {
        let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)) && (3..=255).contains(&name.len());
        (!allowed).then(|| format!("a table's name has 3 to 255 of a-z, A-Z, 0-9, `_`, `.` and `-`, found `{name}`"))
    });
    let hash_key = fields.text("hash_key").unwrap_or_else(|| "pk".to_owned());
    let range_key = fields.text("range_key");
    let types: BTreeMap<String, String> = fields
        .blocks("attribute", |attribute| (attribute.required_text("name"), attribute.choice("type", &["S", "N", "B"]).unwrap_or_default()))
        .into_iter()
        .collect();
    let definition = definition(fields, &hash_key, range_key.as_deref(), &types);
    let pitr = fields.block("point_in_time_recovery", pitr).flatten();
    let items = items(fields, &definition);
    let encryption = fields.block("server_side_encryption", |block| (block.flag("enabled").unwrap_or(false), block.text("kms_key_arn")));
    let stream_on = fields.flag("stream_enabled").unwrap_or(false);
    let stream_view = fields.text("stream_view_type").filter(|view| !view.is_empty());
    Box::new(SeededTable {
        name,
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        definition,
        stream_view: stream_on.then(|| stream_view.unwrap_or_else(|| "NEW_AND_OLD_IMAGES".to_owned())),
        encryption: match encryption {
            Some((true, Some(key))) => Encryption::Key(key),
            Some((true, None)) => Encryption::AwsKey,
            _ => Encryption::Owned,
        },
        protection: Protection { pitr, deletion: fields.flag("deletion_protection_enabled").unwrap_or(false) },
        tags: fields.map("tags").map(BTreeMap::from_iter),
        ttl_attribute: fields
            .block("ttl", |ttl| (ttl.text("attribute_name"), ttl.flag("enabled").unwrap_or(true)))
            .and_then(|(attribute, enabled)| attribute.filter(|_| enabled)),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
        status: fields.choice("status", STATUSES).filter(|status| status != "ACTIVE"),
        items,
        replicas: fields.blocks("replica", replica),
    })
}

fn replica(fields: &mut Fields<'_>) -> Replica {
    fields.allow(&["kms_key_arn", "consistency_mode"]);
    let pitr = fields.flag("point_in_time_recovery").unwrap_or(false).then_some((35, None));
    Replica {
        region: fields.required_text("region_name"),
        protection: Protection { pitr, deletion: fields.flag("deletion_protection_enabled").unwrap_or(false) },
        propagate_tags: fields.flag("propagate_tags").unwrap_or(false),
    }
}

/// The period, and how long ago PITR was switched on; `None` when it is off.
fn pitr(fields: &mut Fields<'_>) -> Option<(i64, Option<i64>)> {
    let enabled = fields.flag("enabled").unwrap_or(false);
    let period = fields.number("recovery_period_in_days", 1..=35);
    let since = fields.number("enabled_days_ago", 0..=36_500);
    enabled.then(|| (period.unwrap_or(35), since))
}

fn definition(fields: &mut Fields<'_>, hash_key: &str, range_key: Option<&str>, types: &BTreeMap<String, String>) -> Definition {
    let mut keys = vec![json!({ "AttributeName": hash_key, "KeyType": "HASH" })];
    keys.extend(range_key.map(|name| json!({ "AttributeName": name, "KeyType": "RANGE" })));
    let mut all = types.clone();
    for name in std::iter::once(hash_key).chain(range_key) {
        all.entry(name.to_owned()).or_insert_with(|| "S".to_owned());
    }
    let provisioned = fields.choice("billing_mode", &["PAY_PER_REQUEST", "PROVISIONED"]).as_deref() == Some("PROVISIONED");
    let units = |value: Option<i64>| if provisioned { value.unwrap_or(1) } else { 0 };
    Definition {
        attributes: all.iter().map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind })).collect(),
        key_schema: Value::Array(keys),
        pay_per_request: !provisioned,
        read_units: units(fields.number("read_capacity", 1..=i64::MAX)),
        write_units: units(fields.number("write_capacity", 1..=i64::MAX)),
        global_indexes: fields.blocks("global_secondary_index", index),
        local_indexes: fields.blocks("local_secondary_index", index),
        stream: None,
        kms_key_arn: None,
        class: fields.choice("table_class", &["STANDARD", "STANDARD_INFREQUENT_ACCESS"]),
        on_demand: None,
    }
}

fn index(fields: &mut Fields<'_>) -> Value {
    let mut keys: Vec<Value> =
        fields.text("hash_key").map(|name| json!({ "AttributeName": name, "KeyType": "HASH" })).into_iter().collect();
    keys.extend(fields.text("range_key").map(|name| json!({ "AttributeName": name, "KeyType": "RANGE" })));
    let (read, write) = (fields.number("read_capacity", 0..=i64::MAX), fields.number("write_capacity", 0..=i64::MAX));
    let mut projection = json!({ "ProjectionType": fields.text("projection_type").unwrap_or_else(|| "ALL".to_owned()) });
    if let Some(attributes) = fields.value("non_key_attributes") {
        projection["NonKeyAttributes"] = serde_json::to_value(attributes).unwrap_or_default();
    }
    json!({
        "IndexName": fields.required_text("name"),
        "KeySchema": keys,
        "Projection": projection,
        "ProvisionedThroughput": { "ReadCapacityUnits": read.unwrap_or(0), "WriteCapacityUnits": write.unwrap_or(0) },
    })
}

/// `items = [{ id = "1", … }]` as DynamoDB's attribute values, each with its key.
fn items(fields: &mut Fields<'_>, definition: &Definition) -> Vec<(String, Item)> {
    let Some(value) = fields.value("items") else { return Vec::new() };
    let read = |item: &hcl::Value| Some(item.as_object()?.iter().map(|(name, value)| (name.clone(), attribute_value(value))).collect());
    let items: Option<Vec<Item>> = value.as_array().and_then(|items| items.iter().map(read).collect());
    let Some(items) = items else {
        fields.complain("items", "`items` must be a list of objects, for example `[{ pk = \"1\" }]`");
        return Vec::new();
    };
    let mut keyed = Vec::new();
    for (number, item) in items.into_iter().enumerate() {
        match key_of(definition, &item, false) {
            Ok(key) => keyed.push((key, item)),
            Err(error) => fields.complain("items", &format!("item {number}: {}", error.message)),
        }
    }
    keyed
}

fn attribute_value(value: &hcl::Value) -> Value {
    match value {
        hcl::Value::Null => json!({ "NULL": true }),
        hcl::Value::Bool(flag) => json!({ "BOOL": flag }),
        hcl::Value::Number(number) => json!({ "N": number.to_string() }),
        hcl::Value::String(text) => json!({ "S": text }),
        hcl::Value::Array(members) => json!({ "L": members.iter().map(attribute_value).collect::<Vec<_>>() }),
        hcl::Value::Object(entries) => {
            json!({ "M": entries.iter().map(|(name, value)| (name.clone(), attribute_value(value))).collect::<Item>() })
        }
    }
}

impl Plant for SeededTable {
    fn identity(&self) -> String {
        table_arn(&self.account, &self.region, &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        for replica in &self.replicas {
            let tags = self.tags.clone().filter(|_| replica.propagate_tags);
            self.put(state, now, &replica.region, (&replica.protection, tags));
        }
        self.put(state, now, &self.region, (&self.protection, self.tags.clone()))
    }
}

/// Tags of a table; absent when it was never tagged.
type Tags = Option<BTreeMap<String, String>>;

impl SeededTable {
    /// Puts the table into one of its regions, with what is that replica's own.
    fn put(&self, state: &mut State, now: Timestamp, region: &str, (protection, tags): (&Protection, Tags)) -> bool {
        let regions = self.replicas.iter().map(|replica| &replica.region).chain([&self.region]);
        let created_at = days_before(now, self.age_days);
        let mut definition = self.definition.clone();
        definition.kms_key_arn = match &self.encryption {
            Encryption::Owned => None,
            Encryption::AwsKey => Some(format!("arn:aws:kms:{region}:{}:key/aws-dynamodb", self.account)),
            Encryption::Key(key) => Some(key.clone()),
        };
        definition.stream = self.stream_view.clone().map(|view_type| Stream { view_type, label: created_at.to_string() });
        let id = table_id(state.fresh_number());
        let times = (created_at, created_at, created_at);
        let mut table = Table::new(table_arn(&self.account, region, &self.name), self.name.clone(), id, definition, times);
        table.held.clone_from(&self.status);
        table.deletion_protection = protection.deletion;
        table.ttl_attribute.clone_from(&self.ttl_attribute);
        table.tags = tags;
        table.replicas = regions.filter(|other| *other != region).cloned().collect();
        table.pitr = protection.pitr.map(|(period, since)| {
            let enabled_at = since.map_or(created_at, |days| days_before(now, days)).max(created_at);
            Pitr::starting(enabled_at, period)
        });
        table.items = self.items.iter().cloned().collect();
        if account::is_opt_in(region) {
            state.enable_region(&self.account, region);
        }
        state.region_mut(&self.account, region).dynamodb.insert(table).is_some_and(|before| before.gone_at.is_none_or(|at| now < at))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sandbox::Seed;
    use crate::sandbox::testing::{World, seconds};

    #[test]
    fn a_seeded_table_has_the_history_of_its_age() {
        let world = World::seeded(
            r#"
            resource "aws_dynamodb_table" "events" {
              name             = "events"
              hash_key         = "id"
              created_days_ago = 90
              tags             = { env = "production", tier = 1 }
              point_in_time_recovery {
                enabled                 = true
                recovery_period_in_days = 7
              }
              deletion_protection_enabled = true
              items = [{ id = "1", n = 5, list = [true, null] }]
            }
            "#,
        );
        let answer = world.dynamodb("DescribeContinuousBackups", json!({"TableName": "events"}));
        let pitr = &answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
        assert_eq!(pitr["EarliestRestorableDateTime"], json!(seconds("2026-11-14T00:00:00Z")));
        assert_eq!(pitr["LatestRestorableDateTime"], json!(seconds("2026-11-20T23:55:00Z")));
        let table = &world.dynamodb("DescribeTable", json!({"TableName": "events"}))["Table"];
        assert_eq!((&table["DeletionProtectionEnabled"], &table["TableStatus"]), (&json!(true), &json!("ACTIVE")));
        let item = world.dynamodb("GetItem", json!({"TableName": "events", "Key": {"id": {"S": "1"}}}));
        assert_eq!(item["Item"], json!({"id": {"S": "1"}, "n": {"N": "5"}, "list": {"L": [{"BOOL": true}, {"NULL": true}]}}));
        let tags = world.dynamodb("ListTagsOfResource", json!({"ResourceArn": table["TableArn"]}));
        assert_eq!(tags["Tags"], json!([{"Key": "env", "Value": "production"}, {"Key": "tier", "Value": "1"}]));
    }

    #[test]
    fn a_seeded_replica_is_in_its_own_region_with_its_own_protection() {
        let world = World::seeded(
            r#"
            resource "aws_dynamodb_table" "global" {
              name = "global"
              point_in_time_recovery { enabled = true }
              tags = { env = "production" }
              replica { region_name = "eu-west-1" }
            }
            "#,
        );
        let there = world.in_region("eu-west-1");
        let answer = there.dynamodb("DescribeContinuousBackups", json!({"TableName": "global"}));
        assert_eq!(answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "DISABLED");
        let table = &there.dynamodb("DescribeTable", json!({"TableName": "global"}))["Table"];
        assert_eq!(table["Replicas"][0]["RegionName"], "us-east-1");
        assert_eq!(there.dynamodb("ListTagsOfResource", json!({"ResourceArn": table["TableArn"]}))["Tags"], json!([]));
    }

    #[test]
    fn a_table_can_be_held_in_a_state_and_live_in_another_account() {
        let world = World::seeded(
            "resource \"aws_dynamodb_table\" \"t\" {\n  name = \"slow\"\n  status = \"CREATING\"\n  account_id = \"210987654321\"\n}\n",
        );
        let other = world.with_key("210987654321");
        assert_eq!(other.dynamodb("DescribeTable", json!({"TableName": "slow"}))["Table"]["TableStatus"], "CREATING");
        assert_eq!(other.fails("DescribeContinuousBackups", json!({"TableName": "slow"})).0, "TableNotFoundException");
        assert_eq!(world.fails("DescribeTable", json!({"TableName": "slow"})).0, "ResourceNotFoundException");
    }

    #[test]
    fn an_item_without_its_key_is_a_problem() {
        let text = Seed::parse("s.hcl", "resource \"aws_dynamodb_table\" \"t\" {\n  name = \"abc\"\n  items = [{ x = 1 }]\n}\n")
            .unwrap_err()
            .to_string();
        assert!(text.starts_with("s.hcl:3:11: item 0: ") && text.contains("Missing the key pk"), "{text}");
    }
}
