//! Seeds: what a sandbox holds at the start, in the Terraform AWS provider's own words.
//!
//! `resource` blocks with `count` or `for_each`, and `locals`. One file for each type of resource; a new one is a line in `KINDS`.
//! A seed is checked as a whole before any of it is planted.
//!
//! | type | beside the provider's attributes |
//! |---|---|
//! | `aws_backup_global_settings` | what is not named keeps its value; no `region` |
//! | `aws_backup_logically_air_gapped_vault` | those of `aws_backup_vault` but `lock` |
//! | `aws_backup_plan` | `selection` blocks, as a seed has no references; `id`, `created_days_ago` |
//! | `aws_backup_region_settings` | what is not named keeps its value |
//! | `aws_backup_vault` | `policy`, `notifications`, `lock` (with `locked_days_ago`), `recovery_point` and `restore_job` blocks; `created_days_ago` |
//! | `aws_cloudwatch_dashboard` | `tags`, `created_days_ago`; no `region` |
//! | `aws_cloudwatch_log_group` | `stored_bytes`, `created_days_ago` |
//! | `aws_db_instance`, `aws_rds_cluster`, `aws_docdb_cluster`, `aws_neptune_cluster`, `aws_rds_cluster_instance` | `created_days_ago`, `status`, `aws_backup_recovery_point_arn`, `pending_backup_retention_period`, `snapshot` blocks |
//! | `aws_dlm_lifecycle_policy` | `id`; no copies, archives or shares |
//! | `aws_dynamodb_table` | `items`, `status`, `created_days_ago`, and in `point_in_time_recovery` `enabled_days_ago` |
//! | `aws_efs_file_system` | `id`; `backup_policy`, `state`, `created_days_ago` |
//! | `aws_elasticache_replication_group` | `status`, `created_days_ago`, `snapshot` blocks |
//! | `aws_iam_role` | no `region` |
//! | `aws_kms_key` | `key_id`, `alias`, and `state` |
//! | `aws_organizations_account`, `aws_organizations_organizational_unit` | `id`; of an account, `status` |
//! | `aws_redshift_cluster` | `status`, `created_days_ago`, `snapshot` blocks |
//!
//! They take `region` and `account_id`. A `recovery_point` has `resource_arn`, `created_days_ago`, `created_hours_ago`, `cold_storage_after`,
//! `delete_after`, `status` (`AVAILABLE` and `STOPPED` are continuous), `size_bytes`, `source_vault_arn`, `kms_key_arn`, `tags`,
//! `restored_hours_ago`, `encrypted = false`, `dated = false`, and `repeat`, for so many of them, `repeat_every_hours` apart, the newest first.
//! A `snapshot` is beside the automated ones, which come of the clock; it has `identifier`, `created_days_ago`, `created_hours_ago`, `type`
//! (`manual`, `automated`, `awsbackup`), `status`, `encrypted`, `kms_key_id`, `retention_period`, `repeat`, `repeat_every_hours`, `copied_to`
//! (a region, where it is then), and `of_deleted = true` for what was made of another thing of the name, which is gone.
//! A `restore_job` has `resource_arn`, `started_days_ago`, `started_hours_ago`, `minutes`, `status`, `status_message`, `validation_status`,
//! `validation_status_message`, `restore_testing_plan_name`, and `source_resource_told = false`, as AWS has long not told it.

mod backup_global_settings;
mod backup_plan;
mod backup_region_settings;
mod backup_vault;
mod dashboard;
mod dlm;
mod dynamodb_table;
mod efs;
mod elasticache;
mod fields;
mod iam_role;
mod kms_key;
mod log_group;
mod metric_alarm;
mod organizations;
mod rds;
mod rds_events;
mod redshift;
mod s3_bucket;
mod s3_documents;
mod snapshot;
mod sns_topic;

use std::collections::BTreeMap;
use std::fmt;

use hcl::Value;
use hcl::edit::structure::{Block, Body, Structure};
use hcl::eval::{Context, FuncDef, ParamType};
use jiff::Timestamp;

use super::SandboxError;
use super::state::State;
use fields::{Fields, Source, suggestion};

/// The types of resource that a seed can hold.
static KINDS: &[Kind] = &[
    Kind { name: "aws_backup_global_settings", decode: backup_global_settings::decode },
    Kind { name: "aws_backup_logically_air_gapped_vault", decode: backup_vault::decode_air_gapped },
    Kind { name: "aws_backup_plan", decode: backup_plan::decode },
    Kind { name: "aws_backup_region_settings", decode: backup_region_settings::decode },
    Kind { name: "aws_backup_vault", decode: backup_vault::decode },
    Kind { name: "aws_cloudwatch_composite_alarm", decode: metric_alarm::decode_composite },
    Kind { name: "aws_cloudwatch_dashboard", decode: dashboard::decode },
    Kind { name: "aws_cloudwatch_log_group", decode: log_group::decode },
    Kind { name: "aws_cloudwatch_metric_alarm", decode: metric_alarm::decode },
    Kind { name: "aws_db_event_subscription", decode: rds_events::decode },
    Kind { name: "aws_db_instance", decode: rds::instance },
    Kind { name: "aws_dlm_lifecycle_policy", decode: dlm::decode },
    Kind { name: "aws_docdb_cluster", decode: rds::docdb_cluster },
    Kind { name: "aws_dynamodb_table", decode: dynamodb_table::decode },
    Kind { name: "aws_efs_file_system", decode: efs::decode },
    Kind { name: "aws_elasticache_replication_group", decode: elasticache::decode },
    Kind { name: "aws_iam_role", decode: iam_role::decode },
    Kind { name: "aws_kms_key", decode: kms_key::decode },
    Kind { name: "aws_organizations_account", decode: organizations::account },
    Kind { name: "aws_organizations_organizational_unit", decode: organizations::unit },
    Kind { name: "aws_neptune_cluster", decode: rds::neptune_cluster },
    Kind { name: "aws_rds_cluster", decode: rds::rds_cluster },
    Kind { name: "aws_rds_cluster_instance", decode: rds::member },
    Kind { name: "aws_redshift_cluster", decode: redshift::decode },
    Kind { name: "aws_s3_bucket", decode: s3_bucket::decode },
    Kind { name: "aws_sns_topic", decode: sns_topic::decode },
];

/// How one type of resource is read.
struct Kind {
    name: &'static str,
    /// Reads one block; problems go into the fields, and what it returns is used only when there are none.
    decode: fn(&mut Fields<'_>) -> Box<dyn Plant>,
}

/// Something that a seed puts into the state.
trait Plant: fmt::Debug + Send + Sync {
    /// Names the thing, uniquely among all things: its ARN.
    fn identity(&self) -> String;

    /// Puts it in, and tells whether it replaced one.
    fn plant(&self, state: &mut State, now: Timestamp) -> bool;
}

/// A seed that was read and checked, ready to be planted.
#[derive(Debug, Default)]
pub struct Seed {
    plants: Vec<Box<dyn Plant>>,
}

/// What planting a seed did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeedReport {
    /// ARNs of things that were not there before.
    pub created: Vec<String>,
    /// ARNs of things that were there, and are now as the seed has them.
    pub replaced: Vec<String>,
}

impl fmt::Display for SeedReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for arn in &self.replaced {
            writeln!(formatter, "replaced {arn}")?;
        }
        write!(formatter, "seeded: {} created, {} replaced", self.created.len(), self.replaced.len())
    }
}

impl Seed {
    /// Reads a seed.
    ///
    /// # Errors
    ///
    /// All problems of the text, each with its place in `file_name`.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, SandboxError> {
        let source = Source::new(file_name, text);
        let body: Body = text.parse().map_err(|error: hcl::edit::parser::Error| SandboxError::Seed {
            problems: vec![format!("{file_name}:{}:{}: {}", error.location().line(), error.location().column(), error.message())],
        })?;
        let mut reader = Reader { source, seen: BTreeMap::new(), problems: Vec::new(), seed: Self::default(), locals: hcl::Map::new() };
        reader.read(&body);
        if reader.problems.is_empty() { Ok(reader.seed) } else { Err(SandboxError::Seed { problems: reader.problems }) }
    }

    /// Puts two seeds together; where they overlap, the later one wins.
    pub fn merge(&mut self, later: Self) {
        self.plants.extend(later.plants);
    }

    /// Puts everything into the state.
    pub(crate) fn plant(&self, state: &mut State, now: Timestamp) -> SeedReport {
        let mut report = SeedReport::default();
        for plant in &self.plants {
            let list = if plant.plant(state, now) { &mut report.replaced } else { &mut report.created };
            list.push(plant.identity());
        }
        report
    }
}

/// Reads the blocks of one file.
struct Reader<'a> {
    source: Source<'a>,
    /// What was declared, and where, to find things that are declared twice.
    seen: BTreeMap<String, String>,
    problems: Vec<String>,
    seed: Seed,
    locals: hcl::Map<String, Value>,
}

impl Reader<'_> {
    fn read(&mut self, body: &Body) {
        for structure in body {
            match structure {
                Structure::Block(block) if block.ident.as_str() == "locals" => self.read_locals(block),
                Structure::Block(block) if block.ident.as_str() == "resource" => self.read_resource(block),
                Structure::Block(block) => {
                    let found = block.ident.as_str();
                    self.report(
                        &block.ident,
                        &format!(
                            "a seed has `resource` and `locals` blocks, found `{found}`{}",
                            suggestion(found, &["resource", "locals"])
                        ),
                    );
                }
                Structure::Attribute(attribute) => {
                    self.report(
                        &attribute.key,
                        &format!("a seed has `resource` and `locals` blocks, found the attribute `{}`", attribute.key.as_str()),
                    );
                }
            }
        }
    }

    fn read_locals(&mut self, block: &Block) {
        for attribute in block.body.attributes() {
            let context = context(&self.locals);
            match fields::evaluate(&attribute.value, &context) {
                Ok(value) => {
                    self.locals.insert(attribute.key.as_str().to_owned(), value);
                }
                Err(reason) => self.report(&attribute.value, &reason),
            }
        }
    }

    fn read_resource(&mut self, block: &Block) {
        let labels: Vec<&str> = block.labels.iter().map(hcl::edit::structure::BlockLabel::as_str).collect();
        let [kind, _] = labels.as_slice() else {
            self.report(&block.ident, "`resource` takes two labels: the type and a name");
            return;
        };
        let Some(known) = KINDS.iter().find(|known| known.name == *kind) else {
            let names: Vec<&str> = KINDS.iter().map(|known| known.name).collect();
            let near = suggestion(kind, &names);
            let known = if near.is_empty() { format!("; it has: {}", names.join(", ")) } else { near };
            let text = format!("the sandbox has no `{kind}`{known}");
            self.report(&block.ident, &text);
            return;
        };
        let instances = match self.instances(block) {
            Ok(instances) => instances,
            Err(problem) => {
                self.note(problem);
                return;
            }
        };
        for (variable, value) in instances {
            let mut context = context(&self.locals);
            context.declare_var(variable, value);
            let mut fields = Fields::new(&self.source, block, &context, known.name);
            fields.allow(&["count", "for_each", "depends_on", "provider", "lifecycle", "timeouts"]);
            let plant = (known.decode)(&mut fields);
            let problems = fields.finish();
            if problems.is_empty() {
                self.keep(block, plant);
            }
            for problem in problems {
                self.note(problem);
            }
        }
    }

    /// Keeps a thing, unless the same file declares it twice.
    fn keep(&mut self, block: &Block, plant: Box<dyn Plant>) {
        let place = self.source.place(&block.ident);
        if let Some(first) = self.seen.insert(plant.identity(), place) {
            self.report(&block.ident, &format!("`{}` is declared twice, first at {first}", plant.identity()));
        }
        self.seed.plants.push(plant);
    }

    /// The instances of a block: the variable that tells them apart, with its value.
    fn instances(&self, block: &Block) -> Result<Vec<(&'static str, Value)>, String> {
        let context = context(&self.locals);
        let count = block.body.get_attribute("count");
        let for_each = block.body.get_attribute("for_each");
        if let (Some(_), Some(second)) = (count, for_each) {
            return Err(self.source.problem(&second.key, "`count` and `for_each` exclude each other"));
        }
        if let Some(count) = count {
            let value = fields::evaluate(&count.value, &context).map_err(|reason| self.source.problem(&count.value, &reason))?;
            let number = value.as_u64().ok_or_else(|| self.source.problem(&count.value, "`count` must be a whole number"))?;
            return Ok((0..number).map(|index| ("count", object([("index", Value::from(index))]))).collect());
        }
        let Some(for_each) = for_each else {
            return Ok(vec![("each", Value::Null)]);
        };
        let value = fields::evaluate(&for_each.value, &context).map_err(|reason| self.source.problem(&for_each.value, &reason))?;
        let each = |key: Value, value: Value| ("each", object([("key", key), ("value", value)]));
        match value {
            Value::Object(entries) => Ok(entries.into_iter().map(|(key, value)| each(Value::from(key), value)).collect()),
            Value::Array(members) if members.iter().all(Value::is_string) => {
                Ok(members.into_iter().map(|member| each(member.clone(), member)).collect())
            }
            _ => Err(self.source.problem(&for_each.value, "`for_each` must be a map, or a set or list of strings")),
        }
    }

    fn report(&mut self, at: &dyn hcl::edit::Span, text: &str) {
        let problem = self.source.problem(at, text);
        self.note(problem);
    }

    /// Notes a problem once, though every instance of a block may have it.
    fn note(&mut self, problem: String) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// What expressions can use: `local`, and the functions that a seed with many things needs.
fn context(locals: &hcl::Map<String, Value>) -> Context<'static> {
    let mut context = Context::new();
    context.declare_var("local", Value::Object(locals.clone()));
    let same =
        |arguments: hcl::eval::FuncArgs| arguments.into_values().into_iter().next().ok_or_else(|| "an argument is missing".to_owned());
    context.declare_func("toset", FuncDef::builder().param(ParamType::Any).build(same));
    context.declare_func("range", FuncDef::builder().param(ParamType::Number).build(range));
    context.declare_func("jsonencode", FuncDef::builder().param(ParamType::Any).build(json_encode));
    context
}

fn range(arguments: hcl::eval::FuncArgs) -> Result<Value, String> {
    let first = arguments.into_values().into_iter().next();
    let end = first.and_then(|value| value.as_u64()).ok_or("`range` takes a whole number")?;
    Ok(Value::Array((0..end).map(Value::from).collect()))
}

/// JSON as Terraform writes it, for policies.
fn json_encode(arguments: hcl::eval::FuncArgs) -> Result<Value, String> {
    let first = arguments.into_values().into_iter().next().ok_or("an argument is missing")?;
    serde_json::to_string(&first).map(Value::from).map_err(|error| error.to_string())
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::testing::World;

    fn problems(hcl: &str) -> String {
        Seed::parse("seed.hcl", hcl).unwrap_err().to_string()
    }

    #[test]
    fn count_and_for_each_make_many_tables() {
        let world = World::seeded(
            r#"
            locals { tiers = ["gold", "silver"] }
            resource "aws_dynamodb_table" "numbered" {
              count = 3
              name  = "orders-${count.index}"
            }
            resource "aws_dynamodb_table" "tiers" {
              for_each = toset(local.tiers)
              name     = "tier-${each.key}"
            }
            resource "aws_dynamodb_table" "mapped" {
              for_each = { eu = "eu-west-1" }
              name     = "mapped-${each.key}"
              region   = each.value
            }
            "#,
        );
        assert_eq!(
            world.dynamodb("ListTables", json!({}))["TableNames"],
            json!(["orders-0", "orders-1", "orders-2", "tier-gold", "tier-silver"])
        );
        assert_eq!(world.in_region("eu-west-1").dynamodb("ListTables", json!({}))["TableNames"], json!(["mapped-eu"]));
    }

    #[test]
    fn an_unknown_attribute_has_its_place_and_a_suggestion() {
        assert_eq!(
            problems("resource \"aws_dynamodb_table\" \"t\" {\n  name = \"orders\"\n  deletion_protection = true\n}\n"),
            "seed.hcl:3:3: `aws_dynamodb_table` has no `deletion_protection`; did you mean `deletion_protection_enabled`?"
        );
        let text = problems("resource \"aws_dynamodb_tabel\" \"t\" {}\n");
        assert_eq!(text, "seed.hcl:1:1: the sandbox has no `aws_dynamodb_tabel`; did you mean `aws_dynamodb_table`?");
        let text = problems("resource \"aws_lamp\" \"t\" {}\n");
        assert!(text.starts_with("seed.hcl:1:1: the sandbox has no `aws_lamp`; it has: ") && text.contains("aws_sns_topic"), "{text}");
    }

    #[test]
    fn all_problems_of_a_seed_are_told_and_nothing_is_planted() {
        let text = problems(
            "resource \"aws_dynamodb_table\" \"t\" {\n  name = 5\n  point_in_time_recovery {\n    enabled = \"x\"\n    recovery_period_in_days = 40\n  }\n}\n",
        );
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("seed.hcl:5:31: `recovery_period_in_days` must be between 1 and 35, found 40"), "{text}");
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        assert!(problems("resource \"aws_dynamodb_table\" {\n  name = \n}\n").starts_with("seed.hcl:2:"));
    }

    #[test]
    fn seeding_again_replaces_and_says_so() {
        let world = World::new();
        let seed = Seed::parse("seed.hcl", "resource \"aws_dynamodb_table\" \"t\" {\n  name = \"orders\"\n}\n").unwrap();
        assert_eq!(world.sandbox.seed(&seed).unwrap().created.len(), 1);
        let again = world.sandbox.seed(&seed).unwrap();
        assert_eq!(again.replaced, ["arn:aws:dynamodb:us-east-1:123456789012:table/orders"]);
        assert!(again.to_string().ends_with("seeded: 0 created, 1 replaced"));
    }

    #[test]
    fn one_table_cannot_be_declared_twice() {
        let text = problems("resource \"aws_dynamodb_table\" \"t\" {\n  count = 2\n  name = \"orders\"\n}\n");
        assert!(text.contains("declared twice, first at seed.hcl:1:1"), "{text}");
    }
}
