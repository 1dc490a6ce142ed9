//! The DynamoDB calls: `ListTables`, `DescribeTable`, `DescribeContinuousBackups`, `UpdateContinuousBackups`, `UpdateTable`.
//!
//! A table costs one call for PITR and one for deletion protection, and only what is declared is read. Which replicas a table has stands
//! in `DescribeTable` alone; [`super::replicas`] spares that call where it can prove that there are none.

mod kept;

pub(super) use kept::Kept;

use super::{DELETION_PROTECTION, EARLIEST, LATEST, PERIOD, PITR, SPEC, STATUS, TABLE_ID, replicas};
use crate::aws::{CallFailed, Connection};
use crate::kinds::patience::Patience;
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest, Wish};
use crate::model::{Gap, Live, Reading, Replicas, ResourceId, Value};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, PointInTimeRecoveryDescription, PointInTimeRecoverySpecification, PointInTimeRecoveryStatus,
    ReplicaStatus, TableDescription, TableStatus,
};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use std::sync::Arc;

const LIST: &str = "dynamodb:ListTables";
const DESCRIBE: &str = "dynamodb:DescribeTable";
const DESCRIBE_BACKUPS: &str = "dynamodb:DescribeContinuousBackups";
const UPDATE_BACKUPS: &str = "dynamodb:UpdateContinuousBackups";
const UPDATE: &str = "dynamodb:UpdateTable";

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
        let page = connection.call_in(region, LIST, client.list_tables().set_exclusive_start_table_name(from.take()).send()).await?;
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
        // A table of the same name in a named region is a replica only if this table says so.
        let discover = match &self.wish.replicas {
            Replicas::All => !self.known_single,
            Replicas::Only(regions) => regions.iter().any(|region| *region != home),
        };
        let described = self.read_in(&home, None, discover, &mut found).await;
        if let Some(table) = found.live.first_mut() {
            table.replicas = match &described {
                Some(description) => Some(replica_regions(description, &home)),
                None if self.known_single => Some(Vec::new()),
                None => None,
            };
        }
        let members = described.map(|table| replica_regions(&table, &home));
        let regions: Vec<String> = match (&self.wish.replicas, members) {
            (Replicas::All, members) => members.unwrap_or_default(),
            // What could not be discovered is a gap already.
            (Replicas::Only(_), None) => Vec::new(),
            (Replicas::Only(regions), Some(members)) => {
                let (there, not): (Vec<&String>, Vec<&String>) =
                    regions.iter().filter(|region| **region != home).partition(|region| members.contains(region));
                found.absent.extend(not.into_iter().map(|region| self.id(region)));
                there.into_iter().cloned().collect()
            }
        };
        for region in &regions {
            self.read_in(region, Some(&home), false, &mut found).await;
        }
        found
    }

    /// Reads what is asked in one region; returns what `DescribeTable` said, where it was called.
    async fn read_in(&self, region: &str, home: Option<&str>, discover: bool, found: &mut Found) -> Option<TableDescription> {
        let client = client(self.connection, region);
        let mut live = Live { id: self.id(region), replica_of: home.map(str::to_owned), ..Live::default() };
        let mut described = None;
        if self.asks(DELETION_PROTECTION) || discover {
            match self.describe(&client).await {
                Ok(table) if is_going(&table) => return self.absent(region, found),
                Ok(table) => described = Some(table),
                Err(failed) if failed.is("ResourceNotFoundException") => return self.absent(region, found),
                Err(failed) => {
                    found.gaps.push(self.unreadable(&[DELETION_PROTECTION], &failed, region, &mut live));
                }
            }
        }
        if self.asks(PITR) || self.asks(PERIOD) {
            match self.read_backups(&client, &mut described).await {
                Ok(Some(backups)) => note_backups(&backups, &mut live)
                    .unwrap_or_else(|failed| found.gaps.push(self.unreadable(&[PITR, PERIOD], &failed, region, &mut live))),
                Ok(None) => live.set(pitr_readings(false, None)),
                Err(NoBackups::Absent) => return self.absent(region, found),
                Err(NoBackups::Failed(failed)) => found.gaps.push(self.unreadable(&[PITR, PERIOD], &failed, region, &mut live)),
            }
        }
        if let Some(table) = &described {
            if self.asks(DELETION_PROTECTION) {
                let on = table.deletion_protection_enabled().unwrap_or(false);
                live.set([(DELETION_PROTECTION, Reading::Known(Value::Bool(on)))]);
            }
            if let Some(id) = table.table_id().filter(|_| self.wish.everything) {
                live.facts.insert(TABLE_ID.to_owned(), Value::from(id));
            }
            if let Some(status) = table.table_status() {
                live.facts.insert(STATUS.to_owned(), Value::from(status.as_str()));
            }
        }
        found.live.push(live);
        described
    }

    /// The table's continuous backups; none where the table is too new to have any.
    async fn read_backups(
        &self,
        client: &Client,
        described: &mut Option<TableDescription>,
    ) -> Result<Option<ContinuousBackupsDescription>, NoBackups> {
        let failed = match self.describe_backups(client).await {
            Ok(backups) => return Ok(Some(backups)),
            Err(failed) if failed.is("ContinuousBackupsUnavailableException") => return Ok(None),
            Err(failed) => failed,
        };
        if !failed.is("TableNotFoundException") {
            return Err(NoBackups::Failed(failed));
        }
        // The backup calls do not know a table that is still being created, though the others do.
        let table = match described.take() {
            Some(table) => table,
            None => match self.describe(client).await {
                Ok(table) => table,
                Err(failed) if failed.is("ResourceNotFoundException") => return Err(NoBackups::Absent),
                Err(failed) => return Err(NoBackups::Failed(failed)),
            },
        };
        let status = table.table_status().map_or("unknown", |status| status.as_str()).to_owned();
        *described = Some(table);
        match status.as_str() {
            "DELETING" => Err(NoBackups::Absent),
            "CREATING" => Ok(None),
            _ => Err(NoBackups::Failed(failed)),
        }
    }

    fn absent(&self, region: &str, found: &mut Found) -> Option<TableDescription> {
        found.absent.push(self.id(region));
        None
    }

    fn gap(&self, region: &str, failed: &CallFailed) -> Gap {
        self.connection.gap(region, Some(SPEC.name), Some(self.name), failed)
    }

    /// Marks settings as unknown, and gives the gap that says why.
    fn unreadable(&self, settings: &[&'static str], failed: &CallFailed, region: &str, live: &mut Live) -> Gap {
        for setting in settings {
            // PITR says whether its period means anything, so whoever asks for one asks for both.
            if self.asks(setting) || *setting != DELETION_PROTECTION {
                live.set([(*setting, Reading::Unreadable { cause: failed.sentence(region) })]);
            }
        }
        self.gap(region, failed)
    }

    async fn describe(&self, client: &Client) -> Result<TableDescription, CallFailed> {
        describe(self.connection, client, self.name).await
    }

    async fn describe_backups(&self, client: &Client) -> Result<ContinuousBackupsDescription, CallFailed> {
        let answer = self
            .connection
            .call_in(
                region_of(client, self.connection),
                DESCRIBE_BACKUPS,
                client.describe_continuous_backups().table_name(self.name).send(),
            )
            .await?;
        answer.continuous_backups_description.ok_or_else(|| nothing_said(DESCRIBE_BACKUPS))
    }
}

/// Why the continuous backups of a table are not known.
enum NoBackups {
    Absent,
    Failed(CallFailed),
}

async fn describe(connection: &Connection, client: &Client, name: &str) -> Result<TableDescription, CallFailed> {
    let answer = connection.call_in(region_of(client, connection), DESCRIBE, client.describe_table().table_name(name).send()).await?;
    answer.table.ok_or_else(|| nothing_said(DESCRIBE))
}

/// The region of a client.
fn region_of<'a>(client: &'a Client, connection: &'a Connection) -> &'a str {
    client.config().region().map_or(connection.identity.region.as_str(), |region| region.as_ref())
}

fn nothing_said(action: &str) -> CallFailed {
    CallFailed::not_understood(action, "the answer holds no description")
}

fn is_going(table: &TableDescription) -> bool {
    table.table_status().is_some_and(|status| status.as_str() == "DELETING")
}

/// The other regions of a global table; one that is being removed no longer counts.
fn replica_regions(table: &TableDescription, home: &str) -> Vec<String> {
    let staying = |status: &ReplicaStatus| !matches!(status, ReplicaStatus::Deleting);
    let replicas = table.replicas().iter().filter(|replica| replica.replica_status().is_none_or(staying));
    replicas.filter_map(|replica| replica.region_name()).filter(|region| *region != home).map(str::to_owned).collect()
}

/// What PITR and its period read as: the period means nothing while PITR is off.
fn pitr_readings(enabled: bool, period: Option<i64>) -> [(&'static str, Reading); 2] {
    let period = match period {
        Some(days) if enabled => Reading::Known(Value::from(days)),
        _ => Reading::Unset,
    };
    [(PITR, Reading::Known(Value::Bool(enabled))), (PERIOD, period)]
}

/// Notes what continuous backups say.
///
/// # Errors
///
/// Whether PITR is on cannot be told from the answer. That is never taken for "off".
fn note_backups(backups: &ContinuousBackupsDescription, live: &mut Live) -> Result<(), CallFailed> {
    let pitr = backups.point_in_time_recovery_description();
    let enabled = match pitr.and_then(PointInTimeRecoveryDescription::point_in_time_recovery_status) {
        Some(PointInTimeRecoveryStatus::Enabled) => true,
        Some(PointInTimeRecoveryStatus::Disabled) => false,
        other => {
            let said = other.map_or("nothing", |status| status.as_str());
            return Err(CallFailed::not_understood(
                DESCRIBE_BACKUPS,
                format!("PointInTimeRecoveryStatus is {said}, neither ENABLED nor DISABLED"),
            ));
        }
    };
    let period = pitr.and_then(PointInTimeRecoveryDescription::recovery_period_in_days).map(i64::from);
    live.set(pitr_readings(enabled, period));
    let times = [
        (EARLIEST, pitr.and_then(|pitr| pitr.earliest_restorable_date_time())),
        (LATEST, pitr.and_then(|pitr| pitr.latest_restorable_date_time())),
    ];
    for (fact, time) in times {
        if let Some(time) = time.and_then(|time| jiff::Timestamp::from_second(time.secs()).ok()) {
            live.facts.insert(fact.to_owned(), Value::from(time.to_string()));
        }
    }
    Ok(())
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
        let mut patience = Patience::with_busy();
        loop {
            let call = self.client.update_continuous_backups().table_name(&self.request.id.name);
            let call = call.point_in_time_recovery_specification(specification.clone());
            match self.request.connection.call_in(&self.request.id.region, UPDATE_BACKUPS, call.send()).await {
                Ok(_) => return Ok(()),
                Err(failed) if failed.is("ContinuousBackupsUnavailableException") => {
                    patience.pause("waiting for continuous backups to become available", self.request.waiting).await?;
                }
                // A table that is being created is not known to the backup calls yet.
                Err(failed) if failed.is("TableNotFoundException") => {
                    self.wait_while_busy(&mut patience).await?;
                    patience.pause("waiting for continuous backups to become available", self.request.waiting).await?;
                }
                Err(failed) => return Err(failed.into()),
            }
            self.refuse_if_moved().await?;
        }
    }

    /// Time has passed since the plan was read: somebody else may have turned PITR on meanwhile, and what strengthened then could shorten now.
    async fn refuse_if_moved(&self) -> Result<(), ChangeFailed> {
        let call = self.client.describe_continuous_backups().table_name(&self.request.id.name);
        // Where it still cannot be read, the table is still too new to have been changed.
        let Ok(answer) = self.request.connection.call_in(&self.request.id.region, DESCRIBE_BACKUPS, call.send()).await else {
            return Ok(());
        };
        let Some(backups) = answer.continuous_backups_description else { return Ok(()) };
        let mut now = Live::default();
        note_backups(&backups, &mut now)?;
        for setting in [PITR, PERIOD] {
            if let (Some(before), Some(now)) = (self.request.before.get(setting), now.settings.get(setting))
                && before != now
            {
                return Err(ChangeFailed::Moved { setting: setting.to_owned(), before: before.to_string(), now: now.to_string() });
            }
        }
        Ok(())
    }

    /// The complete wanted state: AWS forgets a period that is not sent with PITR on, and refuses one that is sent with PITR off.
    fn backups_wanted(&self) -> Result<PointInTimeRecoverySpecification, ChangeFailed> {
        let now = |setting| self.request.after(setting).or_else(|| self.request.before(setting));
        // Off is what deletes a history, so it is never assumed.
        let enabled = now(PITR).and_then(Value::as_bool);
        let enabled = enabled.ok_or_else(|| CallFailed::not_understood(UPDATE_BACKUPS, "whether PITR is on was not read"))?;
        let days = now(PERIOD).and_then(Value::as_i64).or_else(|| Value::from(SPEC.setting(PERIOD)?.aws_default).as_i64());
        let days = days.and_then(|days| i32::try_from(days).ok()).filter(|_| enabled);
        let specification = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(enabled);
        let specification = specification.set_recovery_period_in_days(days).build();
        specification.map_err(|error| CallFailed::not_understood(UPDATE_BACKUPS, error.to_string()).into())
    }

    async fn update_deletion_protection(&self, on: bool) -> Result<(), ChangeFailed> {
        let mut patience = Patience::with_busy();
        loop {
            let call = self.client.update_table().table_name(&self.request.id.name).deletion_protection_enabled(on);
            match self.request.connection.call_in(&self.request.id.region, UPDATE, call.send()).await {
                Ok(_) => {
                    // The table may be UPDATING for a moment. The change is taken, whatever this says; reading again proves it.
                    let _ = self.wait_while_busy(&mut Patience::with_busy()).await;
                    return Ok(());
                }
                Err(failed) if failed.is("ResourceInUseException") => {
                    patience.pause("waiting for another change of the table", self.request.waiting).await?;
                    self.wait_while_busy(&mut patience).await?;
                }
                Err(failed) if failed.is("ResourceNotFoundException") => return Err(ChangeFailed::Gone),
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    /// Waits while the table is being created or changed. Other states, such as one without its key, do not pass by themselves.
    async fn wait_while_busy(&self, patience: &mut Patience) -> Result<(), ChangeFailed> {
        loop {
            let table = match describe(self.request.connection, self.client, &self.request.id.name).await {
                Ok(table) => table,
                Err(failed) if failed.is("ResourceNotFoundException") => return Err(ChangeFailed::Gone),
                Err(failed) => return Err(failed.into()),
            };
            match table.table_status() {
                Some(status @ (TableStatus::Creating | TableStatus::Updating)) => {
                    let what = format!("waiting for the table, which is {status}");
                    patience.pause(&what, self.request.waiting).await?;
                }
                Some(TableStatus::Deleting) => return Err(ChangeFailed::Gone),
                _ => return Ok(()),
            }
        }
    }
}
