//! Reading buckets: one call for each declared aspect, and what makes the plan concrete where a rule is declared.

use super::super::rule::Rule;
use super::super::table::{
    ALGORITHM, BUCKET_KEY, ENABLED, ENCRYPTION, KEY, LIFECYCLE, LOCK, LOCK_DAYS, LOCK_MODE, LOCK_YEARS, MINIMUM_SIZE, REPLICATION, ROLE,
    SPEC, SUSPENDED, VERSIONING,
};
use super::super::{
    ABSENT_DESTINATIONS, ALGORITHM_FACT, FOREIGN_LIFECYCLE, FOREIGN_LIFETIMES, FOREIGN_PLACES, FOREIGN_REPLICATION, FOREIGN_RULES,
    FOREIGN_WITHOUT_KMS, LOCK_FACT, MARKED_LIFECYCLE, MARKED_REPLICATION, MFA_DELETE, NAMELESS_LIFECYCLE, NAMELESS_REPLICATION, NEVER,
    OLD_LIFECYCLE, OLD_REPLICATION, REPLICATION_RULES, UNSAID_REPLICATION, UNSEEN_LIFECYCLE, UNSEEN_REPLICATION, VERSIONING_FACT,
    encryption, forms, place, sooner,
};
use super::names::Names;
use super::{
    GET_ENCRYPTION, GET_LIFECYCLE, GET_LOCK, GET_REPLICATION, all, client, is_elsewhere, lifecycle, list, regions, replication, versioning,
};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{Found, ReadRequest, Wish};
use crate::model::{Cause, Gap, Live, Mark, Reading, ResourceId, Value, path};
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    DefaultRetention, LifecycleRule, ObjectLockConfiguration, ReplicationConfiguration, ReplicationRule, ServerSideEncryptionRule,
};
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, join_all};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The lifecycle rules of a bucket, and which objects are too small for their transitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lifecycle {
    pub(super) rules: Vec<LifecycleRule>,
    pub(super) minimum_size: Option<String>,
}

/// Reads everything that is asked.
pub(super) async fn read(request: ReadRequest<'_>) -> Found {
    let mut reads: Vec<BoxFuture<'_, Found>> = Vec::new();
    for (name, wish) in &request.wishes {
        let region = request.connection.identity.region.clone();
        let bucket = Bucket { connection: request.connection, client: client(request.connection, &region), region, name };
        let read = BucketRead { bucket, wish, workspace: request.workspace, live: Live::default(), gaps: Vec::new() };
        let done = request.done;
        reads.push(Box::pin(async move {
            let found = read.run().await;
            done();
            found
        }));
    }
    let (mut found, absent) = destinations(&request).await;
    // Calls take their places from the connection's own limit; this only bounds how many buckets are begun at once.
    let mut under_way = futures_util::stream::iter(reads).buffer_unordered(256);
    while let Some(one) = under_way.next().await {
        found.live.extend(one.live.into_iter().map(|mut live| {
            let here = absent.iter().map(|arn| (arn.clone(), Value::Bool(true))).collect();
            if !absent.is_empty() {
                live.facts.insert(ABSENT_DESTINATIONS.to_owned(), Value::Map(here));
            }
            live
        }));
        found.absent.extend(one.absent);
        found.gaps.extend(one.gaps);
    }
    found
}

/// What versioning is in every destination that is declared, and which of them are surely not there. Of a bucket of another account nothing
/// is said where that cannot be found out; of one of this account, or of one that may be, it is a gap.
///
/// A destination goes by its ARN here, which is no bucket's name: where a block is about the same bucket, that is read on its own.
async fn destinations(request: &ReadRequest<'_>) -> (Found, BTreeSet<String>) {
    let (mut found, mut absent) = (Found::default(), BTreeSet::new());
    let arns = declared_destinations(request);
    if arns.is_empty() {
        return (found, absent);
    }
    let listed = list(request.connection, None).await.map(|buckets| buckets.into_iter().collect::<BTreeMap<_, _>>());
    let home = &request.connection.identity.region;
    let reads = arns.iter().filter_map(|(arn, is_of_others)| {
        let (name, listed) = (forms::bucket_of(arn)?, &listed);
        // One that is not listed may be of another account, or not be there at all: a call tells.
        let region = listed.as_ref().ok().and_then(|buckets| buckets.get(name)?.as_ref()).unwrap_or(home);
        Some(async move {
            let failed = match versioning(request.connection, region, name, None).await {
                Ok((status, _)) => return Destination::Seen((*arn).to_owned(), region, status),
                Err(failed) if failed.is("NoSuchBucket") => return Destination::Absent((*arn).to_owned()),
                Err(failed) => failed,
            };
            let gap = |failed: &CallFailed| Destination::Unread(request.connection.gap(region, Some(SPEC.name), Some(name), failed));
            match listed {
                _ if *is_of_others => Destination::OfOthers,
                // In which region it is, only the listing tells.
                Err(refused) if is_elsewhere(&failed) => gap(refused),
                Ok(buckets) if !buckets.contains_key(name) => Destination::OfOthers,
                Ok(_) | Err(_) => gap(&failed),
            }
        })
    });
    for read in join_all(reads).await {
        match read {
            Destination::Seen(arn, region, status) => {
                let target = request.connection.target.name.clone();
                let id = ResourceId { kind: SPEC.name.to_owned(), target, region: region.clone(), name: arn.clone() };
                let mut live = Live { id, arn: Some(arn), ..Live::default() };
                live.set([(VERSIONING, status.map_or(Reading::Unset, |status| Reading::Known(Value::from(status))))]);
                found.live.push(live);
            }
            Destination::Absent(arn) => drop(absent.insert(arn)),
            Destination::Unread(gap) => found.gaps.push(gap),
            Destination::OfOthers => {}
        }
    }
    (found, absent)
}

/// What reading tells of a destination.
enum Destination<'a> {
    /// Its ARN, its region and its versioning.
    Seen(String, &'a String, Option<String>),
    /// It is surely not there.
    Absent(String),
    /// It could not be read, and is this account's as far as one knows.
    Unread(Gap),
    /// It is another account's, so that not being let in says nothing.
    OfOthers,
}

/// The ARNs of the declared destinations, each with whether its rule says that the bucket is another account's.
fn declared_destinations<'a>(request: &'a ReadRequest<'_>) -> BTreeMap<&'a str, bool> {
    let own = request.connection.identity.account.as_str();
    let mut arns = BTreeMap::new();
    for declared in request.wishes.values().map(|wish| &wish.declared) {
        for (path, arn) in declared.iter().filter(|(path, _)| path::generic(path) == "replication_rule.destination.bucket") {
            let account = path.strip_suffix("bucket").and_then(|block| declared.get(&format!("{block}account"))?.as_str());
            if let Some(arn) = arn.as_str() {
                *arns.entry(arn).or_insert(true) &= account.is_some_and(|account| account != own);
            }
        }
    }
    arns
}

/// One bucket and how it is reached.
pub(super) struct Bucket<'a> {
    pub(super) connection: &'a Connection,
    pub(super) client: Arc<Client>,
    pub(super) region: String,
    pub(super) name: &'a str,
}

impl Bucket<'_> {
    /// The account that must own it: a bucket that somebody else made anew under the same name is another one.
    pub(super) fn owner(&self) -> Option<String> {
        Some(self.connection.identity.account.clone()).filter(|account| !account.is_empty())
    }

    /// Its status, `None` where it was never set, and whether MFA delete is on.
    pub(super) async fn versioning(&self) -> Result<(Option<String>, bool), CallFailed> {
        versioning(self.connection, &self.region, self.name, self.owner().as_deref()).await
    }

    pub(super) async fn lifecycle(&self) -> Result<Lifecycle, CallFailed> {
        let call = self.client.get_bucket_lifecycle_configuration().bucket(self.name).set_expected_bucket_owner(self.owner());
        match self.connection.call(GET_LIFECYCLE, call.send()).await {
            Ok(answer) => Ok(Lifecycle {
                minimum_size: answer.transition_default_minimum_object_size().map(|size| size.as_str().to_owned()),
                rules: answer.rules.unwrap_or_default(),
            }),
            Err(failed) if failed.is("NoSuchLifecycleConfiguration") => Ok(Lifecycle::default()),
            Err(failed) => Err(failed),
        }
    }

    pub(super) async fn replication(&self) -> Result<Option<ReplicationConfiguration>, CallFailed> {
        let call = self.client.get_bucket_replication().bucket(self.name).set_expected_bucket_owner(self.owner());
        match self.connection.call(GET_REPLICATION, call.send()).await {
            Ok(answer) => Ok(answer.replication_configuration),
            Err(failed) if failed.is("ReplicationConfigurationNotFoundError") => Ok(None),
            Err(failed) => Err(failed),
        }
    }

    pub(super) async fn lock(&self) -> Result<Option<ObjectLockConfiguration>, CallFailed> {
        let call = self.client.get_object_lock_configuration().bucket(self.name).set_expected_bucket_owner(self.owner());
        match self.connection.call(GET_LOCK, call.send()).await {
            Ok(answer) => Ok(answer.object_lock_configuration),
            Err(failed) if failed.is("ObjectLockConfigurationNotFoundError") => Ok(None),
            Err(failed) => Err(failed),
        }
    }

    pub(super) async fn encryption(&self) -> Result<Vec<ServerSideEncryptionRule>, CallFailed> {
        let call = self.client.get_bucket_encryption().bucket(self.name).set_expected_bucket_owner(self.owner());
        match self.connection.call(GET_ENCRYPTION, call.send()).await {
            Ok(answer) => Ok(answer.server_side_encryption_configuration.map(|found| found.rules).unwrap_or_default()),
            Err(failed) if failed.is("ServerSideEncryptionConfigurationNotFoundError") => Ok(Vec::new()),
            Err(failed) => Err(failed),
        }
    }
}

/// The settings of the lifecycle rules that have a name.
pub(super) fn named_lifecycle(names: &Names, rules: &[LifecycleRule]) -> BTreeMap<String, Value> {
    names.settings(LIFECYCLE, rules, LifecycleRule::id, lifecycle::settings)
}

/// The settings of the replication rules that have a name.
pub(super) fn named_replication(names: &Names, rules: &[ReplicationRule]) -> BTreeMap<String, Value> {
    names.settings(REPLICATION, rules, ReplicationRule::id, replication::settings)
}

/// The default retention and whether object lock is on.
pub(super) fn lock_settings(found: Option<&ObjectLockConfiguration>) -> BTreeMap<String, Value> {
    let mut settings = BTreeMap::new();
    let Some(found) = found else { return settings };
    let on = found.object_lock_enabled().is_some_and(|status| status.as_str() == ENABLED);
    settings.insert(LOCK.to_owned(), Value::Bool(on));
    let retention = found.rule().and_then(|rule| rule.default_retention());
    let values = [
        (LOCK_MODE, retention.and_then(|retention| retention.mode()).map(|mode| Value::from(mode.as_str()))),
        (LOCK_DAYS, retention.and_then(DefaultRetention::days).map(i64::from).map(Value::from)),
        (LOCK_YEARS, retention.and_then(DefaultRetention::years).map(i64::from).map(Value::from)),
    ];
    settings.extend(values.into_iter().filter_map(|(path, value)| Some((path.to_owned(), value?))));
    settings
}

/// Default encryption.
pub(super) fn encryption_settings(rules: &[ServerSideEncryptionRule]) -> BTreeMap<String, Value> {
    let Some(rule) = rules.first() else { return BTreeMap::new() };
    let default = rule.apply_server_side_encryption_by_default();
    let values = [
        (ALGORITHM, default.map(|default| Value::from(default.sse_algorithm().as_str()))),
        (KEY, default.and_then(|default| default.kms_master_key_id()).map(Value::from)),
        (BUCKET_KEY, Some(Value::Bool(rule.bucket_key_enabled().unwrap_or_default()))),
    ];
    values.into_iter().filter_map(|(path, value)| Some((path.to_owned(), value?))).collect()
}

/// The reading of one bucket.
struct BucketRead<'a> {
    bucket: Bucket<'a>,
    wish: &'a Wish,
    workspace: Option<&'a str>,
    live: Live,
    gaps: Vec<CallFailed>,
}

impl BucketRead<'_> {
    async fn run(mut self) -> Found {
        let id = ResourceId {
            kind: SPEC.name.to_owned(),
            target: self.bucket.connection.target.name.clone(),
            region: self.bucket.region.clone(),
            name: self.bucket.name.to_owned(),
        };
        self.live.id = id.clone();
        let read = self.aspects().await;
        let gap = |failed: &CallFailed| self.bucket.connection.gap(&self.bucket.region, Some(SPEC.name), Some(self.bucket.name), failed);
        match read {
            Ok(()) => Found { gaps: self.gaps.iter().map(gap).collect(), live: vec![self.live], ..Found::default() },
            Err(failed) if failed.is("NoSuchBucket") => Found { absent: vec![id], ..Found::default() },
            Err(failed) => {
                let regions = regions(self.bucket.connection).await;
                let Some(region) = regions.get(self.bucket.name) else {
                    // Nobody asked for it here: what names it has no region in its ARN.
                    if self.wish.is_watched {
                        return Found::default();
                    }
                    return Found { gaps: vec![gap(&self.somewhere(failed))], ..Found::default() };
                };
                let facts = BTreeMap::from([(Live::ELSEWHERE.to_owned(), Value::from(region.as_str()))]);
                Found { live: vec![Live { id, facts, ..Live::default() }], ..Found::default() }
            }
        }
    }

    /// That the bucket is in a region that could not be found out, with what to do.
    fn somewhere(&self, failed: CallFailed) -> CallFailed {
        let message = format!("the bucket is not in {}: select it in a target of its region", self.bucket.region);
        CallFailed { cause: Cause::Failed, message, ..failed }
    }

    /// Whether a setting of one of these blocks is asked for.
    fn asks(&self, blocks: &[&str]) -> bool {
        blocks.iter().any(|block| self.wish.asks_within(block))
    }

    fn suspends(&self) -> bool {
        self.wish.declared.get(VERSIONING).and_then(Value::as_str) == Some(SUSPENDED)
    }

    /// Whether a declared replication rule leaves out what is under KMS, so that it matters what the bucket encrypts with.
    fn leaves_kms_out(&self) -> bool {
        let declared = &self.wish.declared;
        let mut rules = declared.keys().filter(|path| path.ends_with(']') && path::generic(path) == REPLICATION);
        rules.any(|at| encryption::leaves_out(&Rule::of(at, declared.iter())))
    }

    /// Whether the declared encryption is one that replication rules may leave out.
    fn turns_to_kms(&self) -> bool {
        self.wish.declared.get(ALGORITHM).and_then(Value::as_str).is_some_and(|algorithm| algorithm != "AES256")
    }

    /// Reads aspect by aspect.
    ///
    /// # Errors
    ///
    /// The bucket is not there, or not here. Whatever else cannot be read is a gap.
    async fn aspects(&mut self) -> Result<(), CallFailed> {
        let expires = |path: &String| path::generic(path) == LIFECYCLE;
        if self.asks(&["versioning", REPLICATION, LOCK]) || self.wish.settings.iter().any(expires) {
            let found = self.bucket.versioning().await;
            self.note(found, &["versioning"], Self::note_versioning)?;
        }
        if self.asks(&[LOCK]) || self.suspends() {
            let found = self.bucket.lock().await;
            self.note(found, &[LOCK], |this, found| {
                this.fact(LOCK_FACT, Value::Bool(found.is_some()));
                this.settle(&[LOCK], lock_settings(found.as_ref()));
            })?;
        }
        if self.asks(&[ENCRYPTION]) || self.leaves_kms_out() {
            let found = self.bucket.encryption().await;
            self.note(found, &[ENCRYPTION], |this, found| this.note_encryption(&found))?;
        }
        // Own rules that no block declares any more would go on acting unseen.
        let may_own = self.workspace.is_some();
        if self.asks(&[LIFECYCLE, MINIMUM_SIZE]) || may_own {
            let found = self.bucket.lifecycle().await;
            self.note(found, &[LIFECYCLE, MINIMUM_SIZE], Self::note_lifecycle)?;
        }
        if self.asks(&[REPLICATION, ROLE]) || self.suspends() || self.turns_to_kms() || may_own {
            let found = self.bucket.replication().await;
            self.note(found, &[REPLICATION, ROLE], Self::note_replication)?;
        }
        Ok(())
    }

    /// Takes what a call brought: what was read, or that the settings of these blocks are unknown.
    fn note<T>(&mut self, found: Result<T, CallFailed>, blocks: &[&str], keep: impl FnOnce(&mut Self, T)) -> Result<(), CallFailed> {
        let failed = match found {
            Ok(found) => {
                keep(self, found);
                return Ok(());
            }
            Err(failed) => failed,
        };
        if failed.is("NoSuchBucket") || is_elsewhere(&failed) {
            return Err(failed);
        }
        if !self.asks(blocks) {
            self.not_asked_for(failed, blocks);
            return Ok(());
        }
        let cause = failed.sentence(&self.bucket.region);
        for path in asked_within(self.wish, blocks) {
            self.live.settings.insert(path, Reading::Unreadable { cause: cause.clone() });
        }
        self.gaps.push(failed);
        Ok(())
    }

    /// What becomes of a failed call that no block asks for: it was to make the plan concrete, or to find own rules that are left over.
    ///
    /// A caller who may not look for those can plan all the same, and is told; where the call failed otherwise they are unknown.
    fn not_asked_for(&mut self, failed: CallFailed, blocks: &[&str]) {
        let finds_rules = self.workspace.is_some() && blocks.iter().any(|block| [LIFECYCLE, REPLICATION].contains(block));
        // Where there is no such call there are no such rules.
        if !finds_rules || failed.is("NotImplemented") {
            tracing::info!(bucket = self.bucket.name, %failed, "not known, and not asked for");
        } else if failed.cause == Cause::Denied {
            let fact = if blocks.contains(&LIFECYCLE) { UNSEEN_LIFECYCLE } else { UNSEEN_REPLICATION };
            self.fact(fact, Value::from(failed.action.as_str()));
        } else {
            self.gaps.push(failed);
        }
    }

    fn fact(&mut self, name: &str, value: Value) {
        self.live.facts.insert(name.to_owned(), value);
    }

    /// Notes the settings that were read of some blocks, and that what else is asked for of them is not set. Of blocks that nobody asks
    /// for only own rules are noted: no block declares them any more, so that they go.
    fn settle(&mut self, blocks: &[&str], mut found: BTreeMap<String, Value>) {
        if !self.asks(blocks) {
            found.retain(|path, _| {
                path::segments(path).first().is_some_and(|first| [LIFECYCLE, REPLICATION].contains(&first.name.as_str()))
            });
        }
        for path in asked_within(self.wish, blocks).into_iter().filter(|path| path::enclosing(path).is_empty() && !path.ends_with(']')) {
            self.live.settings.insert(path, Reading::Unset);
        }
        self.live.settings.extend(found.into_iter().map(|(path, value)| (path, Reading::Known(value))));
    }

    fn note_versioning(&mut self, (status, mfa_delete): (Option<String>, bool)) {
        self.fact(VERSIONING_FACT, Value::from(status.as_deref().unwrap_or(NEVER)));
        self.fact(MFA_DELETE, Value::Bool(mfa_delete));
        self.settle(&["versioning"], status.into_iter().map(|status| (VERSIONING.to_owned(), Value::from(status))).collect());
    }

    fn note_encryption(&mut self, found: &[ServerSideEncryptionRule]) {
        let settings = encryption_settings(found);
        if let Some(algorithm) = settings.get(ALGORITHM) {
            self.fact(ALGORITHM_FACT, algorithm.clone());
        }
        self.settle(&[ENCRYPTION], settings);
    }

    /// The names of the rules of a sort: those of blocks, or where all is read one for every rule.
    fn names<'r>(&mut self, block: &str, ids: impl Iterator<Item = Option<&'r str>> + Clone) -> Names {
        if !self.wish.everything {
            return Names::declared(block, self.workspace, &self.wish.declared);
        }
        let names = Names::of_all(self.workspace, ids.clone().flatten());
        let facts = if block == LIFECYCLE { [NAMELESS_LIFECYCLE, MARKED_LIFECYCLE] } else { [NAMELESS_REPLICATION, MARKED_REPLICATION] };
        let nameless = ids.clone().filter(|id| id.is_none_or(str::is_empty)).count();
        let marked = ids.flatten().filter(|id| id.starts_with(Mark::OF_RULES) && names.name(Some(id)).is_none());
        let marked = Value::set(marked.map(Value::from));
        let said = [(nameless > 0).then(|| count(nameless)), (!marked.is_nothing()).then_some(marked)];
        self.live.facts.extend(facts.into_iter().zip(said).filter_map(|(fact, value)| Some((fact.to_owned(), value?))));
        names
    }

    /// Where all is read: whether what is beside the rules of a sort would stand alone in a policy, which nobody can declare.
    fn is_beside_nothing(&self, rules: &BTreeMap<String, Value>) -> bool {
        self.wish.everything && rules.is_empty()
    }

    fn note_lifecycle(&mut self, found: Lifecycle) {
        all::lifecycle(self.wish, &mut self.live, &found.rules);
        let names = self.names(LIFECYCLE, found.rules.iter().map(LifecycleRule::id));
        let foreign = || found.rules.iter().filter(|rule| names.name(rule.id()).is_none());
        let (many, old) = (foreign().count(), foreign().any(lifecycle::is_old));
        self.fact(FOREIGN_LIFECYCLE, count(many));
        // Under any name its settings are the same.
        let rules = foreign().map(|rule| {
            (rule.id().unwrap_or("without an id"), Rule::of(&path::keyed(LIFECYCLE, "x"), lifecycle::settings("x", rule).iter()))
        });
        let lifetimes = sooner::fact(rules);
        self.fact(FOREIGN_LIFETIMES, lifetimes);
        self.fact(OLD_LIFECYCLE, Value::Bool(old));
        let mut settings = named_lifecycle(&names, &found.rules);
        let size = found.minimum_size.filter(|_| !self.is_beside_nothing(&settings));
        settings.extend(size.map(|size| (MINIMUM_SIZE.to_owned(), Value::from(size))));
        self.settle(&[LIFECYCLE, MINIMUM_SIZE], settings);
    }

    fn note_replication(&mut self, found: Option<ReplicationConfiguration>) {
        let rules = found.as_ref().map(ReplicationConfiguration::rules).unwrap_or_default();
        all::replication(self.wish, &mut self.live, rules);
        let mut names = self.names(REPLICATION, rules.iter().map(ReplicationRule::id));
        if self.wish.everything {
            let unsaid: Vec<&str> = replication::unsaid(rules).filter(|id| names.is_by_id(Some(id))).collect();
            for id in &unsaid {
                names.forget(id);
            }
            let unsaid = Value::set(unsaid.into_iter().map(Value::from));
            self.live.facts.extend((!unsaid.is_nothing()).then(|| (UNSAID_REPLICATION.to_owned(), unsaid)));
        }
        let foreign = || rules.iter().filter(|rule| names.name(rule.id()).is_none());
        let (many, old) = (foreign().count(), foreign().any(replication::is_old));
        self.fact(REPLICATION_RULES, count(rules.len()));
        self.fact(FOREIGN_REPLICATION, count(many));
        self.fact(FOREIGN_RULES, Value::List(foreign().filter_map(|rule| rule.id().map(Value::from)).collect()));
        self.fact(OLD_REPLICATION, Value::Bool(old));
        let places = foreign().filter_map(|rule| {
            let id = Value::from(rule.id().unwrap_or("without an id"));
            Some((place(rule.destination()?.bucket(), i64::from(rule.priority()?)), id))
        });
        let places: BTreeMap<String, Value> = places.collect();
        let without_kms = foreign().filter(|rule| {
            // Under any name its settings are the same.
            let settings = replication::settings("x", rule);
            encryption::leaves_out(&Rule::of(&path::keyed(REPLICATION, "x"), settings.iter()))
        });
        let without_kms = without_kms.count();
        self.fact(FOREIGN_PLACES, Value::Map(places));
        self.fact(FOREIGN_WITHOUT_KMS, count(without_kms));
        let mut settings = named_replication(&names, rules);
        let role = found.map(|found| found.role).filter(|_| !self.is_beside_nothing(&settings));
        settings.extend(role.map(|role| (ROLE.to_owned(), Value::from(role))));
        self.settle(&[REPLICATION, ROLE], settings);
    }
}

fn count(many: usize) -> Value {
    Value::from(i64::try_from(many).unwrap_or(i64::MAX))
}

/// The paths that are asked for of some blocks.
fn asked_within(wish: &Wish, blocks: &[&str]) -> Vec<String> {
    let is_in = |path: &&String| blocks.iter().any(|block| *path == block || path::is_within(path, block));
    wish.settings.iter().filter(is_in).cloned().collect()
}
