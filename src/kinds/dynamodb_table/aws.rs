//! The DynamoDB calls: `ListTables`, `DescribeTable`, `DescribeContinuousBackups`, `UpdateContinuousBackups`, `UpdateTable`.
//!
//! A table costs one call for PITR and one for deletion protection, and only what is declared is read. Which replicas a table has stands
//! in `DescribeTable` alone; [`super::replicas`] spares that call where it can prove that there are none.

use super::{DELETION_PROTECTION, EARLIEST, LATEST, PERIOD, PITR, SPEC, STATUS, pitr_readings, replicas};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest, Wish};
use crate::model::{Live, Reading, Replicas, ResourceId, Value};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ContinuousBackupsDescription, PointInTimeRecoverySpecification, TableDescription};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const LIST: &str = "dynamodb:ListTables";
const DESCRIBE: &str = "dynamodb:DescribeTable";
const DESCRIBE_BACKUPS: &str = "dynamodb:DescribeContinuousBackups";
const UPDATE_BACKUPS: &str = "dynamodb:UpdateContinuousBackups";
const UPDATE: &str = "dynamodb:UpdateTable";

/// How long a table may stay in another state than ACTIVE before a change gives up. Adding a replica to a large table can take longer;
/// then a new run goes on.
const PATIENCE_MINUTES: u64 = 20;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The calls.
pub(super) struct TableCalls;

pub(super) fn client(connection: &Connection, region: &str) -> Arc<Client> {
    connection.client("dynamodb", region, |config, witness| {
        Client::from_conf(aws_sdk_dynamodb::config::Builder::from(config).interceptor(witness).build())
    })
}

impl KindAws for TableCalls {
    fn tagging_type(&self) -> &'static str {
        "dynamodb:table"
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(list(connection, &connection.identity.region))
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(read_all(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }
}

/// All table names of a region.
pub(super) async fn list(connection: &Connection, region: &str) -> Result<Vec<String>, CallFailed> {
    let client = client(connection, region);
    let mut names: Vec<String> = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_tables().set_exclusive_start_table_name(from.take()).send()).await?;
        names.extend(page.table_names().iter().cloned());
        from = page.last_evaluated_table_name().map(str::to_owned);
        if from.is_none() {
            return Ok(names);
        }
    }
}

async fn read_all(request: ReadRequest<'_>) -> Found {
    let single = replicas::tables_without_replicas(&request).await;
    let mut reads: Vec<BoxFuture<'_, Found>> = Vec::new();
    for (name, wish) in &request.wishes {
        let read = TableRead { connection: request.connection, name, wish, known_single: single.contains(name) };
        let done = request.done;
        reads.push(Box::pin(async move {
            let found = read.run().await;
            done();
            found
        }));
    }
    // Calls take their places from the connection's own limit; this only bounds how many tables are begun at once.
    let mut found = Found::default();
    let mut under_way = futures_util::stream::iter(reads).buffer_unordered(256);
    while let Some(one) = under_way.next().await {
        found.live.extend(one.live);
        found.absent.extend(one.absent);
        found.gaps.extend(one.gaps);
    }
    found
}

/// The reading of one table and its replicas.
struct TableRead<'a> {
    connection: &'a Connection,
    name: &'a str,
    wish: &'a Wish,
    known_single: bool,
}

impl TableRead<'_> {
    fn asks(&self, setting: &str) -> bool {
        self.wish.settings.contains(setting)
    }

    fn id(&self, region: &str) -> ResourceId {
        ResourceId {
            kind: SPEC.name.to_owned(),
            target: self.connection.target.name.clone(),
            region: region.to_owned(),
            name: self.name.to_owned(),
        }
    }

    async fn run(&self) -> Found {
        let home = self.connection.identity.region.clone();
        let mut found = Found::default();
        let discover = self.wish.replicas == Replicas::All && !self.known_single;
        let described = self.read_in(&home, None, discover, &mut found).await;
        if let Some(table) = found.live.first_mut() {
            table.replicas = match &described {
                Some(description) => Some(replica_regions(description, &home)),
                None if self.known_single => Some(Vec::new()),
                None => None,
            };
        }
        let regions: Vec<String> = match (&self.wish.replicas, described) {
            (Replicas::All, Some(table)) => replica_regions(&table, &home),
            (Replicas::All, None) => Vec::new(),
            (Replicas::Only(regions), _) => regions.iter().cloned().collect(),
        };
        for region in regions.iter().filter(|region| **region != home) {
            self.read_in(region, Some(&home), false, &mut found).await;
        }
        found
    }

    /// Reads what is asked in one region; returns what `DescribeTable` said, where it was called.
    async fn read_in(&self, region: &str, home: Option<&str>, discover: bool, found: &mut Found) -> Option<TableDescription> {
        let client = client(self.connection, region);
        let mut settings: BTreeMap<String, Reading> = BTreeMap::new();
        let mut facts: BTreeMap<String, Value> = BTreeMap::new();
        let mut described = None;
        if self.asks(DELETION_PROTECTION) || discover {
            match self.describe(&client).await {
                Ok(table) if is_going(&table) => return self.absent(region, found),
                Ok(table) => described = Some(table),
                Err(failed) if failed.is("ResourceNotFoundException") => return self.absent(region, found),
                Err(failed) => {
                    found.gaps.push(self.gap(region, &failed));
                    self.unreadable(DELETION_PROTECTION, &failed, region, &mut settings);
                }
            }
        }
        if self.asks(PITR) || self.asks(PERIOD) {
            match self.describe_backups(&client).await {
                Ok(backups) => note_backups(&backups, &mut settings, &mut facts),
                // The backup calls do not know a table that is still being created, though the others do.
                Err(failed) if failed.is("TableNotFoundException") => {
                    if described.is_none() {
                        match self.describe(&client).await {
                            Ok(table) if !is_going(&table) => described = Some(table),
                            Err(failed) if !failed.is("ResourceNotFoundException") => found.gaps.push(self.gap(region, &failed)),
                            Ok(_) | Err(_) => return self.absent(region, found),
                        }
                    }
                    if described.is_some() {
                        settings.extend(pitr_readings(false, None).map(|(path, reading)| (path.to_owned(), reading)));
                    } else {
                        self.unreadable(PITR, &failed, region, &mut settings);
                        self.unreadable(PERIOD, &failed, region, &mut settings);
                    }
                }
                Err(failed) if failed.is("ContinuousBackupsUnavailableException") => {
                    settings.extend(pitr_readings(false, None).map(|(path, reading)| (path.to_owned(), reading)));
                }
                Err(failed) => {
                    found.gaps.push(self.gap(region, &failed));
                    self.unreadable(PITR, &failed, region, &mut settings);
                    self.unreadable(PERIOD, &failed, region, &mut settings);
                }
            }
        }
        if let Some(table) = &described {
            if self.asks(DELETION_PROTECTION) {
                let on = table.deletion_protection_enabled().unwrap_or(false);
                settings.insert(DELETION_PROTECTION.to_owned(), Reading::Known(Value::Bool(on)));
            }
            if let Some(status) = table.table_status() {
                facts.insert(STATUS.to_owned(), Value::from(status.as_str()));
            }
        }
        found.live.push(Live { id: self.id(region), replica_of: home.map(str::to_owned), replicas: None, settings, facts });
        described
    }

    fn absent(&self, region: &str, found: &mut Found) -> Option<TableDescription> {
        found.absent.push(self.id(region));
        None
    }

    fn gap(&self, region: &str, failed: &CallFailed) -> crate::model::Gap {
        self.connection.gap(region, Some(SPEC.name), Some(self.name), failed)
    }

    fn unreadable(&self, setting: &str, failed: &CallFailed, region: &str, settings: &mut BTreeMap<String, Reading>) {
        if self.asks(setting) || (setting == PITR && self.asks(PERIOD)) {
            settings.insert(setting.to_owned(), Reading::Unreadable { cause: failed.sentence(region) });
        }
    }

    async fn describe(&self, client: &Client) -> Result<TableDescription, CallFailed> {
        describe(self.connection, client, self.name).await
    }

    async fn describe_backups(&self, client: &Client) -> Result<ContinuousBackupsDescription, CallFailed> {
        let answer = self.connection.call(DESCRIBE_BACKUPS, client.describe_continuous_backups().table_name(self.name).send()).await?;
        answer.continuous_backups_description.ok_or_else(|| nothing_said(DESCRIBE_BACKUPS))
    }
}

async fn describe(connection: &Connection, client: &Client, name: &str) -> Result<TableDescription, CallFailed> {
    let answer = connection.call(DESCRIBE, client.describe_table().table_name(name).send()).await?;
    answer.table.ok_or_else(|| nothing_said(DESCRIBE))
}

fn nothing_said(action: &str) -> CallFailed {
    let message = "the answer holds no description".to_owned();
    CallFailed { action: action.to_owned(), code: None, cause: crate::model::Cause::Failed, message }
}

fn is_going(table: &TableDescription) -> bool {
    table.table_status().is_some_and(|status| status.as_str() == "DELETING")
}

fn replica_regions(table: &TableDescription, home: &str) -> Vec<String> {
    let regions = table.replicas().iter().filter_map(|replica| replica.region_name());
    regions.filter(|region| *region != home).map(str::to_owned).collect()
}

fn note_backups(backups: &ContinuousBackupsDescription, settings: &mut BTreeMap<String, Reading>, facts: &mut BTreeMap<String, Value>) {
    let pitr = backups.point_in_time_recovery_description();
    let enabled = pitr.and_then(|pitr| pitr.point_in_time_recovery_status()).is_some_and(|status| status.as_str() == "ENABLED");
    let period = pitr.and_then(aws_sdk_dynamodb::types::PointInTimeRecoveryDescription::recovery_period_in_days).map(i64::from);
    settings.extend(pitr_readings(enabled, period).map(|(path, reading)| (path.to_owned(), reading)));
    let times = [
        (EARLIEST, pitr.and_then(|pitr| pitr.earliest_restorable_date_time())),
        (LATEST, pitr.and_then(|pitr| pitr.latest_restorable_date_time())),
    ];
    for (fact, time) in times {
        if let Some(time) = time.and_then(|time| jiff::Timestamp::from_second(time.secs()).ok()) {
            facts.insert(fact.to_owned(), Value::from(time.to_string()));
        }
    }
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let client = client(request.connection, &request.id.region);
    let writer = TableWrite { request: &request, client: &client };
    if request.after(PITR).is_some() || request.after(PERIOD).is_some() {
        writer.update_backups().await?;
    }
    if let Some(on) = request.after(DELETION_PROTECTION).and_then(Value::as_bool) {
        writer.update_deletion_protection(on).await?;
    }
    Ok(())
}

/// The changing of one table.
struct TableWrite<'a> {
    request: &'a ChangeRequest<'a>,
    client: &'a Client,
}

impl TableWrite<'_> {
    async fn update_backups(&self) -> Result<(), ChangeFailed> {
        let specification = self.backups_wanted()?;
        let mut patience = Patience::new();
        loop {
            let call = self.client.update_continuous_backups().table_name(&self.request.id.name);
            let call = call.point_in_time_recovery_specification(specification.clone());
            match self.request.connection.call(UPDATE_BACKUPS, call.send()).await {
                Ok(_) => return Ok(()),
                Err(failed) if failed.is("ContinuousBackupsUnavailableException") => {
                    patience.pause("waiting for continuous backups to become available", self.request.waiting).await?;
                }
                // A table that is being created is not known to the backup calls yet.
                Err(failed) if failed.is("TableNotFoundException") => {
                    self.wait_until_active(&mut patience).await?;
                    patience.pause("waiting for continuous backups to become available", self.request.waiting).await?;
                }
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    /// The complete wanted state: AWS forgets a period that is not sent with PITR on, and refuses one that is sent with PITR off.
    fn backups_wanted(&self) -> Result<PointInTimeRecoverySpecification, ChangeFailed> {
        let now = |setting| self.request.after(setting).or_else(|| self.request.before(setting));
        let enabled = now(PITR).and_then(Value::as_bool).unwrap_or(false);
        let days = now(PERIOD).and_then(Value::as_i64).or_else(|| Value::from(SPEC.setting(PERIOD)?.aws_default).as_i64());
        let days = days.and_then(|days| i32::try_from(days).ok()).filter(|_| enabled);
        PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(enabled)
            .set_recovery_period_in_days(days)
            .build()
            .map_err(|error| {
                let message = error.to_string();
                CallFailed { action: UPDATE_BACKUPS.to_owned(), code: None, cause: crate::model::Cause::Failed, message }.into()
            })
    }

    async fn update_deletion_protection(&self, on: bool) -> Result<(), ChangeFailed> {
        let mut patience = Patience::new();
        loop {
            let call = self.client.update_table().table_name(&self.request.id.name).deletion_protection_enabled(on);
            match self.request.connection.call(UPDATE, call.send()).await {
                // The table is UPDATING for a moment; only after that do reads agree and other changes get in.
                Ok(_) => return self.wait_until_active(&mut Patience::new()).await,
                Err(failed) if failed.is("ResourceInUseException") => {
                    patience.pause("waiting for another change of the table", self.request.waiting).await?;
                    self.wait_until_active(&mut patience).await?;
                }
                Err(failed) if failed.is("ResourceNotFoundException") => return Err(ChangeFailed::Gone),
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    /// Waits until the table is ACTIVE.
    async fn wait_until_active(&self, patience: &mut Patience) -> Result<(), ChangeFailed> {
        loop {
            let table = match describe(self.request.connection, self.client, &self.request.id.name).await {
                Ok(table) => table,
                Err(failed) if failed.is("ResourceNotFoundException") => return Err(ChangeFailed::Gone),
                Err(failed) => return Err(failed.into()),
            };
            let status = table.table_status().map_or_else(|| "in an unknown state".to_owned(), |status| status.as_str().to_owned());
            match status.as_str() {
                "DELETING" => return Err(ChangeFailed::Gone),
                "ACTIVE" => return Ok(()),
                _ => {
                    let what = format!("waiting for the table, which is {status}");
                    patience.pause(&what, self.request.waiting).await?;
                }
            }
        }
    }
}

/// How long is still waited, with growing pauses.
struct Patience {
    spent: Duration,
    pause: Duration,
}

impl Patience {
    fn new() -> Self {
        Self { spent: Duration::ZERO, pause: FIRST_PAUSE }
    }

    async fn pause(&mut self, what: &str, tell: &(dyn Fn(&str) + Sync)) -> Result<(), ChangeFailed> {
        if self.spent.as_secs() >= PATIENCE_MINUTES * 60 {
            return Err(ChangeFailed::NotReady { state: what.to_owned(), minutes: PATIENCE_MINUTES });
        }
        tell(what);
        tokio::time::sleep(self.pause).await;
        self.spent += self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}
