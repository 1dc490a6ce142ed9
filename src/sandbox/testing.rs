//! A sandbox for unit tests: fixed clock, and calls without an SDK.
#![expect(clippy::needless_pass_by_value, reason = "tests read better with values made in place")]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::wire::{Reply, Request, Response};
use super::{Faults, Sandbox, Seed};

/// A fresh sandbox whose clock stands at 2026-11-21 00:00 UTC, seen by one caller in one region.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    _dir: std::sync::Arc<TempDir>,
    key: String,
    region: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::open(dir.path()).unwrap();
        sandbox.set_clock(Some("2026-11-21T00:00:00Z".parse().unwrap())).unwrap();
        Self { sandbox, _dir: std::sync::Arc::new(dir), key: "AKIATEST".into(), region: "us-east-1".into() }
    }

    /// A world with this seed planted.
    pub(crate) fn seeded(hcl: &str) -> Self {
        let world = Self::new();
        world.seed(hcl);
        world
    }

    pub(crate) fn seed(&self, hcl: &str) {
        self.sandbox.seed(&Seed::parse("seed.hcl", hcl).unwrap()).unwrap();
    }

    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: key.into(), ..self.clone() }
    }

    /// The same folder as another process sees it.
    pub(crate) fn reopened(&self) -> Self {
        Self { sandbox: Sandbox::open(self.sandbox.dir()).unwrap(), ..self.clone() }
    }

    pub(crate) fn in_region(&self, region: &str) -> Self {
        Self { region: region.into(), ..self.clone() }
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        self.sandbox.set_faults(&faults).unwrap();
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.sandbox.advance_clock(SignedDuration::from_secs(seconds)).unwrap();
    }

    pub(crate) fn now(&self) -> f64 {
        self.sandbox.clock().unwrap().now().as_duration().as_secs_f64()
    }

    /// Calls DynamoDB, which must succeed.
    pub(crate) fn dynamodb(&self, operation: &str, input: Value) -> Value {
        self.json("dynamodb", "DynamoDB_20120810", operation, input)
    }

    /// Calls CloudWatch, which must succeed.
    pub(crate) fn cloudwatch(&self, operation: &str, input: Value) -> Value {
        self.json("monitoring", "GraniteServiceVersion20100801", operation, input)
    }

    /// Calls CloudWatch, which must fail; gives the code as the query protocol has it, and the message.
    pub(crate) fn cloudwatch_fails(&self, operation: &str, input: Value) -> (String, String) {
        let response = self.answer("monitoring", "/", Some(format!("GraniteServiceVersion20100801.{operation}")), input.to_string());
        assert!(response.status >= 400, "{operation} succeeded: {}", String::from_utf8_lossy(&response.body));
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        let (_, code) = response.headers.iter().find(|(name, _)| *name == "x-amzn-query-error").unwrap();
        (code.split(';').next().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned())
    }

    /// Posts a form to RDS.
    pub(crate) fn rds(&self, form: &str) -> String {
        String::from_utf8(self.answer("rds", "/", None, form.to_owned()).body).unwrap()
    }

    /// Posts a form to a service of the query protocol.
    pub(crate) fn form(&self, service: &str, form: &str) -> String {
        String::from_utf8(self.answer(service, "/", None, form.to_owned()).body).unwrap()
    }

    /// Posts a form to SNS.
    pub(crate) fn sns(&self, form: &str) -> String {
        String::from_utf8(self.answer("sns", "/", None, form.to_owned()).body).unwrap()
    }

    /// Calls the tagging API, which must succeed.
    pub(crate) fn tagging(&self, operation: &str, input: Value) -> Value {
        self.json("tagging", "ResourceGroupsTaggingAPI_20170126", operation, input)
    }

    /// Calls EventBridge, which must succeed.
    pub(crate) fn events(&self, operation: &str, input: Value) -> Value {
        self.json("events", "AWSEvents", operation, input)
    }

    /// Calls EventBridge, which must fail; gives the code and the message.
    pub(crate) fn events_fails(&self, operation: &str, input: Value) -> (String, String) {
        self.json_fails("events", "AWSEvents", operation, input)
    }

    /// Calls CloudWatch Logs, which must succeed.
    pub(crate) fn logs(&self, operation: &str, input: Value) -> Value {
        self.json("logs", "Logs_20140328", operation, input)
    }

    /// Calls CloudWatch Logs, which must fail; gives the code and the message.
    pub(crate) fn logs_fails(&self, operation: &str, input: Value) -> (String, String) {
        self.json_fails("logs", "Logs_20140328", operation, input)
    }

    /// Calls DynamoDB, which must fail; gives the code and the message.
    pub(crate) fn fails(&self, operation: &str, input: Value) -> (String, String) {
        self.json_fails("dynamodb", "DynamoDB_20120810", operation, input)
    }

    /// Calls a JSON service, which must fail; gives the code and the message.
    pub(crate) fn json_fails(&self, service: &str, prefix: &str, operation: &str, input: Value) -> (String, String) {
        let response = self.answer(service, "/", Some(format!("{prefix}.{operation}")), input.to_string());
        assert!(response.status >= 400, "{operation} succeeded: {}", String::from_utf8_lossy(&response.body));
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        let code = body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
        (code, body["message"].as_str().unwrap().to_owned())
    }

    /// Posts a form to STS.
    pub(crate) fn sts(&self, form: &str) -> String {
        String::from_utf8(self.answer("sts", "/", None, form.to_owned()).body).unwrap()
    }

    /// Posts JSON to a path.
    pub(crate) fn rest(&self, service: &str, path: &str, input: Value) -> Value {
        serde_json::from_slice(&self.answer(service, path, None, input.to_string()).body).unwrap()
    }

    /// Calls AWS Backup by method and path, `GET /backup-vaults?maxResults=1`, which must succeed.
    pub(crate) fn backup(&self, line: &str, input: Value) -> Value {
        let response = self.answer_at("backup", line, input);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.status, 200, "{line}: {body}");
        body
    }

    /// Calls AWS Backup, which must fail; gives the code and the message.
    pub(crate) fn backup_fails(&self, line: &str, input: Value) -> (String, String) {
        let response = self.answer_at("backup", line, input);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert!(response.status >= 400, "{line} succeeded: {body}");
        let message = body.get("Message").or_else(|| body.get("message")).unwrap();
        (error_type(&response), message.as_str().unwrap().to_owned())
    }

    /// Calls AWS Backup; gives the code when it fails.
    pub(crate) fn try_backup(&self, line: &str, input: Value) -> Result<Value, String> {
        let response = self.answer_at("backup", line, input);
        if response.status == 200 { Ok(serde_json::from_slice(&response.body).unwrap()) } else { Err(error_type(&response)) }
    }

    /// Calls Scheduler by method and path; gives the code when it fails.
    pub(crate) fn scheduler(&self, line: &str, input: Value) -> Result<Value, String> {
        let response = self.answer_at("scheduler", line, input);
        if response.status == 200 { Ok(serde_json::from_slice(&response.body).unwrap()) } else { Err(error_type(&response)) }
    }

    /// Calls a REST service by method and path; gives the code when it fails.
    pub(crate) fn ask(&self, service: &str, line: &str, input: Value) -> Result<Value, String> {
        let response = self.answer_at(service, line, input);
        if response.status < 300 { Ok(serde_json::from_slice(&response.body).unwrap()) } else { Err(error_type(&response)) }
    }

    fn answer_at(&self, service: &str, line: &str, input: Value) -> Response {
        let (method, url) = line.split_once(' ').unwrap();
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query.to_owned())));
        let body = if input.is_null() { Vec::new() } else { input.to_string().into_bytes() };
        let request = Request { method: method.into(), path: path.into(), query, headers: self.headers(service), body };
        match self.sandbox.handle(&request) {
            Reply::Answer { response, .. } => response,
            other => panic!("no answer: {other:?}"),
        }
    }

    /// Calls a JSON service, which must succeed.
    pub(crate) fn json(&self, service: &str, prefix: &str, operation: &str, input: Value) -> Value {
        let response = self.answer(service, "/", Some(format!("{prefix}.{operation}")), input.to_string());
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.status, 200, "{operation}: {body}");
        body
    }

    fn answer(&self, service: &str, path: &str, target: Option<String>, body: String) -> Response {
        match self.send(service, path, target, body) {
            Reply::Answer { response, .. } => response,
            other => panic!("no answer: {other:?}"),
        }
    }

    /// Sends one signed request.
    pub(crate) fn send(&self, service: &str, path: &str, target: Option<String>, body: String) -> Reply {
        let mut headers = self.headers(service);
        if let Some(target) = target {
            headers.insert("x-amz-target".to_owned(), target);
        }
        self.sandbox.handle(&Request { method: "POST".into(), path: path.into(), query: None, headers, body: body.into_bytes() })
    }

    /// Signs a request and sends it.
    pub(crate) fn sign(&self, service: &str, mut request: Request) -> Reply {
        request.headers.extend(self.headers(service));
        self.sandbox.handle(&request)
    }

    /// The headers of a request to a service that is signed.
    fn headers(&self, service: &str) -> BTreeMap<String, String> {
        let credential =
            format!("AWS4-HMAC-SHA256 Credential={}/20261121/{}/{service}/aws4_request, SignedHeaders=host", self.key, self.region);
        BTreeMap::from([("authorization".to_owned(), credential)])
    }

    /// Creates a table with a string key `id`.
    pub(crate) fn create_table(&self, name: &str) -> Value {
        self.dynamodb(
            "CreateTable",
            json!({
                "TableName": name, "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            }),
        )
    }

    pub(crate) fn put(&self, table: &str, id: &str, note: &str) {
        self.dynamodb("PutItem", json!({"TableName": table, "Item": {"id": {"S": id}, "note": {"S": note}}}));
    }
}

/// The error's code of a REST-JSON answer.
fn error_type(response: &Response) -> String {
    response.headers.iter().find(|(name, _)| *name == "x-amzn-errortype").unwrap().1.clone()
}

/// Seconds since 1970.
pub(crate) fn seconds(at: &str) -> f64 {
    at.parse::<Timestamp>().unwrap().as_duration().as_secs_f64()
}
