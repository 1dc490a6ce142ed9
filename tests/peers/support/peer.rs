//! The emulators, and the world of one test on one of them.

use super::{Python, Ran, Server, Wire};
use serde_json::{Value, json};
use std::process::Command;

/// The account of every credential in these tests, unless a test says otherwise.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Who plays AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// moto's server.
    Moto,
    /// ministack.
    Ministack,
    /// `backstay sandbox serve`: not independent, but held to the same scenarios.
    Sandbox,
}

impl Peer {
    /// Starts it, empty.
    pub(crate) fn start(self) -> World {
        let server = match self {
            Self::Moto => {
                let python = Python::with_emulators();
                Server::start("moto", |port, _| {
                    let mut command = python.command();
                    command.args(["-m", "moto.server", "--host", "127.0.0.1", "--port", &port.to_string()]);
                    command
                })
            }
            Self::Ministack => {
                let python = Python::with_emulators();
                Server::start("ministack", |port, folder| {
                    let mut command = python.command();
                    command.args(["-m", "ministack"]).env("GATEWAY_PORT", port.to_string()).env("BIND_HOST", "127.0.0.1");
                    command
                        .env("TMPDIR", folder)
                        .env("SERVICES", "dynamodb,sts,tagging,account,iam,s3,backup,sns,cloudwatch")
                        .current_dir(folder);
                    command
                })
            }
            Self::Sandbox => Server::start("the sandbox", |port, folder| {
                let state = format!("--sandbox={}", folder.join("state").display());
                // Its tables are CREATING for a second otherwise, as AWS's are.
                Ran::of(Command::new(env!("CARGO_BIN_EXE_backstay")).args(["sandbox", "faults", "--lag", "0s", &state])).exits(0);
                let mut command = Command::new(env!("CARGO_BIN_EXE_backstay"));
                command.args(["sandbox", "serve", "--port", &port.to_string(), &state]);
                command
            }),
        };
        World { peer: self, server }
    }

    /// Whether it keeps `RecoveryPeriodInDays`.
    pub(crate) fn keeps_the_period(self) -> bool {
        self != Self::Ministack
    }
}

/// An emulator that belongs to one test.
pub(crate) struct World {
    pub(crate) peer: Peer,
    pub(crate) server: Server,
}

impl World {
    /// The environment of a program that is to reach it.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        environment(&self.server.url())
    }

    /// The folder of the sandbox's state.
    pub(crate) fn state(&self) -> std::path::PathBuf {
        self.server.folder().join("state")
    }

    /// The wire to it.
    pub(crate) fn wire(&self) -> Wire {
        Wire { port: self.server.port, region: "us-east-1".to_owned(), access_key: ACCOUNT.to_owned() }
    }

    /// Creates a bucket in a region.
    #[track_caller]
    pub(crate) fn bucket(&self, name: &str, region: &str, tags: &[(&str, &str)]) {
        let wire = self.wire().in_region(region);
        let place = match region {
            "us-east-1" => String::new(),
            other => format!("<CreateBucketConfiguration><LocationConstraint>{other}</LocationConstraint></CreateBucketConfiguration>"),
        };
        wire.s3("PUT", &format!("/{name}"), &place);
        if !tags.is_empty() {
            let tags: String = tags.iter().map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")).collect();
            wire.s3("PUT", &format!("/{name}?tagging"), &format!("<Tagging><TagSet>{tags}</TagSet></Tagging>"));
        }
    }

    /// Creates a table.
    #[track_caller]
    pub(crate) fn table(&self, name: &str) {
        self.tagged_table(name, &[]);
    }

    /// Creates a table with tags.
    #[track_caller]
    pub(crate) fn tagged_table(&self, name: &str, tags: &[(&str, &str)]) {
        create_table(&self.wire(), name, tags);
    }

    /// Turns PITR on.
    #[track_caller]
    pub(crate) fn turn_on_pitr(&self, name: &str, days: u8) {
        let wanted = json!({"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": days});
        self.wire().dynamodb("UpdateContinuousBackups", &json!({"TableName": name, "PointInTimeRecoverySpecification": wanted}));
    }

    /// What the emulator itself says of a table's PITR.
    #[track_caller]
    pub(crate) fn pitr(&self, name: &str) -> Value {
        pitr(&self.wire(), name)
    }

    /// What the emulator itself says of a table.
    #[track_caller]
    pub(crate) fn described(&self, name: &str) -> Value {
        self.wire().dynamodb("DescribeTable", &json!({"TableName": name}))["Table"].take()
    }

    /// The emulator has this table's PITR on, with that period where it keeps periods.
    #[track_caller]
    pub(crate) fn has_pitr(&self, name: &str, days: u8) {
        let pitr = self.pitr(name);
        assert_eq!(pitr["PointInTimeRecoveryStatus"], "ENABLED", "{name}: {pitr}");
        if self.peer.keeps_the_period() {
            assert_eq!(pitr["RecoveryPeriodInDays"], days, "{name}: {pitr}");
        }
    }

    /// The emulator has this table's PITR off.
    #[track_caller]
    pub(crate) fn has_no_pitr(&self, name: &str) {
        assert_eq!(self.pitr(name)["PointInTimeRecoveryStatus"], "DISABLED", "{name}");
    }

    /// The emulator says so of a table's deletion protection.
    #[track_caller]
    pub(crate) fn is_protected(&self, name: &str, on: bool) {
        assert_eq!(self.described(name)["DeletionProtectionEnabled"], on, "{name}");
    }
}

/// The environment of a program that is to reach AWS at `url`.
pub(crate) fn environment(url: &str) -> Vec<(String, String)> {
    let pairs = [
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", "not-a-secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// Creates a table where the wire leads.
#[track_caller]
pub(crate) fn create_table(wire: &Wire, name: &str, tags: &[(&str, &str)]) {
    let mut input = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    if !tags.is_empty() {
        input["Tags"] = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    }
    wire.dynamodb("CreateTable", &input);
}

/// What is said of a table's PITR where the wire leads.
#[track_caller]
pub(crate) fn pitr(wire: &Wire, name: &str) -> Value {
    let mut answer = wire.dynamodb("DescribeContinuousBackups", &json!({"TableName": name}));
    answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"].take()
}
