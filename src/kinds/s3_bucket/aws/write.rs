//! Changing one bucket. Every write replaces a whole aspect, so each is read just before, compared with what was planned from, and only the
//! request's changes are laid over what was found.

use super::super::forms;
use super::super::rule::Rule;
use super::super::table::{
    ALGORITHM, BUCKET_KEY, COMPLIANCE, ENABLED, ENCRYPTION, KEY, LIFECYCLE, LOCK, LOCK_DAYS, LOCK_MODE, LOCK_YEARS, MINIMUM_SIZE,
    REPLICATION, ROLE, SUSPENDED, VERSIONING,
};
use super::agree::{self, Written};
use super::names::Names;
use super::read::{Bucket, Lifecycle, encryption_settings, lock_settings, named_lifecycle, named_replication};
use super::{
    PUT_ENCRYPTION, PUT_LIFECYCLE, PUT_LOCK, PUT_REPLICATION, PUT_VERSIONING, client, lifecycle, regions, replication, versioning,
};
use crate::aws::CallFailed;
use crate::kinds::patience::Patience;
use crate::kinds::{ChangeFailed, ChangeRequest, Flat};
use crate::model::{Reading, Value, path};
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, DefaultRetention, LifecycleRule, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockRetentionMode, ObjectLockRule, ReplicationConfiguration, ReplicationRule, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, TransitionDefaultMinimumObjectSize,
    VersioningConfiguration,
};
use aws_smithy_types::error::operation::BuildError;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How many reads in a row must agree after a write of rules, and the pause between them. Three were not enough in every region for
/// Terraform, which takes ten.
const AGREEING: (u32, Duration) = (10, Duration::from_secs(5));
/// The same at an endpoint on this machine, which is not spread over a region; one of AWS in a network of one's own is. The sandbox answers
/// now with the one and now with the other for a tenth of its lag each, so that agreement has to last longer than that.
const AGREEING_NEARBY: (u32, Duration) = (10, Duration::from_millis(25));

pub(super) async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let region = request.id.region.clone();
    let bucket = Bucket { connection: request.connection, client: client(request.connection, &region), region, name: &request.id.name };
    let write = BucketWrite { request: &request, bucket };
    let done = write.run().await;
    match done {
        Err(ChangeFailed::Call(failed)) if failed.is("NoSuchBucket") => Err(ChangeFailed::Gone),
        other => other,
    }
}

struct BucketWrite<'a> {
    request: &'a ChangeRequest<'a>,
    bucket: Bucket<'a>,
}

impl BucketWrite<'_> {
    /// Versioning comes first where others need it, and goes last.
    async fn run(&self) -> Result<(), ChangeFailed> {
        let status = self.request.after(VERSIONING).and_then(Value::as_str);
        if status == Some(ENABLED) {
            self.put_versioning(BucketVersioningStatus::Enabled).await?;
        }
        if self.changes(&[LOCK]) {
            self.put_lock().await?;
        }
        if self.changes(&[LIFECYCLE, MINIMUM_SIZE]) {
            self.put_lifecycle().await?;
        }
        if self.changes(&[REPLICATION, ROLE]) {
            self.put_replication().await?;
        }
        // After the rules, so that those that copy what is under KMS are there before anything is.
        if self.changes(&[ENCRYPTION]) {
            self.put_encryption().await?;
        }
        if status == Some(SUSPENDED) {
            self.put_versioning(BucketVersioningStatus::Suspended).await?;
        }
        Ok(())
    }

    fn changes(&self, blocks: &[&str]) -> bool {
        self.request.changes.iter().any(|change| is_in(&change.setting, blocks))
    }

    /// Refuses where a setting that is to change is no longer what was planned from, nor yet what it is to become.
    fn refuse_if_moved(&self, blocks: &[&str], now: &BTreeMap<String, Value>) -> Result<(), ChangeFailed> {
        for change in self.request.changes.iter().filter(|change| is_in(&change.setting, blocks)) {
            let found = now.get(&change.setting).map_or(Reading::Unset, |value| Reading::Known(value.clone()));
            let off = |reading: &Reading| matches!(reading, Reading::Unset | Reading::Known(Value::Null | Value::Bool(false)));
            let is = |other: &Reading| found == *other || (off(&found) && off(other));
            if !is(&change.before) && !is(&Reading::Known(change.after.clone())) {
                let (setting, before) = (change.setting.clone(), change.before.to_string());
                return Err(ChangeFailed::Moved { setting, before, now: found.to_string() });
            }
        }
        Ok(())
    }

    /// What was found, with the request's changes laid over it.
    fn laid_over(&self, blocks: &[&str], now: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let changes = self.request.changes.iter().filter(|change| is_in(&change.setting, blocks));
        Flat::of_values(now).with(&changes.copied().collect::<Vec<_>>()).into_values()
    }

    /// The rules of a block whose settings the request changes.
    fn touched(&self, block: &str) -> BTreeSet<String> {
        let name = |setting: &str| path::segments(setting).into_iter().next().filter(|segment| segment.name == block)?.key;
        self.request.changes.iter().filter_map(|change| name(&change.setting)).collect()
    }

    async fn put_versioning(&self, status: BucketVersioningStatus) -> Result<(), ChangeFailed> {
        let (now, _) = self.bucket.versioning().await?;
        let now = now.into_iter().map(|status| (VERSIONING.to_owned(), Value::from(status))).collect();
        self.refuse_if_moved(&["versioning"], &now)?;
        let wanted = VersioningConfiguration::builder().status(status).build();
        let mut patience = Patience::with_reads();
        loop {
            let call = self.bucket.client.put_bucket_versioning().bucket(self.bucket.name).set_expected_bucket_owner(self.bucket.owner());
            match self.bucket.connection.call(PUT_VERSIONING, call.versioning_configuration(wanted.clone()).send()).await {
                Ok(_) => return Ok(()),
                Err(failed) => self.again_if_busy(failed, &mut patience).await?,
            }
        }
    }

    /// Waits where another change of the bucket is under way.
    async fn again_if_busy(&self, failed: CallFailed, patience: &mut Patience) -> Result<(), ChangeFailed> {
        if !failed.is("OperationAborted") {
            return Err(failed.into());
        }
        patience.pause("waiting for another change of the bucket", self.request.waiting).await
    }

    async fn put_lock(&self) -> Result<(), ChangeFailed> {
        let found = self.bucket.lock().await?;
        let now = lock_settings(found.as_ref());
        self.refuse_if_moved(&[LOCK], &now)?;
        let is_on = now.get(LOCK) == Some(&Value::Bool(true));
        if !is_on && self.request.after(LOCK) != Some(&Value::Bool(true)) {
            if self.request.before.get(LOCK) != Some(&Reading::Known(Value::Bool(true))) {
                // The step that turns it on writes its retention too.
                return Ok(());
            }
            // Nobody consented to turning it on, which cannot be undone.
            let (setting, before) = (LOCK.to_owned(), "true".to_owned());
            return Err(ChangeFailed::Moved { setting, before, now: "false".to_owned() });
        }
        let whole = [LOCK, LOCK_MODE].iter().any(|path| self.request.after(path).is_some());
        if !whole && self.compliance_goes(&now) {
            // A longer period would lock under COMPLIANCE until the step that changes the mode, which writes both.
            return Ok(());
        }
        let after = self.retention_after(&now, whole);
        let rule = lock_rule(found.as_ref(), &after);
        let wanted = ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).set_rule(rule).build();
        let mut patience = Patience::with_reads();
        loop {
            let call = self.bucket.client.put_object_lock_configuration().bucket(self.bucket.name);
            let call = call.set_expected_bucket_owner(self.bucket.owner()).object_lock_configuration(wanted.clone());
            match self.bucket.connection.call(PUT_LOCK, call.send()).await {
                Ok(_) => return Ok(()),
                Err(failed) if failed.is("InvalidBucketState") && self.sees_versioning().await => {
                    patience.pause("waiting until AWS sees that versioning is on", self.request.waiting).await?;
                }
                Err(failed) => self.again_if_busy(failed, &mut patience).await?,
            }
        }
    }

    /// Whether the mode is COMPLIANCE and is to become another.
    fn compliance_goes(&self, now: &BTreeMap<String, Value>) -> bool {
        let is_compliance = |mode: &Value| mode.as_str() == Some(COMPLIANCE);
        let goes = self.request.wanted.get(LOCK_MODE).is_some_and(|wanted| !is_compliance(&wanted.value));
        goes && now.get(LOCK_MODE).is_some_and(is_compliance)
    }

    /// The default retention with the request's changes, and where it changes as a whole with all that is declared of it, so that a mode never
    /// stands beside another's period.
    fn retention_after(&self, now: &BTreeMap<String, Value>, whole: bool) -> BTreeMap<String, Value> {
        let mut after = self.laid_over(&[LOCK], now);
        let declared = |path: &str| self.request.wanted.get(path).map(|wanted| &wanted.value).filter(|_| whole);
        for path in [LOCK_MODE, LOCK_DAYS, LOCK_YEARS] {
            after.extend(declared(path).map(|value| (path.to_owned(), value.clone())));
        }
        // Days and years take each other's place.
        let given = |path: &str| matches!(self.request.after(path).or_else(|| declared(path)), Some(Value::Number(_)));
        match (given(LOCK_DAYS), given(LOCK_YEARS)) {
            (true, false) => drop(after.remove(LOCK_YEARS)),
            (false, true) => drop(after.remove(LOCK_DAYS)),
            _ => {}
        }
        after
    }

    /// Whether the bucket reads as versioned; then a call that does not see it yet soon will.
    async fn sees_versioning(&self) -> bool {
        self.bucket.versioning().await.is_ok_and(|(status, _)| status.as_deref() == Some(ENABLED))
    }

    async fn put_encryption(&self) -> Result<(), ChangeFailed> {
        let mut rules = self.bucket.encryption().await?;
        let now = encryption_settings(&rules);
        self.refuse_if_moved(&[ENCRYPTION], &now)?;
        let after = self.laid_over(&[ENCRYPTION], &now);
        let text = |path: &str| after.get(path).and_then(Value::as_str);
        let algorithm = text(ALGORITHM).unwrap_or("AES256");
        // A key belongs to KMS alone; AWS refuses one beside AES256.
        let key = text(KEY).filter(|_| algorithm != "AES256").map(str::to_owned);
        let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::from(algorithm));
        let default = default.set_kms_master_key_id(key).build().map_err(|error| not_built(PUT_ENCRYPTION, &error))?;
        let mut first = if rules.is_empty() { ServerSideEncryptionRule::builder().build() } else { rules.remove(0) };
        first.apply_server_side_encryption_by_default = Some(default);
        first.bucket_key_enabled = after.get(BUCKET_KEY).and_then(Value::as_bool);
        rules.insert(0, first);
        let wanted = ServerSideEncryptionConfiguration::builder().set_rules(Some(rules)).build();
        let wanted = wanted.map_err(|error| not_built(PUT_ENCRYPTION, &error))?;
        let call = self.bucket.client.put_bucket_encryption().bucket(self.bucket.name).set_expected_bucket_owner(self.bucket.owner());
        self.bucket.connection.call(PUT_ENCRYPTION, call.server_side_encryption_configuration(wanted).send()).await?;
        Ok(())
    }

    async fn put_lifecycle(&self) -> Result<(), ChangeFailed> {
        let blocks = [LIFECYCLE, MINIMUM_SIZE];
        let mut patience = Patience::with_reads();
        loop {
            let found = self.bucket.lifecycle().await?;
            let mut now = named_lifecycle(&self.names(LIFECYCLE), &found.rules);
            now.extend(found.minimum_size.clone().map(|size| (MINIMUM_SIZE.to_owned(), Value::from(size))));
            self.refuse_if_moved(&blocks, &now)?;
            let after = self.laid_over(&blocks, &now);
            let wanted = Lifecycle {
                rules: self.merged_lifecycle(&found.rules, &after)?,
                minimum_size: after.get(MINIMUM_SIZE).and_then(Value::as_str).map(str::to_owned),
            };
            if wanted == found {
                return Ok(());
            }
            if self.bucket.lifecycle().await? != found {
                // Somebody else writes, or reads still disagree: whatever is sent now could undo a rule that this read did not see.
                patience.pause(agree::LIFECYCLE_WAITING, self.request.waiting).await?;
                continue;
            }
            match self.send_lifecycle(&wanted).await {
                Ok(()) => return self.wait_for(&Written::Lifecycle(&wanted)).await,
                Err(failed) => self.again_if_busy(failed, &mut patience).await?,
            }
        }
    }

    /// The names that the blocks give to rules of a sort.
    fn names(&self, block: &str) -> Names {
        Names::declared(block, self.request.workspace, self.request.wanted.iter().map(|(path, declared)| (path, &declared.value)))
    }

    /// Others' rules as they were found, declared ones that change made anew. AWS takes no two generations: declared ones take that of others',
    /// and where such are described by their ids they keep theirs as long as all of them can be said in it.
    fn merged_lifecycle(&self, found: &[LifecycleRule], after: &BTreeMap<String, Value>) -> Result<Vec<LifecycleRule>, ChangeFailed> {
        let names = self.names(LIFECYCLE);
        let name = |rule: &LifecycleRule| names.name(rule.id());
        let is_others_old = |rule: &LifecycleRule| name(rule).is_none() && lifecycle::is_old(rule);
        let is_described_old = |rule: &LifecycleRule| names.is_by_id(rule.id()) && lifecycle::is_old(rule);
        let blocks = Flat::of_values(after).keys(LIFECYCLE);
        let fits = || blocks.iter().all(|name| Rule::of(&path::keyed(LIFECYCLE, name), after.iter()).fits_old_form());
        let old = found.iter().any(is_others_old) || (found.iter().any(is_described_old) && fits());
        let make = |id: &str, rule: &Rule| lifecycle::rule(id, rule, old);
        let mut touched = self.touched(LIFECYCLE);
        let mut merged = Vec::new();
        for rule in found {
            match name(rule) {
                Some(name) if touched.remove(&name) || lifecycle::is_old(rule) != old => {
                    merged.extend(self.made(LIFECYCLE, &name, after, make, PUT_LIFECYCLE)?);
                }
                _ => merged.push(rule.clone()),
            }
        }
        for name in touched {
            merged.extend(self.made(LIFECYCLE, &name, after, make, PUT_LIFECYCLE)?);
        }
        Ok(merged)
    }

    /// One declared rule out of its settings; none where it goes.
    fn made<R>(
        &self,
        block: &str,
        name: &str,
        after: &BTreeMap<String, Value>,
        make: impl Fn(&str, &Rule) -> Result<R, BuildError>,
        action: &str,
    ) -> Result<Option<R>, ChangeFailed> {
        let rule = Rule::of(&path::keyed(block, name), after.iter());
        if !rule.is_there() {
            return Ok(None);
        }
        make(&self.names(block).id(name), &rule).map(Some).map_err(|error| not_built(action, &error).into())
    }

    async fn send_lifecycle(&self, wanted: &Lifecycle) -> Result<(), CallFailed> {
        let (connection, name, owner) = (self.bucket.connection, self.bucket.name, self.bucket.owner());
        if wanted.rules.is_empty() {
            let call = self.bucket.client.delete_bucket_lifecycle().bucket(name).set_expected_bucket_owner(owner);
            return connection.call(PUT_LIFECYCLE, call.send()).await.map(drop);
        }
        let rules = BucketLifecycleConfiguration::builder().set_rules(Some(wanted.rules.clone())).build();
        let rules = rules.map_err(|error| not_built(PUT_LIFECYCLE, &error))?;
        let size = wanted.minimum_size.as_deref().map(TransitionDefaultMinimumObjectSize::from);
        let call = self.bucket.client.put_bucket_lifecycle_configuration().bucket(name).set_expected_bucket_owner(owner);
        let call = call.lifecycle_configuration(rules).set_transition_default_minimum_object_size(size);
        connection.call(PUT_LIFECYCLE, call.send()).await.map(drop)
    }

    /// Reads after a write of rules come from places that do not all know it yet; it counts when several in a row agree. A later write
    /// that began from a stale read would undo this one.
    async fn wait_for(&self, written: &Written<'_>) -> Result<(), ChangeFailed> {
        let (needed, pause) = if self.bucket.connection.is_nearby("S3") { AGREEING_NEARBY } else { AGREEING };
        let mut patience = Patience::with_reads();
        let mut agreed = 0;
        loop {
            if self.is_there(written).await? {
                agreed += 1;
                if agreed >= needed {
                    return Ok(());
                }
                tokio::time::sleep(pause).await;
            } else {
                agreed = 0;
                patience.pause(written.waiting(), self.request.waiting).await?;
            }
        }
    }

    async fn is_there(&self, written: &Written<'_>) -> Result<bool, CallFailed> {
        Ok(match written {
            Written::Lifecycle(wanted) => agree::lifecycle(&self.names(LIFECYCLE), wanted, &self.bucket.lifecycle().await?),
            Written::Replication { rules, role } => {
                agree::replication(&self.names(REPLICATION), rules, role, self.bucket.replication().await?.as_ref())
            }
        })
    }

    async fn put_replication(&self) -> Result<(), ChangeFailed> {
        let blocks = [REPLICATION, ROLE];
        let mut patience = Patience::with_reads();
        loop {
            let found = self.bucket.replication().await?;
            let rules = found.as_ref().map(ReplicationConfiguration::rules).unwrap_or_default();
            let mut now = named_replication(&self.names(REPLICATION), rules);
            now.extend(found.as_ref().map(|found| (ROLE.to_owned(), Value::from(found.role()))));
            self.refuse_if_moved(&blocks, &now)?;
            let after = self.laid_over(&blocks, &now);
            let mut rules = self.merged_replication(found.as_ref(), &after)?;
            self.make_room(&mut rules);
            let role = after.get(ROLE).and_then(Value::as_str).or_else(|| self.request.wanted.get(ROLE)?.value.as_str());
            let role = role.unwrap_or_default();
            if found.as_ref().is_some_and(|found| found.rules() == rules && found.role() == role) {
                return Ok(());
            }
            if self.bucket.replication().await? != found {
                patience.pause(agree::REPLICATION_WAITING, self.request.waiting).await?;
                continue;
            }
            match self.send_replication(rules.clone(), role).await {
                Ok(()) => return self.wait_for(&Written::Replication { rules: &rules, role }).await,
                Err(failed) if speaks_of_versioning(&failed) => {
                    self.refuse_if_unversioned(&rules, &failed).await?;
                    let waited = patience.pause("waiting until AWS sees that versioning is on", self.request.waiting).await;
                    // In the end what AWS said tells more than how long it was waited.
                    waited.map_err(|_| failed)?;
                }
                Err(failed) => self.again_if_busy(failed, &mut patience).await?,
            }
        }
    }

    /// What strengthens is made before what weakens goes. But AWS takes no two rules of one priority for one destination, so an own rule
    /// that no block declares any more goes at once where a declared one takes its place: in one write, there is no gap between the two.
    fn make_room(&self, rules: &mut Vec<ReplicationRule>) {
        let place = |rule: &ReplicationRule| (rule.destination().map(|destination| destination.bucket().to_owned()), rule.priority());
        let names = self.names(REPLICATION);
        let goes = |rule: &ReplicationRule| {
            names.name(rule.id()).is_some_and(|name| !self.request.wanted.contains_key(&path::keyed(REPLICATION, &name)))
        };
        let taken: Vec<_> = rules.iter().filter(|rule| !goes(rule)).map(place).collect();
        rules.retain(|rule| !goes(rule) || !taken.contains(&place(rule)));
    }

    fn merged_replication(
        &self,
        found: Option<&ReplicationConfiguration>,
        after: &BTreeMap<String, Value>,
    ) -> Result<Vec<ReplicationRule>, ChangeFailed> {
        let names = self.names(REPLICATION);
        let mut touched = self.touched(REPLICATION);
        let mut merged = Vec::new();
        // What is made here is of the newer form, beside which AWS takes none of the old one.
        let anew = |touched: &BTreeSet<String>, name: &str, rule: &ReplicationRule| touched.contains(name) || replication::is_old(rule);
        let any = !touched.is_empty();
        for rule in found.map(ReplicationConfiguration::rules).unwrap_or_default() {
            match names.name(rule.id()).filter(|name| any && anew(&touched, name, rule)) {
                None => merged.push(rule.clone()),
                Some(name) => {
                    touched.remove(&name);
                    merged.extend(self.made(REPLICATION, &name, after, replication::rule, PUT_REPLICATION)?);
                }
            }
        }
        for name in touched {
            merged.extend(self.made(REPLICATION, &name, after, replication::rule, PUT_REPLICATION)?);
        }
        Ok(merged)
    }

    async fn send_replication(&self, rules: Vec<ReplicationRule>, role: &str) -> Result<(), CallFailed> {
        let (connection, name, owner) = (self.bucket.connection, self.bucket.name, self.bucket.owner());
        if rules.is_empty() {
            let call = self.bucket.client.delete_bucket_replication().bucket(name).set_expected_bucket_owner(owner);
            return connection.call(PUT_REPLICATION, call.send()).await.map(drop);
        }
        let wanted = ReplicationConfiguration::builder().role(role).set_rules(Some(rules)).build();
        let wanted = wanted.map_err(|error| not_built(PUT_REPLICATION, &error))?;
        let call = self.bucket.client.put_bucket_replication().bucket(name).set_expected_bucket_owner(owner);
        connection.call(PUT_REPLICATION, call.replication_configuration(wanted).send()).await.map(drop)
    }

    /// AWS refused for want of versioning. Waiting helps only where reads say that it is on, or where this run may have turned on what nobody
    /// lets it read.
    async fn refuse_if_unversioned(&self, rules: &[ReplicationRule], failed: &CallFailed) -> Result<(), ChangeFailed> {
        if !self.sees_versioning().await {
            return Err(failed.clone().into());
        }
        let regions = regions(self.bucket.connection).await;
        let may_be_new = self.request.is_after_changes || self.request.after(VERSIONING).is_some();
        for arn in rules.iter().filter_map(|rule| Some(rule.destination()?.bucket())) {
            let Some(name) = forms::bucket_of(arn) else { continue };
            let region = regions.get(name).unwrap_or(&self.bucket.region);
            let found = match versioning(self.bucket.connection, region, name, None).await {
                Ok((Some(status), _)) if status == ENABLED => continue,
                Ok((Some(status), _)) => format!("is {status}"),
                Ok((None, _)) => "was never set".to_owned(),
                Err(_) if may_be_new => continue,
                Err(unread) => format!("could not be read ({}), and this run turned none on", unread.sentence(region)),
            };
            let message = format!("{}; versioning of {arn} {found}: turn it on there, and run apply again", failed.message);
            return Err(CallFailed { message, ..failed.clone() }.into());
        }
        Ok(())
    }
}

/// The rule of object lock with this default retention, and with the default event hold that was found, which is others'.
pub(super) fn lock_rule(found: Option<&ObjectLockConfiguration>, after: &BTreeMap<String, Value>) -> Option<ObjectLockRule> {
    let number = |path: &str| after.get(path).and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok());
    let hold = found.and_then(|found| found.rule()?.default_retention()?.default_event_hold.clone());
    let mode = after.get(LOCK_MODE).and_then(Value::as_str).map(ObjectLockRetentionMode::from);
    let retention = match mode {
        Some(mode) => DefaultRetention::builder().mode(mode).set_days(number(LOCK_DAYS)).set_years(number(LOCK_YEARS)),
        None if hold.is_some() => DefaultRetention::builder(),
        None => return None,
    };
    Some(ObjectLockRule::builder().default_retention(retention.set_default_event_hold(hold).build()).build())
}

fn is_in(setting: &str, blocks: &[&str]) -> bool {
    blocks.iter().any(|block| setting == *block || path::is_within(setting, block))
}

/// Whether AWS refuses for want of versioning, at the source or the destination: for a while after it was turned on, it does not see that.
fn speaks_of_versioning(failed: &CallFailed) -> bool {
    failed.is("InvalidRequest") && failed.message.to_lowercase().contains("versioning")
}

fn not_built(action: &str, error: &BuildError) -> CallFailed {
    CallFailed::not_understood(action, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::types::EventHoldDuration;

    #[test]
    fn a_default_event_hold_of_others_outlives_the_default_retention() {
        let hold = EventHoldDuration::builder().days(7).build();
        let with = |retention: DefaultRetention| {
            let rule = ObjectLockRule::builder().default_retention(retention).build();
            ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).rule(rule).build()
        };
        let retention = || DefaultRetention::builder().mode(ObjectLockRetentionMode::Governance).days(30);
        let locked = with(retention().default_event_hold(hold.clone()).build());
        let kept = lock_rule(Some(&locked), &BTreeMap::new()).and_then(|rule| rule.default_retention);
        assert_eq!(kept, Some(DefaultRetention::builder().default_event_hold(hold).build()));
        assert_eq!(lock_rule(Some(&with(retention().build())), &BTreeMap::new()), None);
    }
}
