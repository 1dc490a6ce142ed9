//! What decides over the automated backups of an instance or a cluster, and what follows from it at a given time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{AwsError, invalid, together};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::time::{DailyHours, WeeklyHours};

/// How far the newest restorable moment lies behind now: logs are shipped every five minutes.
const RESTORABLE_DELAY: SignedDuration = SignedDuration::from_secs(300);

/// The longest retention period, in days.
const MAX_DAYS: i64 = 35;

/// The automated backups of one instance or cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backups {
    /// Days; 0 is off, which clusters never are.
    pub(crate) days: i64,
    /// `hh:mm-hh:mm`.
    pub(crate) window: String,
    /// `ddd:hh:mm-ddd:hh:mm`.
    pub(crate) maintenance: String,
    /// Nothing before this moment can be had.
    pub(crate) floor: Timestamp,
    pub(crate) copy_tags: bool,
    pub(crate) deletion_protection: bool,
    /// A recovery point of AWS Backup that keeps the continuous backups; then retention and window are AWS Backup's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recovery_point: Option<String>,
    /// A retention period that is not in force yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pending: Option<Pending>,
}

/// A retention period to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) days: i64,
    pub(crate) due: Timestamp,
}

/// What a request wants to change.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) days: Option<i64>,
    window: Option<DailyHours>,
    maintenance: Option<WeeklyHours>,
    copy_tags: Option<bool>,
    deletion_protection: Option<bool>,
}

impl Wanted {
    /// The hours that are asked for, as they are written.
    pub(super) fn hours(&self) -> (Option<String>, Option<String>) {
        (self.window.map(|hours| hours.to_string()), self.maintenance.map(|hours| hours.to_string()))
    }

    /// Reads the members; a retention period has at least `least` days.
    pub(super) fn read(fields: Input<'_>, least: i64) -> Result<Self, AwsError> {
        let days = fields.integer("BackupRetentionPeriod")?;
        if let Some(days) = days.filter(|days| !(least..=MAX_DAYS).contains(days)) {
            return Err(invalid(format!("Invalid backup retention period: {days}. Must be between {least} and {MAX_DAYS}.")));
        }
        let hours = |member, what, rule: String| invalid(format!("Invalid {what} {member}: {rule}"));
        let window = fields.text("PreferredBackupWindow")?;
        let maintenance = fields.text("PreferredMaintenanceWindow")?;
        Ok(Self {
            days,
            window: window.map(|text| DailyHours::parse(text).map_err(|rule| hours(text, "backup window", rule))).transpose()?,
            maintenance: maintenance
                .map(|text| WeeklyHours::parse(text).map_err(|rule| hours(text, "maintenance window", rule)))
                .transpose()?,
            copy_tags: fields.flag("CopyTagsToSnapshot")?,
            deletion_protection: fields.flag("DeletionProtection")?,
        })
    }
}

impl Backups {
    /// Backups that begin at `now`, with AWS's defaults. `number` makes the hours that AWS chooses.
    pub(crate) fn starting(now: Timestamp, days: i64, number: u64) -> Self {
        // AWS chooses at random in a block of eight hours that depends on the region.
        let (hour, day) = (3 + number % 8, ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
        let day = usize::try_from(number % 7).ok().and_then(|at| day.get(at)).copied().unwrap_or("sun");
        let maintenance = 3 + (number + 4) % 8;
        Self {
            days,
            window: format!("{hour:02}:00-{hour:02}:30"),
            maintenance: format!("{day}:{maintenance:02}:00-{day}:{maintenance:02}:30"),
            floor: now,
            copy_tags: false,
            deletion_protection: false,
            recovery_point: None,
            pending: None,
        }
    }

    /// The oldest and the newest moment that can be restored; none where backups are off.
    pub(crate) fn restorable(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        if self.days == 0 {
            return None;
        }
        let earliest = self.floor.max(days_before(now, self.days));
        Some((earliest, earliest.max(later(now, -RESTORABLE_DELAY))))
    }

    /// Gives the retention period another value at a moment. A shorter one cuts the history off at once and for good; a longer one brings
    /// nothing back; none at all deletes everything.
    pub(crate) fn keep(&mut self, days: i64, at: Timestamp) {
        self.floor = if self.days == 0 || days == 0 { at } else { self.floor.max(days_before(at, days.min(self.days))) };
        self.days = days;
    }

    /// Takes the hours that are given. Those that AWS chooses keep out of the way of the others.
    pub(crate) fn choose_hours(&mut self, window: Option<String>, maintenance: Option<String>) {
        let (moves_window, moves_maintenance) = (window.is_none(), maintenance.is_none());
        self.window = window.unwrap_or_else(|| self.window.clone());
        self.maintenance = maintenance.unwrap_or_else(|| self.maintenance.clone());
        for hour in 3..11 {
            if check_hours(&self.window, &self.maintenance).is_ok() {
                return;
            }
            if moves_window {
                self.window = format!("{hour:02}:00-{hour:02}:30");
            } else if moves_maintenance {
                self.maintenance = format!("sun:{hour:02}:00-sun:{hour:02}:30");
            }
        }
    }

    /// Lets a retention period wait for maintenance.
    pub(crate) fn wait(&mut self, days: i64, now: Timestamp) {
        self.pending = Some(Pending { days, due: self.next_maintenance(now) });
    }

    /// Does what has come due.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if let Some(pending) = self.pending.take_if(|pending| pending.due <= now) {
            self.keep(pending.days, pending.due);
        }
    }

    /// When changes that wait for maintenance come into force.
    pub(super) fn next_maintenance(&self, now: Timestamp) -> Timestamp {
        WeeklyHours::parse(&self.maintenance).map_or(now, |hours| hours.next(now))
    }

    /// Takes what a request wants; `due` is when a retention period counts that goes to or from nothing.
    ///
    /// Source: RDS API reference, `ModifyDBInstance`: a change from one period to another is made as soon as possible, one to or from 0
    /// in the next maintenance window or at once with `ApplyImmediately`.
    pub(super) fn take(&mut self, wanted: &Wanted, owner: &str, now: Timestamp, due: Timestamp) -> Result<(), AwsError> {
        self.refuse_owned(wanted, owner)?;
        let window = wanted.window.map_or_else(|| self.window.clone(), |hours| hours.to_string());
        let maintenance = wanted.maintenance.map_or_else(|| self.maintenance.clone(), |hours| hours.to_string());
        check_hours(&window, &maintenance)?;
        (self.window, self.maintenance) = (window, maintenance);
        self.copy_tags = wanted.copy_tags.unwrap_or(self.copy_tags);
        self.deletion_protection = wanted.deletion_protection.unwrap_or(self.deletion_protection);
        match wanted.days {
            Some(days) if days == self.days => self.pending = None,
            Some(days) if (days == 0) != (self.days == 0) && due > now => self.pending = Some(Pending { days, due }),
            Some(days) => {
                self.pending = None;
                self.keep(days, now);
            }
            None => {}
        }
        Ok(())
    }

    /// What AWS Backup owns nobody else may change.
    fn refuse_owned(&self, wanted: &Wanted, owner: &str) -> Result<(), AwsError> {
        let Some(point) = &self.recovery_point else { return Ok(()) };
        if wanted.days.is_some_and(|days| days != self.days) {
            return Err(invalid(format!(
                "RDS {owner} is associated with the following AwsBackupRecoveryPointArn: {point}. The BackupRetentionPeriod can be blank, or you can use the current value,{}",
                self.days
            )));
        }
        if wanted.window.is_some_and(|hours| hours.to_string() != self.window) {
            return Err(invalid(format!(
                "RDS {owner} is associated with the following AwsBackupRecoveryPointArn: {point}. The PreferredBackupWindow can be blank, or you can use the current value,{}",
                self.window
            )));
        }
        Ok(())
    }
}

fn check_hours(window: &str, maintenance: &str) -> Result<(), AwsError> {
    let (Ok(daily), Ok(weekly)) = (DailyHours::parse(window), WeeklyHours::parse(maintenance)) else { return Ok(()) };
    if daily.overlaps(weekly) {
        return Err(together("The backup window and maintenance window must not overlap."));
    }
    Ok(())
}

/// The moment so many days before another.
pub(crate) fn days_before(at: Timestamp, days: i64) -> Timestamp {
    later(at, SignedDuration::from_hours(days.saturating_mul(-24)))
}
