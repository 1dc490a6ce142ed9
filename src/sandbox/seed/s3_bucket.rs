//! `aws_s3_bucket` in a seed: the provider's resources about one bucket as blocks inside it, and objects with sizes and ages.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Plant;
use super::fields::Fields;
use super::s3_documents::{
    ENCRYPTION_OF_POLICY, ENCRYPTION_RULE, LIFECYCLE_RULE, LOCK_OF_POLICY, REPLICATION, REPLICATION_RULE, RETENTION, Word, read,
};
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::clock::later;
use crate::sandbox::services::account;
use crate::sandbox::services::dynamodb::days_before;
use crate::sandbox::services::s3::{self, Bucket, Lifecycle, Progress, Settling, Version, Versioning};
use crate::sandbox::state::State;

/// How old a seeded bucket is when the seed does not say.
const DEFAULT_AGE_DAYS: i64 = 60;

#[derive(Debug)]
struct SeededBucket {
    name: String,
    account: String,
    region: String,
    tags: Option<BTreeMap<String, String>>,
    age_days: i64,
    versioning: Versioning,
    mfa_delete: bool,
    lifecycle: Option<Lifecycle>,
    replication: Option<Value>,
    progress: Vec<SeededProgress>,
    has_lock: bool,
    default_retention: Option<Value>,
    encryption: Option<Value>,
    policy: Option<String>,
    objects: Vec<SeededObject>,
}

/// How far a replication rule is, other than that all is done.
#[derive(Debug)]
struct SeededProgress {
    rule: String,
    pending: u32,
    latency_seconds: u32,
    failed: u32,
    failed_days_ago: i64,
    began_days_ago: Option<i64>,
    stopped_minutes_ago: Option<i64>,
}

#[derive(Debug)]
struct SeededObject {
    key: String,
    content: Option<String>,
    size: i64,
    age_days: Option<i64>,
    storage_class: Option<String>,
    tags: BTreeMap<String, String>,
    is_marker: bool,
}

/// Reads one block.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let name = fields.required_text_within("bucket", |name| {
        (!s3::is_name(name)).then(|| format!("a bucket's name has 3 to 63 of a-z, 0-9, `.` and `-`, found `{name}`"))
    });
    let versions = fields.block("versioning", |block| {
        let mfa_delete = block.choice("mfa_delete", &["Enabled", "Disabled"]).is_some_and(|status| status == "Enabled");
        (block.choice("status", &["Enabled", "Suspended"]), mfa_delete)
    });
    let (status, mfa_delete) = versions.unwrap_or_default();
    let enabled = fields.flag("object_lock_enabled").unwrap_or(false);
    let configured = fields.block("object_lock_configuration", |block| {
        block.block("rule", |rule| rule.block("default_retention", |retention| read(retention, RETENTION))).flatten()
    });
    let has_lock = enabled || configured.is_some();
    let versioning = match status.as_deref() {
        Some("Suspended") => Versioning::Suspended,
        Some(_) => Versioning::Enabled,
        // Object lock brings versioning along.
        None if has_lock => Versioning::Enabled,
        None => Versioning::Never,
    };
    if has_lock && versioning != Versioning::Enabled {
        fields.complain("versioning", "a bucket with object lock keeps versions: `versioning { status = \"Enabled\" }`");
    }
    policy_blocks(fields);
    let lifecycle = fields.block("lifecycle_configuration", lifecycle).flatten();
    if mfa_delete && lifecycle.is_some() {
        fields.complain("lifecycle_configuration", "a bucket with MFA delete has no lifecycle rules: leave one of the two out");
    }
    let replication = fields.block("replication_configuration", |block| read(block, REPLICATION));
    if replication.is_some() && versioning != Versioning::Enabled {
        fields.complain("versioning", "a bucket that replicates keeps versions: `versioning { status = \"Enabled\" }`");
    }
    let progress = progress(fields, replication.as_ref());
    let encryption = fields.block("server_side_encryption_configuration", |block| block.block("rule", |rule| read(rule, ENCRYPTION_RULE)));
    Box::new(SeededBucket {
        name,
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        tags: fields.map("tags").map(BTreeMap::from_iter),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
        versioning,
        mfa_delete,
        lifecycle,
        replication,
        progress,
        has_lock,
        default_retention: configured.flatten(),
        encryption: encryption.flatten().map(|rule| json!({ "Rule": [rule] })),
        policy: fields.text("policy"),
        objects: fields.blocks("object", object),
    })
}

/// Blocks that a policy has and a seed has not: a seed is written as the provider's resources are.
fn policy_blocks(fields: &mut Fields<'_>) {
    let says = |name: &'static str, inner: &'static [Word], right: &str, fields: &mut Fields<'_>| {
        fields.blocks(name, |block| {
            read(block, inner);
            block.complain(name, &format!("a seed has no `{name}`: write `{right}`"));
        });
    };
    says("lifecycle_rule", LIFECYCLE_RULE, "lifecycle_configuration { rule { … } }", fields);
    says("replication_rule", REPLICATION_RULE, "replication_configuration { rule { … } }", fields);
    says("object_lock", LOCK_OF_POLICY, "object_lock_configuration { rule { default_retention { … } } }", fields);
    let encryption = "server_side_encryption_configuration { rule { apply_server_side_encryption_by_default { … } } }";
    says("server_side_encryption", ENCRYPTION_OF_POLICY, encryption, fields);
}

/// The rules, which must be such as S3 would take.
fn lifecycle(fields: &mut Fields<'_>) -> Option<Lifecycle> {
    let sizes = [s3::DEFAULT_MINIMUM_SIZE, s3::OLD_MINIMUM_SIZE];
    let minimum_size = fields.choice("transition_default_minimum_object_size", &sizes);
    let rules = fields.blocks("rule", |rule| {
        let mut read = read(rule, LIFECYCLE_RULE);
        if read.get("Status").is_none() {
            read["Status"] = json!("Enabled");
        }
        read
    });
    let document = json!({ "Rule": rules });
    if let Err(error) = s3::check_lifecycle(&document) {
        fields.complain("rule", &error.message);
        return None;
    }
    Some(Lifecycle { document, minimum_size: minimum_size.unwrap_or_else(|| s3::DEFAULT_MINIMUM_SIZE.to_owned()) })
}

/// How far rules are, which must be rules of the bucket.
fn progress(fields: &mut Fields<'_>, replication: Option<&Value>) -> Vec<SeededProgress> {
    let rules = replication.and_then(|document| document["Rule"].as_array()).into_iter().flatten();
    let ids: Vec<&str> = rules.filter_map(|rule| rule["ID"].as_str()).collect();
    fields.blocks("replication_progress", |block| {
        let many = |name: &'static str, block: &mut Fields<'_>| {
            let number = block.number(name, 0..=i64::from(u32::MAX)).unwrap_or_default();
            u32::try_from(number).unwrap_or_default()
        };
        SeededProgress {
            rule: block.choice("rule", &ids).unwrap_or_default(),
            pending: many("pending", block),
            latency_seconds: many("latency_seconds", block),
            failed: many("failed", block),
            failed_days_ago: block.number("failed_days_ago", 1..=455).unwrap_or(1),
            began_days_ago: block.number("began_days_ago", 0..=36_500),
            stopped_minutes_ago: block.number("stopped_minutes_ago", 0..=1_000_000),
        }
    })
}

fn object(fields: &mut Fields<'_>) -> SeededObject {
    SeededObject {
        key: fields.required_text("key"),
        content: fields.text("content"),
        size: fields.number("size", 0..=i64::MAX).unwrap_or_default(),
        age_days: fields.number("created_days_ago", 0..=36_500),
        storage_class: fields.text("storage_class").filter(|class| class != "STANDARD"),
        tags: fields.map("tags").map(BTreeMap::from_iter).unwrap_or_default(),
        is_marker: fields.flag("delete_marker").unwrap_or(false),
    }
}

impl Plant for SeededBucket {
    fn identity(&self) -> String {
        s3::bucket_arn(&self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        let mut bucket = Bucket::new(&self.name, &self.account, &self.region, days_before(now, self.age_days));
        bucket.tags.clone_from(&self.tags);
        bucket.versioning = self.versioning;
        bucket.mfa_delete = self.mfa_delete;
        bucket.policy.clone_from(&self.policy);
        if self.has_lock {
            bucket.lock(self.default_retention.clone());
        }
        bucket.lifecycle = Settling::settled(self.lifecycle.clone().map(|mut lifecycle| {
            s3::name_rules(state, &mut lifecycle.document);
            lifecycle
        }));
        bucket.replication = self.replication.clone().map(|mut document| {
            s3::name_rules(state, &mut document);
            document
        });
        bucket.progress = self.progress.iter().map(|one| (one.rule.clone(), one.at(now))).collect();
        bucket.documents.extend(self.encryption.clone().map(|document| ("encryption".to_owned(), document)));
        let mut objects: Vec<&SeededObject> = self.objects.iter().collect();
        objects.sort_by_key(|object| std::cmp::Reverse(object.age_days.unwrap_or(self.age_days)));
        for object in objects {
            let version = object.version(days_before(now, object.age_days.unwrap_or(self.age_days)));
            let id = s3::version_id(state);
            bucket.write(&object.key, version, id);
        }
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        // From this day on the rules are carried out.
        state.s3.settle(now);
        state.s3.insert(bucket).is_some()
    }
}

impl SeededProgress {
    fn at(&self, now: Timestamp) -> Progress {
        let before = |minutes: i64| later(now, SignedDuration::from_mins(minutes.saturating_neg()));
        Progress {
            pending: self.pending,
            latency_seconds: self.latency_seconds,
            failures: [(days_before(now, self.failed_days_ago), self.failed)].into_iter().filter(|(_, failed)| *failed > 0).collect(),
            began: self.began_days_ago.map(|days| days_before(now, days)),
            stopped_at: self.stopped_minutes_ago.map(before),
        }
    }
}

impl SeededObject {
    fn version(&self, at: Timestamp) -> Version {
        if self.is_marker {
            return Version { at, is_marker: true, ..Version::default() };
        }
        let mut version = Version::with_body(self.content.as_deref().unwrap_or_default().as_bytes(), at);
        if self.content.is_none() {
            version.size = u64::try_from(self.size).unwrap_or_default();
            version.body = None;
        }
        version.storage_class.clone_from(&self.storage_class);
        version.tags.clone_from(&self.tags);
        version
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;
    use crate::sandbox::wire::{Reply, Request};

    fn get(world: &World, path: &str) -> String {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query.to_owned())));
        let request = Request { method: "GET".into(), path: path.into(), query, ..Request::default() };
        let Reply::Answer { response, .. } = world.sign("s3", request) else { panic!("no answer") };
        String::from_utf8(response.body).unwrap()
    }

    fn problems(inside: &str) -> String {
        let text = format!("resource \"aws_s3_bucket\" \"b\" {{\n  bucket = \"exports\"\n{inside}\n}}\n");
        Seed::parse("seed.hcl", &text).unwrap_err().to_string()
    }

    #[test]
    fn a_seeded_bucket_has_its_configuration_and_objects() {
        let world = World::seeded(
            r#"
            resource "aws_s3_bucket" "copy" {
              bucket = "exports-copy"
              region = "us-west-2"
              versioning { status = "Enabled" }
            }
            resource "aws_s3_bucket" "exports" {
              bucket = "exports"
              tags   = { env = "production" }
              versioning { status = "Enabled" }
              lifecycle_configuration {
                transition_default_minimum_object_size = "varies_by_storage_class"
                rule {
                  id     = "by-hand"
                  prefix = "logs/"
                  expiration { days = 9 }
                }
                rule {
                  prefix = "tmp/"
                  expiration { days = 1 }
                }
              }
              replication_configuration {
                role = "arn:aws:iam::123456789012:role/r"
                rule {
                  priority = 1
                  status   = "Enabled"
                  filter {
                    and {
                      prefix = "a/"
                      tags   = { k = "v" }
                    }
                  }
                  delete_marker_replication { status = "Disabled" }
                  destination { bucket = "arn:aws:s3:::exports-copy" }
                }
              }
              server_side_encryption_configuration {
                rule {
                  apply_server_side_encryption_by_default { sse_algorithm = "aws:kms" }
                }
              }
              object_lock_configuration {
                rule {
                  default_retention {
                    mode = "COMPLIANCE"
                    days = 30
                  }
                }
              }
              object {
                key              = "a"
                size             = 1000000000000
                created_days_ago = 40
              }
              object {
                key              = "a"
                content          = "new"
                created_days_ago = 4
              }
            }
            "#,
        );
        let lifecycle = get(&world, "/exports?lifecycle");
        assert!(lifecycle.contains("<ID>by-hand</ID><Prefix>logs/</Prefix>") && !lifecycle.contains("Filter"), "{lifecycle}");
        assert_eq!(lifecycle.matches("<ID>").count(), 2);
        let replication = get(&world, "/exports?replication");
        assert!(replication.contains("<And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>"), "{replication}");
        assert!(get(&world, "/exports?encryption").contains("aws:kms"));
        assert!(get(&world, "/exports?object-lock").contains("<Mode>COMPLIANCE</Mode>"));
        assert!(get(&world, "/exports?tagging").contains("<Key>env</Key>"));
        assert_eq!(get(&world, "/exports/a"), "new");
        let versions = get(&world, "/exports?versions");
        assert!(versions.contains("<Size>1000000000000</Size>") && versions.contains("2026-10-12T00:00:00.000Z"), "{versions}");
        assert!(get(&world.in_region("us-west-2"), "/exports-copy?versioning").contains("Enabled"));
    }

    #[test]
    fn what_s3_would_refuse_is_a_problem_of_the_seed() {
        assert!(problems("  lifecycle_configuration {\n    rule {\n      prefix = \"a\"\n    }\n  }").contains("At least one action"));
        assert!(problems("  object_lock_enabled = true\n  versioning {\n    status = \"Suspended\"\n  }").contains("keeps versions"));
        assert!(problems("  versioning {\n    state = \"Enabled\"\n  }").contains("did you mean `status`?"));
        let wrong = Seed::parse("seed.hcl", "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"Exports\"\n}\n").unwrap_err().to_string();
        assert!(wrong.contains("a bucket's name has 3 to 63"), "{wrong}");
    }

    #[test]
    fn blocks_of_a_policy_are_answered_with_those_of_a_seed() {
        let said = problems(
            "  lifecycle_rule \"old\" {\n    expiration { days = 9 }\n  }\n  object_lock {\n    default_retention {\n      mode = \"GOVERNANCE\"\n      days = 1\n    }\n  }\n  replication_rule \"dr\" {\n    destination { bucket = \"arn:aws:s3:::b\" }\n  }\n  server_side_encryption {\n    sse_algorithm = \"aws:kms\"\n  }",
        );
        for right in [
            "a seed has no `lifecycle_rule`: write `lifecycle_configuration { rule { … } }`",
            "a seed has no `replication_rule`: write `replication_configuration { rule { … } }`",
            "a seed has no `object_lock`: write `object_lock_configuration {",
            "a seed has no `server_side_encryption`: write `server_side_encryption_configuration {",
        ] {
            assert_eq!(said.matches(right).count(), 1, "{said}");
        }
        assert!(!said.contains("did you mean"), "{said}");
    }
}
