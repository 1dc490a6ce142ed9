//! The Resource Groups Tagging API: resources by tag, across services.
//!
//! It shows what is tagged or ever was. A resource that was never tagged is not there at all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::input::Input;
use super::{
    AwsError, Call, Operation, Protocol, Service, backup, cloudwatch, dlm, dynamodb, efs, elasticache, events, logs, rds, redshift, s3,
    scheduler, sns,
};

/// Resource Groups Tagging API, 2017-01-26.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "tag",
    signing_name: "tagging",
    protocols: &[Protocol::AwsJson { version: "1.1", target: "ResourceGroupsTaggingAPI_20170126", namespace: "" }],
    throttle_code: "ThrottledException",
    operations: &[
        Operation::read("GetResources", get_resources),
        Operation::read("GetTagKeys", get_tag_keys),
        Operation::read("GetTagValues", get_tag_values),
        Operation::write("TagResources", tag_resources),
        Operation::write("UntagResources", untag_resources),
    ],
    resources: |_, input| Input(input).texts("ResourceARNList").unwrap_or_default().into_iter().map(str::to_owned).collect(),
};

/// A resource with its type (`dynamodb:table`) and its tags as the API writes them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tagged {
    kind: String,
    arn: String,
    tags: Value,
}

/// Everything in the caller's region that was ever tagged, by ARN. A new service adds its own here.
fn tagged(call: &mut Call<'_>) -> Vec<Tagged> {
    let now = call.now;
    let region = call.region();
    let tables = region.dynamodb.live(now).filter_map(dynamodb::ever_tagged).map(|(arn, tags)| ("dynamodb:table", arn, tags));
    let alarms = region.cloudwatch.alarms.iter().filter_map(cloudwatch::ever_tagged).map(|(arn, tags)| ("cloudwatch:alarm", arn, tags));
    let topics = region.sns.iter().filter_map(sns::ever_tagged).map(|(arn, tags)| ("sns:topic", arn, tags));
    let rules = events::ever_tagged(&region.events).map(|(arn, tags)| ("events:rule", arn, tags));
    let groups = region.logs.values().filter_map(logs::ever_tagged).map(|(arn, tags)| ("logs:log-group", arn, tags));
    let schedules = scheduler::ever_tagged(&region.scheduler).map(|(arn, tags)| ("scheduler:schedule-group", arn, tags));
    let databases = rds::ever_tagged(&region.rds);
    let systems = efs::ever_tagged(&region.efs).map(|(arn, tags)| ("elasticfilesystem:file-system", arn, tags));
    let warehouses = redshift::ever_tagged(&region.redshift).map(|(arn, tags)| ("redshift:cluster", arn, tags));
    let lifecycles = dlm::ever_tagged(&region.dlm).map(|(arn, tags)| ("dlm:policy", arn, tags));
    let caches = elasticache::ever_tagged(&region.elasticache).map(|(arn, tags)| ("elasticache:replicationgroup", arn, tags));
    let all = tables
        .chain(alarms)
        .chain(topics)
        .chain(rules)
        .chain(groups)
        .chain(schedules)
        .chain(databases)
        .chain(caches)
        .chain(systems)
        .chain(warehouses)
        .chain(lifecycles)
        .chain(backup::ever_tagged(&region.backup));
    let mut all: Vec<Tagged> = all.map(|(kind, arn, tags)| Tagged { kind: kind.to_owned(), arn, tags }).collect();
    let buckets = call.state.s3.of_account(&call.caller.account).filter(|bucket| bucket.region == call.caller.region);
    all.extend(buckets.filter_map(s3::ever_tagged).map(|(arn, tags)| Tagged { kind: "s3:bucket".to_owned(), arn, tags }));
    // What is of no region is shown in one of them.
    if call.caller.region == cloudwatch::HOME_REGION {
        let account = call.caller.account.clone();
        let dashboards = cloudwatch::dashboards_ever_tagged(&account, cloudwatch::of_account(call.state, &account));
        all.extend(dashboards.into_iter().map(|(arn, tags)| Tagged { kind: "cloudwatch:dashboard".to_owned(), arn, tags }));
    }
    all.sort_by(|one, other| one.arn.cmp(&other.arn));
    all
}

/// Keeps what there is for listings that lag behind from now on.
pub(crate) fn remember(call: &mut Call<'_>) {
    let key = place(call);
    if call.faults.stale_tags && !call.state.stale_tags.contains_key(&key) {
        let all = tagged(call);
        call.state.stale_tags.insert(key, all);
    }
}

fn place(call: &Call<'_>) -> String {
    format!("{}/{}", call.caller.account, call.caller.region)
}

/// What listings show: what there is, or was when they began to lag behind.
fn shown(call: &mut Call<'_>) -> Vec<Tagged> {
    let stale = call.state.stale_tags.get(&place(call)).filter(|_| call.faults.stale_tags);
    stale.cloned().unwrap_or_else(|| tagged(call))
}

impl Tagged {
    fn has_type(&self, wanted: &str) -> bool {
        self.kind == wanted || self.kind.split(':').next() == Some(wanted)
    }

    fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tags.as_array().into_iter().flatten().filter_map(|tag| Some((tag.get("Key")?.as_str()?, tag.get("Value")?.as_str()?)))
    }

    /// Values of one filter are alternatives; a filter without values wants the key.
    fn matches(&self, key: &str, values: &[&str]) -> bool {
        self.tags().any(|(name, value)| name == key && (values.is_empty() || values.contains(&value)))
    }
}

fn get_resources(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let arns = fields.texts("ResourceARNList")?;
    let types = fields.texts("ResourceTypeFilters")?;
    let filters = filters(fields)?;
    let others = !types.is_empty() || !filters.is_empty() || fields.get("ResourcesPerPage").is_some();
    if others && !arns.is_empty() {
        return Err(invalid("ResourceARNList cannot be specified together with other filters or ResourcesPerPage"));
    }
    if arns.len() > 100 {
        return Err(invalid("ResourceARNList must have length less than or equal to 100"));
    }
    let asked = fields.page_limit("ResourcesPerPage", "resourcesPerPage", 100).map_err(|error| invalid(&error.message))?;
    let size = call.page(asked, 100);
    let after = fields.text("PaginationToken")?.unwrap_or_default();
    let matching: Vec<Tagged> = shown(call)
        .into_iter()
        .filter(|resource| types.is_empty() || types.iter().any(|wanted| resource.has_type(wanted)))
        .filter(|resource| filters.iter().all(|(key, values)| resource.matches(key, values)))
        .filter(|resource| (arns.is_empty() || arns.contains(&resource.arn.as_str())) && resource.arn.as_str() > after)
        .collect();
    let token = if matching.len() > size { matching.get(size.saturating_sub(1)).map_or("", |last| last.arn.as_str()) } else { "" };
    let page: Vec<Value> = matching.iter().take(size).map(|found| json!({ "ResourceARN": found.arn, "Tags": found.tags })).collect();
    Ok(json!({ "ResourceTagMappingList": page, "PaginationToken": token }))
}

fn filters(fields: Input<'_>) -> Result<Vec<(&str, Vec<&str>)>, AwsError> {
    let filters = fields.list("TagFilters")?;
    if filters.len() > 50 {
        return Err(invalid("TagFilters must have length less than or equal to 50"));
    }
    filters
        .iter()
        .map(|filter| {
            let values = Input(filter).texts("Values")?;
            if values.len() > 20 {
                return Err(invalid("a tag filter must have at most 20 values"));
            }
            Ok((Input(filter).required_text("Key", "tagFilters.1.member.key")?, values))
        })
        .collect()
}

fn get_tag_keys(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = shown(call).iter().flat_map(|resource| resource.tags().map(|(key, _)| key.to_owned()).collect::<Vec<_>>()).collect();
    paged(call, input, "TagKeys", keys)
}

fn get_tag_values(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let wanted = Input(input).required_text("Key", "key")?;
    let matching =
        |resource: &Tagged| resource.tags().filter(|(key, _)| *key == wanted).map(|(_, value)| value.to_owned()).collect::<Vec<_>>();
    let values = shown(call).iter().flat_map(matching).collect();
    paged(call, input, "TagValues", values)
}

/// `TagResources`: each resource succeeds or fails on its own.
fn tag_resources(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let tags = Input(input).object("Tags")?.ok_or_else(|| AwsError::required("tags"))?;
    let listed: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    each_resource(call, input, |call, arn| match service(arn) {
        "backup" => backup::tag(call, &json!({ "ResourceArn": arn, "Tags": tags })),
        "s3" => s3::tag(call, &json!({ "ResourceArn": arn, "Tags": listed })),
        "cloudwatch" => cloudwatch::tag(call, &json!({ "ResourceARN": arn, "Tags": listed })),
        "dlm" => dlm::tag(call, &json!({ "ResourceArn": arn, "Tags": tags })),
        "elasticache" => elasticache::tag(call, &json!({ "ResourceName": arn, "Tags": listed })),
        "elasticfilesystem" => efs::tag(call, &json!({ "ResourceId": arn, "Tags": listed })),
        "events" => events::tag(call, &json!({ "ResourceARN": arn, "Tags": listed })),
        "logs" => logs::tag(call, &json!({ "resourceArn": arn, "tags": tags })),
        "scheduler" => scheduler::tag(call, &json!({ "ResourceArn": arn, "Tags": listed })),
        "rds" => rds::tag(call, &json!({ "ResourceName": arn, "Tags": listed })),
        "redshift" => redshift::tag(call, &json!({ "ResourceName": arn, "Tags": listed })),
        "sns" => sns::tag(call, &json!({ "ResourceArn": arn, "Tags": listed })),
        _ => dynamodb::tag(call, &json!({ "ResourceArn": arn, "Tags": listed })),
    })
}

/// `UntagResources`.
fn untag_resources(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = Input(input).texts("TagKeys")?;
    each_resource(call, input, |call, arn| match service(arn) {
        "backup" => backup::untag(call, &json!({ "ResourceArn": arn, "TagKeyList": keys })),
        "s3" => s3::untag(call, &json!({ "ResourceArn": arn, "TagKeys": keys })),
        "cloudwatch" => cloudwatch::untag(call, &json!({ "ResourceARN": arn, "TagKeys": keys })),
        "dlm" => dlm::untag(call, &json!({ "ResourceArn": arn, "tagKeys": keys })),
        "elasticache" => elasticache::untag(call, &json!({ "ResourceName": arn, "TagKeys": keys })),
        "elasticfilesystem" => efs::untag(call, &json!({ "ResourceId": arn, "tagKeys": keys })),
        "events" => events::untag(call, &json!({ "ResourceARN": arn, "TagKeys": keys })),
        "logs" => logs::untag(call, &json!({ "resourceArn": arn, "tagKeys": keys })),
        "scheduler" => scheduler::untag(call, &json!({ "ResourceArn": arn, "TagKeys": keys })),
        "rds" => rds::untag(call, &json!({ "ResourceName": arn, "TagKeys": keys })),
        "redshift" => redshift::untag(call, &json!({ "ResourceName": arn, "TagKeys": keys })),
        "sns" => sns::untag(call, &json!({ "ResourceArn": arn, "TagKeys": keys })),
        _ => dynamodb::untag(call, &json!({ "ResourceArn": arn, "TagKeys": keys })),
    })
}

/// The service in an ARN, which knows how its things are tagged.
fn service(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or_default()
}

/// Runs a change on each resource.
fn each_resource(
    call: &mut Call<'_>,
    input: &Value,
    change: impl Fn(&mut Call<'_>, &str) -> Result<Value, AwsError>,
) -> Result<Value, AwsError> {
    let mut failed = Map::new();
    for arn in Input(input).texts("ResourceARNList")? {
        if let Err(error) = change(call, arn) {
            let code = if error.status >= 500 { "InternalServiceException" } else { "InvalidParameterException" };
            failed.insert(arn.to_owned(), json!({ "StatusCode": error.status, "ErrorCode": code, "ErrorMessage": error.message }));
        }
    }
    Ok(json!({ "FailedResourcesMap": failed }))
}

fn paged(call: &Call<'_>, input: &Value, member: &str, all: BTreeSet<String>) -> Result<Value, AwsError> {
    let after = Input(input).text("PaginationToken")?.unwrap_or_default();
    let size = call.page(None, 1000);
    let rest: Vec<String> = all.into_iter().filter(|text| text.as_str() > after).collect();
    let page: Vec<&String> = rest.iter().take(size).collect();
    let token = if rest.len() > size { page.last().map_or("", |last| last.as_str()) } else { "" };
    Ok(json!({ member: page, "PaginationToken": token }))
}

fn invalid(message: &str) -> AwsError {
    AwsError::service("InvalidParameterException", message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::sandbox::testing::World;

    fn names(answer: &Value) -> Vec<&str> {
        let found = answer["ResourceTagMappingList"].as_array().unwrap();
        found.iter().map(|resource| resource["ResourceARN"].as_str().unwrap().rsplit('/').next().unwrap()).collect()
    }

    fn world() -> World {
        World::seeded(
            r#"
            resource "aws_dynamodb_table" "t" {
              for_each = { prod-a = "production", prod-b = "production", test-a = "test" }
              name     = each.key
              tags     = { env = each.value, name = each.key }
            }
            resource "aws_dynamodb_table" "untagged" {
              name = "untagged"
            }
            "#,
        )
    }

    #[test]
    fn filters_are_joined_by_and_their_values_by_or() {
        let world = world();
        let find =
            |filters: Value| world.tagging("GetResources", json!({"TagFilters": filters, "ResourceTypeFilters": ["dynamodb:table"]}));
        assert_eq!(names(&find(json!([{"Key": "env", "Values": ["production"]}]))), ["prod-a", "prod-b"]);
        assert_eq!(
            names(&find(json!([{"Key": "env", "Values": ["production", "test"]}, {"Key": "name", "Values": ["prod-a", "test-a"]}]))),
            ["prod-a", "test-a"]
        );
        assert_eq!(names(&find(json!([{"Key": "env"}]))).len(), 3);
        assert_eq!(names(&find(json!([{"Key": "env", "Values": ["staging"]}]))).len(), 0);
    }

    #[test]
    fn a_table_that_was_never_tagged_is_not_there_and_one_that_lost_its_tags_is() {
        let world = world();
        let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/test-a";
        world.dynamodb("UntagResource", json!({"ResourceArn": arn, "TagKeys": ["env", "name"]}));
        let all = world.tagging("GetResources", json!({"ResourceTypeFilters": ["dynamodb"]}));
        assert_eq!(names(&all), ["prod-a", "prod-b", "test-a"]);
        assert_eq!(all["ResourceTagMappingList"][2]["Tags"], json!([]));
        assert_eq!(names(&world.tagging("GetResources", json!({"ResourceTypeFilters": ["s3"]}))).len(), 0);
    }

    #[test]
    fn resources_come_in_pages() {
        let world = world();
        let first = world.tagging("GetResources", json!({"ResourcesPerPage": 2}));
        assert_eq!(names(&first), ["prod-a", "prod-b"]);
        let second = world.tagging("GetResources", json!({"ResourcesPerPage": 2, "PaginationToken": first["PaginationToken"]}));
        assert_eq!((names(&second), &second["PaginationToken"]), (vec!["test-a"], &json!("")));
    }

    #[test]
    fn missing_arns_are_silently_absent() {
        let arns = json!(["arn:aws:dynamodb:us-east-1:123456789012:table/prod-a", "arn:aws:dynamodb:us-east-1:123456789012:table/nope"]);
        assert_eq!(names(&world().tagging("GetResources", json!({"ResourceARNList": arns}))), ["prod-a"]);
        assert_eq!(world().tagging("GetTagKeys", json!({}))["TagKeys"], json!(["env", "name"]));
        assert_eq!(world().tagging("GetTagValues", json!({"Key": "env"}))["TagValues"], json!(["production", "test"]));
    }

    #[test]
    fn resources_are_tagged_one_by_one_and_failures_are_told() {
        let world = world();
        let (there, missing) =
            ("arn:aws:dynamodb:us-east-1:123456789012:table/untagged", "arn:aws:dynamodb:us-east-1:123456789012:table/nope");
        let answer = world.tagging("TagResources", json!({"ResourceARNList": [there, missing], "Tags": {"env": "new"}}));
        assert_eq!(answer["FailedResourcesMap"][missing]["StatusCode"], 400);
        assert_eq!(answer["FailedResourcesMap"].get(there), None);
        let found = world.tagging("GetResources", json!({"TagFilters": [{"Key": "env", "Values": ["new"]}]}));
        assert_eq!(names(&found), ["untagged"]);
        world.tagging("UntagResources", json!({"ResourceARNList": [there], "TagKeys": ["env"]}));
        let tags = world.dynamodb("ListTagsOfResource", json!({"ResourceArn": there}));
        assert_eq!(tags["Tags"], json!([]));
    }

    #[test]
    fn alarms_and_topics_are_found_and_tagged_beside_tables() {
        let world = world();
        world.seed("resource \"aws_sns_topic\" \"t\" {\n  name = \"alerts\"\n}\n");
        let (topic, alarm) = ("arn:aws:sns:us-east-1:123456789012:alerts", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a");
        world.cloudwatch(
            "PutMetricAlarm",
            json!({
                "AlarmName": "a", "MetricName": "M", "Namespace": "N", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
                "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
            }),
        );
        let failed = world.tagging("TagResources", json!({"ResourceARNList": [topic, alarm], "Tags": {"env": "staging"}}));
        assert_eq!(failed["FailedResourcesMap"], json!({}));
        let found = world.tagging("GetResources", json!({"TagFilters": [{"Key": "env", "Values": ["staging"]}]}));
        let arns: Vec<&Value> = found["ResourceTagMappingList"].as_array().unwrap().iter().map(|one| &one["ResourceARN"]).collect();
        assert_eq!(arns, [alarm, topic]);
        let only = world.tagging("GetResources", json!({"ResourceTypeFilters": ["cloudwatch:alarm"]}));
        assert_eq!(only["ResourceTagMappingList"].as_array().unwrap().len(), 1);
        world.tagging("UntagResources", json!({"ResourceARNList": [topic, alarm], "TagKeys": ["env"]}));
        assert_eq!(world.cloudwatch("ListTagsForResource", json!({"ResourceARN": alarm}))["Tags"], json!([]));
    }
}
