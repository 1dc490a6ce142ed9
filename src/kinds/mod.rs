//! The kinds of AWS things that backstay knows, one folder each, and the registry of them.
//!
//! A kind is a table of settings ([`KindSpec`]) and two effects, `read` and `change`. Everything generic (decoding, diff, effect,
//! docs, IAM) is worked out from the table, so nothing outside a kind's folder names it.

mod alarms;
#[cfg(feature = "aws")]
mod backup;
mod backup_choice;
#[cfg(feature = "aws")]
mod backup_evidence;
pub mod backup_framework;
pub mod backup_global_settings;
pub mod backup_logically_air_gapped_vault;
pub mod backup_plan;
pub mod backup_region_settings;
pub mod backup_report_plan;
pub mod backup_restore_testing_plan;
pub mod backup_restore_testing_selection;
mod backup_schedule;
pub mod backup_selection;
mod backup_types;
pub mod backup_vault;
pub mod backup_vault_lock_configuration;
pub mod backup_vault_notifications;
pub mod backup_vault_policy;
#[cfg(feature = "aws")]
mod cloudwatch;
pub mod cloudwatch_composite_alarm;
pub mod cloudwatch_dashboard;
pub mod cloudwatch_event_rule;
pub mod cloudwatch_event_target;
pub mod cloudwatch_log_group;
pub mod cloudwatch_metric_alarm;
pub mod db_event_subscription;
pub mod db_instance;
pub mod db_instance_automated_backups_replication;
pub mod dlm_lifecycle_policy;
pub mod docdb_cluster;
pub mod dynamodb_table;
pub mod efs_file_system;
pub mod elasticache_replication_group;
#[cfg(feature = "aws")]
mod events;
mod filter;
mod flat;
#[cfg(feature = "aws")]
mod iam;
mod json;
#[cfg(feature = "aws")]
mod kms;
#[cfg(feature = "aws")]
mod listings;
#[cfg(feature = "aws")]
mod namesakes;
mod needs;
pub mod neptune_cluster;
mod outside;
#[cfg(feature = "aws")]
mod patience;
#[cfg(feature = "aws")]
mod proof;
mod protection;
mod rds;
pub mod rds_cluster;
mod recurrence;
pub mod redshift_cluster;
pub mod role_rights;
pub(crate) mod roles;
pub mod s3_bucket;
#[cfg(feature = "aws")]
mod scheduler;
pub mod scheduler_schedule;
pub mod scheduler_schedule_group;
mod schedules;
pub mod sns_topic;
mod tags;
mod telling;
mod vaults;

pub use backup_choice::{By, Choice, Judgement};
pub use flat::Flat;
pub use needs::{Answer, Busy, Handed, Need, Needed, Place, chosen, name_of, needs, sought, watched};
#[cfg(feature = "aws")]
pub use outside::read_outside;
pub use outside::{Fault, fault, outside};
pub use protection::{
    Admission, Chooser, Holder, Keeper, NOT_ENCRYPTED, OwnBackups, Protection, copies_need_management, copies_share_key, is_of_aws_backup,
    not_listed, overrides_opt_in, protecting, role_fault, role_lacks,
};
pub use recurrence::{Recurrence, When};
#[cfg(feature = "aws")]
pub use tags::maker;
pub use telling::{Happening, Hears, Job, Teller, What, audited, takes, telling};

use crate::model::{Change, Code, Diagnostic, Effect, KindSpec, Listed, Live, Reaches, Refusal, Severity, Span, Value, Wanted, path};
use jiff::Timestamp;
use std::collections::BTreeMap;

#[cfg(feature = "aws")]
mod live;
#[cfg(feature = "aws")]
mod whole;
#[cfg(feature = "aws")]
pub use listings::Listings;
#[cfg(feature = "aws")]
pub use live::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest, Wish};
#[cfg(feature = "aws")]
pub use proof::{ProofAws, ProofRequest};
#[cfg(feature = "aws")]
pub use whole::{FindRequest, MakeRequest, RemoveRequest, Tagged, WholeAws};

/// The calls of a kind.
#[cfg(feature = "aws")]
#[derive(Clone, Copy)]
pub enum Calls {
    /// Of a kind whose things others own.
    Settings(&'static dyn KindAws),
    /// Of a kind whose things backstay makes.
    Whole(&'static dyn WholeAws),
}

/// Something that is wrong with the declared settings of one block taken together, by a rule of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Its code.
    pub code: Code,
    /// An error ends the run; a warning is shown.
    pub severity: Severity,
    /// What is wrong.
    pub title: String,
    /// The path of the setting that it is about; the block itself where that is not declared.
    pub at: String,
    /// Another setting that it is about, with what to say of it there.
    pub also: Option<(String, String)>,
    /// What to do.
    pub help: String,
}

impl Concern {
    /// The concern about what a block only describes: that what AWS took makes no sense is told, and ends no run.
    #[must_use]
    pub fn of_described(self) -> Self {
        let severity = if self.code.is_judgement() { Severity::Warning } else { self.severity };
        Self { severity, ..self }
    }

    /// The concern as it is told, at the places that it names.
    pub fn told(self, wanted: &BTreeMap<String, Wanted>, header: &Span) -> Diagnostic {
        let place = |at: &str| Wanted::place(wanted, at).cloned();
        let around = || path::enclosing(&self.at).into_iter().rev().find_map(|block| place(&block));
        let span = place(&self.at).or_else(around).unwrap_or_else(|| header.clone());
        let problem = match self.severity {
            Severity::Error => Diagnostic::error(self.code, self.title),
            Severity::Warning => Diagnostic::warning(self.code, self.title),
        };
        let problem = problem.at(span).help(self.help);
        match self.also.and_then(|(at, text)| Some((place(&at)?, text))) {
            Some((span, text)) => problem.label(span, text),
            None => problem,
        }
    }
}

/// Where a thing will be, as far as that is known, and the time.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Its region.
    pub region: Option<&'a str>,
    /// Its account.
    pub account: Option<&'a str>,
    /// The time now.
    pub now: Timestamp,
}

/// The other parts of what a thing is a part of.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// Those that there are.
    pub before: &'a [Flat],
    /// Those that there will be.
    pub after: &'a [Flat],
}

/// One AWS resource type that backstay knows.
pub trait Kind: Sync {
    /// The table of all that is known of it.
    fn spec(&self) -> &'static KindSpec;

    /// What this change does to this thing in particular: which days are lost, from when the window counts.
    ///
    /// `None` leaves the table's general sentence.
    fn consequence(&self, _change: &Change, _live: &Live, _now: Timestamp) -> Option<String> {
        None
    }

    /// The same, where it depends on what else is declared; `wanted` are all declared settings of the thing, by path.
    fn consequence_among(&self, change: &Change, live: &Live, _wanted: &BTreeMap<String, Wanted>, now: Timestamp) -> Option<String> {
        self.consequence(change, live, now)
    }

    /// What a change does that the direction of its setting alone does not tell; `None` leaves the table's word.
    ///
    /// It is also asked what making the thing does ([`Change::EXISTS`]), of which nothing is live then.
    /// `wanted` are all declared settings of the thing, by path.
    fn effect(&self, _change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        None
    }

    /// What removing this thing does, where what the table says of all of them is not true of it: its effect, and what is lost.
    fn removal(&self, _live: &Live) -> Option<(Effect, String)> {
        None
    }

    /// Whether a change is about what the thing holds already, or only about what comes later; `None` where the table tells.
    ///
    /// It is also asked of making and removing the thing ([`Change::EXISTS`]); nothing is live, or wanted, then.
    fn reaches(&self, _change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Reaches> {
        None
    }

    /// What is wrong with the declared settings taken together, before anything is read.
    fn check(&self, _wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        Vec::new()
    }

    /// What is wrong with the declared settings where, or when, they are to count.
    fn check_circumstances(&self, _wanted: &BTreeMap<String, Wanted>, _circumstances: Circumstances<'_>) -> Vec<Concern> {
        Vec::new()
    }

    /// What is wrong with the declared settings together with those of the things that are parts of this one.
    ///
    /// `seen` are the things that are known to be where this one is, of which a part may choose some; none before anything is read.
    fn check_parts(&self, _wanted: &BTreeMap<String, Wanted>, _parts: &[&BTreeMap<String, Wanted>], _seen: &[Listed]) -> Vec<Concern> {
        Vec::new()
    }

    /// Why a thing that is no longer declared must stay all the same: a vault that holds recovery points.
    fn keeps(&self, _live: &Live, _now: Timestamp) -> Option<String> {
        None
    }

    /// Why a change of a setting is refused whatever anybody consents to, and what to do instead.
    fn refuses(&self, _change: &Change, _live: &Live, _now: Timestamp) -> Option<(String, String)> {
        None
    }

    /// Whether AWS does not tell now what a setting of this thing is, or lets nobody change it, so that it is not compared: what is in a
    /// subscription that waits to be confirmed. `wanted` is what is declared for it.
    fn withholds(&self, _live: &Live, _setting: &str, _wanted: Option<&Value>) -> bool {
        false
    }

    /// What this thing, as declared, needs of others to work.
    fn needs(&self, _wanted: &BTreeMap<String, Wanted>, _place: Place<'_>) -> Vec<Need> {
        Vec::new()
    }

    /// What this thing needs of others because of the things that are parts of it.
    fn needs_of_parts(&self, _wanted: &BTreeMap<String, Wanted>, _parts: &[&BTreeMap<String, Wanted>], _place: Place<'_>) -> Vec<Need> {
        Vec::new()
    }

    /// Whether a thing of this kind, at this ARN and with these settings, has what another needs of it.
    ///
    /// `will_be` says what a setting of it is when all is done, or what a fact of it is now; `None` where that is not known.
    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        need.compare(will_be)
    }

    /// What a change does to things other than this one: which of those that reading saw come and go with it.
    ///
    /// `before` is what there is, `after` what there will be; none where the thing is made or goes. `beside` are the other parts of the same
    /// whole; `None` where they are not all known.
    fn reach(&self, _before: Option<&Flat>, _after: Option<&Flat>, _beside: Option<Beside<'_>>, _seen: Option<&[Listed]>) -> Vec<String> {
        Vec::new()
    }

    /// Whether one thing does all that another of the same whole, or of the same mark, does, so that nothing is lost when the other goes.
    fn stands_in(&self, _one: &Flat, _for_other: &Flat) -> bool {
        false
    }

    /// Why AWS would not take these changes of a thing that others own, as the thing is, and what to do instead.
    fn forbids(&self, _changes: &[Change], _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
        None
    }

    /// What else a reader of the plan ought to know of this thing, and stays so.
    fn remarks(&self, _live: &Live) -> Vec<String> {
        Vec::new()
    }

    /// What else is so just now and passes, or is AWS's own text: its state, what waits.
    fn passing(&self, _live: &Live) -> Vec<String> {
        Vec::new()
    }

    /// What of this thing somebody has to look after although nothing is to be changed: said in every plan and after every apply.
    fn notes(&self, _live: &Live) -> Vec<(Code, String)> {
        Vec::new()
    }

    /// What a thing, as declared, does again and again, with its times: what a calendar of the policy shows.
    fn runs(&self, _wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        Vec::new()
    }

    /// What its things have to do with the protection of data; `None` where they have nothing to do with it.
    fn protection(&self) -> Option<Protection> {
        None
    }

    /// What its things tell of what happens to backups, and whom; `None` where they tell of nothing.
    fn teller(&self) -> Option<&'static dyn Teller> {
        None
    }

    /// The calls that find, read and change it.
    #[cfg(feature = "aws")]
    fn calls(&self) -> Calls;

    /// The calls that tell whether what protects things works, where things of this kind know of it; they only read.
    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn ProofAws> {
        None
    }
}

/// All kinds, by name. Adding a kind adds its folder and one line here.
static REGISTRY: &[&dyn Kind] = &[
    &backup_framework::Framework,
    &backup_global_settings::GlobalSettings,
    &backup_logically_air_gapped_vault::AirGappedVault,
    &backup_plan::BackupPlan,
    &backup_region_settings::RegionSettings,
    &backup_report_plan::ReportPlan,
    &backup_restore_testing_plan::RestoreTestingPlan,
    &backup_restore_testing_selection::RestoreTestingSelection,
    &backup_selection::BackupSelection,
    &backup_vault::BackupVault,
    &backup_vault_lock_configuration::VaultLock,
    &backup_vault_notifications::VaultNotifications,
    &backup_vault_policy::VaultPolicy,
    &cloudwatch_composite_alarm::CompositeAlarm,
    &cloudwatch_dashboard::Dashboard,
    &cloudwatch_event_rule::EventRule,
    &cloudwatch_event_target::EventTarget,
    &cloudwatch_log_group::LogGroup,
    &cloudwatch_metric_alarm::MetricAlarm,
    &db_event_subscription::DbEventSubscription,
    &db_instance::DbInstance,
    &db_instance_automated_backups_replication::BackupsReplication,
    &dlm_lifecycle_policy::LifecyclePolicy,
    &docdb_cluster::DocdbCluster,
    &dynamodb_table::DynamodbTable,
    &efs_file_system::FileSystem,
    &elasticache_replication_group::ReplicationGroup,
    &neptune_cluster::NeptuneCluster,
    &rds_cluster::RdsCluster,
    &redshift_cluster::RedshiftCluster,
    &s3_bucket::S3Bucket,
    &scheduler_schedule::Schedule,
    &scheduler_schedule_group::ScheduleGroup,
    &sns_topic::SnsTopic,
];

/// All kinds, by name.
pub fn all() -> impl Iterator<Item = &'static dyn Kind> {
    REGISTRY.iter().copied()
}

/// The kind of that name.
pub fn find(name: &str) -> Option<&'static dyn Kind> {
    all().find(|kind| kind.spec().name == name)
}

/// The table of the kind of that name.
pub fn spec(name: &str) -> Option<&'static KindSpec> {
    find(name).map(Kind::spec)
}
