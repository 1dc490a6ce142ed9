//! The calls: one `Describe…` for many databases together, one `Modify…` for all changes of one.

use super::{
    AT_ONCE, COPIES, DAYS_NOW, DAYS_TO_COME, DAYS_WANTED, EARLIEST, ENGINE, LATEST, MAINTENANCE, MAKES_NONE, OWNER, PASSING, REPLICA_OF,
    REPLICAS, RESOURCE_ID, RETENTION, STATUS, WAITING, is_only_said,
};
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::aws::{CallFailed, Connection};
use crate::kinds::patience::Patience;
use crate::kinds::protection::{ENCRYPTION, encryption};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest, Wish};
use crate::model::{Live, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Amazon RDS, whose API Aurora, DocumentDB and Neptune share.
pub(in crate::kinds) static RDS: Service = Service {
    id: "RDS",
    iam: "rds",
    signing: "rds",
    host: "rds",
    protocol: Protocol::Query {
        version: "2014-10-31",
        items: &[
            ("EventCategories", "EventCategory"),
            ("Filters", "Filter"),
            ("SourceIds", "SourceId"),
            ("Tags", "Tag"),
            ("Values", "Value"),
        ],
    },
};

/// How many databases are asked for in one call. One page holds a hundred.
const TOGETHER: usize = 50;

/// How a member of an answer is read.
#[derive(Clone, Copy, Debug)]
pub(in crate::kinds) enum As {
    Whole,
    Flag,
    Text,
}

/// The calls of one kind of database.
pub(in crate::kinds) struct DatabaseCalls {
    /// The kind's name.
    pub(in crate::kinds) kind: &'static str,
    /// The type in the tagging API.
    pub(in crate::kinds) tagging_type: &'static str,
    pub(in crate::kinds) describe: Operation,
    pub(in crate::kinds) modify: Operation,
    /// The list in the answer: `DBInstances`.
    pub(in crate::kinds) list: &'static str,
    /// The member with its name, in requests too: `DBInstanceIdentifier`.
    pub(in crate::kinds) name: &'static str,
    /// The filter by name: `db-instance-id`.
    pub(in crate::kinds) filter: &'static str,
    /// The member with its status.
    pub(in crate::kinds) status: &'static str,
    /// The member with its ARN.
    pub(in crate::kinds) arn: &'static str,
    /// The code that says that there is none, and the one that says that it is busy.
    pub(in crate::kinds) absent: &'static str,
    pub(in crate::kinds) busy: &'static str,
    /// Whether one that was described is of this kind: the calls answer with all kinds of databases.
    pub(in crate::kinds) is_own: fn(engine: &str, is_member: bool) -> bool,
    /// The settings, with the members that hold them.
    pub(in crate::kinds) settings: &'static [(&'static str, &'static str, As)],
}

impl KindAws for DatabaseCalls {
    fn tagging_type(&self) -> &'static str {
        self.tagging_type
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(async move {
            let all = self.pages(connection, Map::new()).await?;
            Ok(all.iter().filter(|one| self.owns(one)).filter_map(|one| one.text(self.name)).collect())
        })
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(self.read_all(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(self.change_one(request))
    }
}

impl DatabaseCalls {
    async fn pages(&self, connection: &Connection, input: Map<String, Json>) -> Result<Vec<Json>, CallFailed> {
        connection.pages(&self.describe, &connection.identity.region, input, self.list, ("Marker", "Marker")).await
    }

    fn owns(&self, described: &Json) -> bool {
        (self.is_own)(
            &described.text("Engine").unwrap_or_default(),
            described.text("DBClusterIdentifier").is_some() && self.name != "DBClusterIdentifier",
        )
    }

    /// One database, by name; none where there is none.
    async fn describe_one(&self, connection: &Connection, name: &str) -> Result<Option<Json>, CallFailed> {
        let input = Map::from_iter([(self.name.to_owned(), Json::from(name))]);
        match self.pages(connection, input).await {
            Ok(all) => Ok(all.into_iter().next().filter(|one| self.owns(one))),
            Err(failed) if failed.is(self.absent) => Ok(None),
            Err(failed) => Err(failed),
        }
    }

    /// Some databases, by their names in lower case.
    async fn describe_some(&self, connection: &Connection, names: &[&String]) -> Result<BTreeMap<String, Json>, CallFailed> {
        let mut found = BTreeMap::new();
        let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        if let [name] = names.as_slice() {
            found.extend(self.describe_one(connection, name).await?.map(|one| (name.clone(), one)));
            return Ok(found);
        }
        let filters = json!([{ "Name": self.filter, "Values": names }]);
        match self.pages(connection, Map::from_iter([("Filters".to_owned(), filters)])).await {
            Ok(all) => found.extend(all.into_iter().filter(|one| self.owns(one)).filter_map(|one| Some((one.text(self.name)?, one)))),
            // AWS does not say whether a name that is not there only is left out.
            Err(failed) if failed.is(self.absent) => {
                for (name, one) in names.iter().zip(join_all(names.iter().map(|name| self.describe_one(connection, name))).await) {
                    found.extend(one?.map(|one| (name.clone(), one)));
                }
            }
            Err(failed) => return Err(failed),
        }
        Ok(found)
    }

    fn id(&self, connection: &Connection, name: &str) -> ResourceId {
        ResourceId {
            kind: self.kind.to_owned(),
            target: connection.target.name.clone(),
            region: connection.identity.region.clone(),
            name: name.to_owned(),
        }
    }

    async fn read_all(&self, request: ReadRequest<'_>) -> Found {
        let names: Vec<&String> = request.wishes.keys().collect();
        let parts: Vec<&[&String]> = names.chunks(TOGETHER).collect();
        let answers = join_all(parts.iter().map(|part| self.describe_some(request.connection, part))).await;
        let mut found = Found::default();
        for (part, answer) in parts.iter().zip(answers) {
            for name in *part {
                let Some(wish) = request.wishes.get(*name) else { continue };
                let id = self.id(request.connection, name);
                match &answer {
                    Ok(all) => match all.get(&name.to_lowercase()) {
                        // One that is being deleted is as good as gone.
                        Some(described) if described.text(self.status).as_deref() == Some("deleting") => found.absent.push(id),
                        Some(described) => found.live.push(self.live(id, described, wish)),
                        None => found.absent.push(id),
                    },
                    Err(failed) => {
                        let cause = failed.sentence(&id.region);
                        let mut live = Live { id, ..Live::default() };
                        let asked = wish.settings.iter().filter(|setting| !is_only_said(setting));
                        live.settings.extend(asked.map(|setting| (setting.clone(), Reading::Unreadable { cause: cause.clone() })));
                        found.live.push(live);
                    }
                }
                (request.done)();
            }
            if let Err(failed) = answer {
                // One call, one gap, however many databases it was about.
                found.gaps.push(request.connection.gap(&request.connection.identity.region, Some(self.kind), None, &failed));
            }
        }
        found
    }

    /// What a description says.
    fn live(&self, id: ResourceId, described: &Json, wish: &Wish) -> Live {
        let mut live = Live { id, arn: described.text(self.arn), ..Live::default() };
        for (setting, member, how) in self.settings {
            let value = match how {
                As::Whole => described.whole(member).map(Value::from),
                As::Flag => described.flag(member).map(Value::Bool),
                As::Text => described.text(member).filter(|text| !text.is_empty()).map(Value::from),
            };
            live.settings.insert((*setting).to_owned(), value.map_or(Reading::Unset, Reading::Known));
        }
        let facts = [
            (STATUS, described.text(self.status)),
            (MAINTENANCE, described.text("PreferredMaintenanceWindow")),
            (OWNER, described.text("AwsBackupRecoveryPointArn")),
            (ENGINE, described.text("Engine")),
            (EARLIEST, described.moment("EarliestRestorableTime").map(|at| at.to_string())),
            (LATEST, described.moment("LatestRestorableTime").map(|at| at.to_string())),
            (REPLICAS, listed(described.items("ReadReplicaDBInstanceIdentifiers"))),
            (REPLICA_OF, source(described)),
            (RESOURCE_ID, described.text("DbiResourceId").or_else(|| described.text("DbClusterResourceId"))),
            (COPIES, copies(described)),
            (WAITING, waiting(described)),
            (ENCRYPTION, encryption(described.flag("StorageEncrypted"), described.text("KmsKeyId"))),
        ];
        live.facts.extend(facts.into_iter().filter_map(|(fact, text)| Some((fact.to_owned(), Value::from(text?)))));
        if described.whole("BackupRetentionPeriod") == Some(0) {
            live.facts.insert(MAKES_NONE.to_owned(), Value::Bool(true));
        }
        note_retention(&mut live, described, wish);
        live
    }

    async fn change_one(&self, request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
        let connection = request.connection;
        let name = request.id.name.to_lowercase();
        let at_once = request.wanted.get(AT_ONCE).is_some_and(|declared| declared.value == Value::Bool(true));
        let mut input =
            Map::from_iter([(self.name.to_owned(), Json::from(name.clone())), ("ApplyImmediately".to_owned(), Json::Bool(at_once))]);
        for (setting, member, _) in self.settings {
            input.extend(request.after(setting).map(|value| ((*member).to_owned(), json(value))));
        }
        let mut patience = Patience::with_busy();
        loop {
            let described = self.describe_one(connection, &name).await?.ok_or(ChangeFailed::Gone)?;
            match described.text(self.status).as_deref() {
                Some("deleting") => return Err(ChangeFailed::Gone),
                // A backup that is being made hinders no change.
                Some(status) if PASSING.contains(&status) && status != "backing-up" => {
                    patience.pause(&format!("waiting for the database, which is {status}"), request.waiting).await?;
                    continue;
                }
                _ => {}
            }
            let now = self.live(request.id.clone(), &described, &wish(&request));
            request.refuse_if_moved(&now.settings, request.changes)?;
            match connection.ask(&self.modify, &connection.identity.region, Json::Object(input.clone())).await {
                Ok(_) => break,
                Err(failed) if failed.is(self.absent) => return Err(ChangeFailed::Gone),
                Err(failed) if failed.is(self.busy) => {
                    patience.pause("waiting for another change of the database", request.waiting).await?;
                }
                Err(failed) => return Err(failed.into()),
            }
        }
        if at_once && request.after(RETENTION).is_some() {
            return self.wait_until_in_force(&request, &name).await;
        }
        Ok(())
    }

    /// What is to count at once counts when nothing waits any more.
    async fn wait_until_in_force(&self, request: &ChangeRequest<'_>, name: &str) -> Result<(), ChangeFailed> {
        let mut patience = Patience::with_busy();
        loop {
            let described = self.describe_one(request.connection, name).await?.ok_or(ChangeFailed::Gone)?;
            if described.whole("PendingModifiedValues.BackupRetentionPeriod").is_none() {
                return Ok(());
            }
            patience.pause("waiting for the retention period to come into force", request.waiting).await?;
        }
    }
}

/// What a change asks, as a read is asked.
fn wish(request: &ChangeRequest<'_>) -> Wish {
    let declared = request.wanted.iter().map(|(path, declared)| (path.clone(), declared.value.clone()));
    Wish { declared: declared.collect(), ..Wish::default() }
}

/// Which retention period counts where one is in force and another waits. The one to come does where it is what is declared, as AWS will
/// make it so without another word, and where what is in force is declared, as it will not stay. Where the policy wants it at once, or wants a
/// third one, the one in force counts.
fn note_retention(live: &mut Live, described: &Json, wish: &Wish) {
    let now = described.whole("BackupRetentionPeriod");
    let to_come = described.whole("PendingModifiedValues.BackupRetentionPeriod").filter(|days| Some(*days) != now);
    let (Some(now), Some(to_come)) = (now, to_come) else { return };
    live.facts.insert(DAYS_NOW.to_owned(), Value::from(now));
    let at_once = wish.declared.get(AT_ONCE) == Some(&Value::Bool(true));
    if at_once && wish.declared.get(RETENTION) == Some(&Value::from(to_come)) {
        return;
    }
    live.facts.insert(DAYS_TO_COME.to_owned(), Value::from(to_come));
    if let Some(wanted) = wish.declared.get(RETENTION).filter(|wanted| **wanted != Value::from(to_come)) {
        live.facts.insert(DAYS_WANTED.to_owned(), wanted.clone());
    }
    if wish.declared.get(RETENTION).is_some_and(|declared| [now, to_come].into_iter().all(|days| *declared != Value::from(days))) {
        return;
    }
    live.settings.insert(RETENTION.to_owned(), Reading::Known(Value::from(to_come)));
    live.facts.insert(Live::in_force_fact(RETENTION), Value::from(now));
}

/// Texts as one.
fn listed(items: Vec<&Json>) -> Option<String> {
    let texts: Vec<&str> = items.into_iter().filter_map(Json::as_str).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// The regions that hold copies of its backups.
/// What a replica replicates: an instance, or a Multi-AZ DB cluster; of a cluster the one in another region.
fn source(described: &Json) -> Option<String> {
    let members = ["ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier", "ReplicationSourceIdentifier"];
    members.iter().find_map(|member| described.text(member).filter(|source| !source.is_empty()))
}

fn copies(described: &Json) -> Option<String> {
    let arns = described.items("DBInstanceAutomatedBackupsReplications");
    let regions: Vec<String> =
        arns.iter().filter_map(|one| Some(one.text("DBInstanceAutomatedBackupsArn")?.split(':').nth(3)?.to_owned())).collect();
    (!regions.is_empty()).then(|| regions.join(", "))
}

/// What waits beside the retention period, by the names of the API.
fn waiting(described: &Json) -> Option<String> {
    let waiting = described.get("PendingModifiedValues")?.as_object()?;
    let names: Vec<&str> = waiting.keys().map(String::as_str).filter(|name| *name != "BackupRetentionPeriod").collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn json(value: &Value) -> Json {
    match value {
        Value::Bool(flag) => Json::Bool(*flag),
        Value::String(text) => Json::from(text.clone()),
        other => other.as_i64().map_or(Json::Null, Json::from),
    }
}
