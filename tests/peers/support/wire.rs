//! The wire of AWS, by hand: what a test asks an emulator goes through no code of backstay and no SDK.

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Requests in the name of an access key.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) port: u16,
    pub(crate) region: String,
    pub(crate) access_key: String,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Wire {
    /// The same in another region.
    pub(crate) fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    /// A call of DynamoDB that must succeed.
    #[track_caller]
    pub(crate) fn dynamodb(&self, operation: &str, input: &Value) -> Value {
        let answer = self.try_dynamodb(operation, input);
        assert_eq!(answer.status, 200, "{operation} {input}: {}", answer.text);
        answer.json()
    }

    /// A call of DynamoDB.
    #[track_caller]
    pub(crate) fn try_dynamodb(&self, operation: &str, input: &Value) -> Answer {
        self.json("dynamodb", "1.0", &format!("DynamoDB_20120810.{operation}"), input)
    }

    /// A call of the tagging API.
    #[track_caller]
    pub(crate) fn tagging(&self, operation: &str, input: &Value) -> Value {
        self.json("tagging", "1.1", &format!("ResourceGroupsTaggingAPI_20170126.{operation}"), input).json()
    }

    /// A call of STS, whose answer is XML.
    #[track_caller]
    pub(crate) fn sts(&self, query: &str) -> Answer {
        self.form("sts", query)
    }

    /// A call of SNS, whose answer is XML.
    #[track_caller]
    pub(crate) fn sns(&self, query: &str) -> Answer {
        self.form("sns", &format!("{query}&Version=2010-03-31"))
    }

    /// A call of CloudWatch by its oldest protocol, whose answer is XML.
    #[track_caller]
    pub(crate) fn cloudwatch(&self, query: &str) -> Answer {
        self.form("monitoring", &format!("{query}&Version=2010-08-01"))
    }

    /// A call of RDS, whose answer is XML.
    #[track_caller]
    pub(crate) fn rds(&self, query: &str) -> Answer {
        self.form("rds", &format!("{query}&Version=2014-10-31"))
    }

    #[track_caller]
    fn form(&self, service: &str, query: &str) -> Answer {
        self.send("POST", "/", service, &[("content-type", "application/x-www-form-urlencoded")], query)
    }

    /// A call of S3 that must succeed, whose answer is XML.
    #[track_caller]
    pub(crate) fn s3(&self, method: &str, path: &str, body: &str) -> Answer {
        let answer = self.send(method, path, "s3", &[("content-type", "application/xml")], body);
        assert!((200..300).contains(&answer.status), "{method} {path} {body}: {} {}", answer.status, answer.text);
        answer
    }

    #[track_caller]
    fn json(&self, service: &str, version: &str, target: &str, input: &Value) -> Answer {
        let kind = format!("application/x-amz-json-{version}");
        self.send("POST", "/", service, &[("content-type", &kind), ("x-amz-target", target)], &input.to_string())
    }

    /// A request as it stands.
    #[track_caller]
    pub(crate) fn send(&self, method: &str, path: &str, service: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.0\r\nhost: 127.0.0.1:{}\r\ncontent-length: {}\r\n", self.port, body.len());
        // Emulators take the account and the region from the scope of the signature, and do not check the signature itself.
        let scope = format!("{}/20261121/{}/{service}/aws4_request", self.access_key, self.region);
        request.push_str(&format!("authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n"));
        request.push_str("x-amz-date: 20261121T000000Z\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(body);
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream.write_all(request.as_bytes()).expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the server answers in UTF-8");
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("not an HTTP answer: {answer}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.unwrap_or_else(|| panic!("no status: {head}")), text: text.to_owned() }
    }
}

impl Answer {
    /// As JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The error code of a JSON protocol, without its namespace.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        let code = json["__type"].as_str().unwrap_or_default();
        code.rsplit('#').next().unwrap_or_default().to_owned()
    }

    /// What stands in the first element of that name of an XML answer.
    #[track_caller]
    pub(crate) fn element(&self, name: &str) -> &str {
        let found = self.text.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<'));
        found.unwrap_or_else(|| panic!("no <{name}>: {}", self.text)).0
    }
}
