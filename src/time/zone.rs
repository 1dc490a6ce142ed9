//! Time zones by their IANA names, from the database that is built into the program.

use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use std::sync::LazyLock;

/// The bundled database: the same on every machine, and independent of what its system has.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone that exists.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    time_zone: TimeZone,
}

/// No time zone has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no time zone of the IANA database")]
pub struct UnknownZone {
    /// The name that was given.
    pub name: String,
    /// What to write instead.
    pub help: String,
}

impl Zone {
    /// Coordinated universal time, in which AWS reads schedules unless told otherwise.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), time_zone: TimeZone::UTC }
    }

    /// The time zone of an IANA name, as AWS Backup's and Scheduler's `ScheduleExpressionTimezone` take it: `Europe/Berlin`, `Etc/UTC`.
    ///
    /// # Errors
    ///
    /// No zone has the name in this very writing, with the nearest one that there is.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        if ZONES.available().any(|known| known.as_str() == name)
            && let Ok(time_zone) = ZONES.get(name)
        {
            return Ok(Self { name: name.to_owned(), time_zone });
        }
        Err(UnknownZone { name: name.to_owned(), help: meant(name) })
    }

    /// Its name, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether two names are one and the same for AWS's echoes: `UTC` and `Etc/UTC`.
    pub fn is_utc(&self) -> bool {
        matches!(self.name.as_str(), "UTC" | "Etc/UTC" | "Etc/UCT" | "Etc/Universal" | "Etc/Zulu" | "UCT" | "Universal" | "Zulu")
    }

    /// An instant as it is there, with the offset: `2026-11-22T02:00:00+01:00`.
    pub fn local(&self, at: jiff::Timestamp) -> String {
        at.to_zoned(self.time_zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// When the local time of an instant comes again, as the clocks were turned back in between.
    pub fn again(&self, at: jiff::Timestamp) -> Option<jiff::Timestamp> {
        let local = self.time_zone.to_datetime(at);
        match self.time_zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Fold { after, .. } => after.to_timestamp(local).ok().filter(|again| *again > at),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
        }
    }

    pub(super) fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }
}

fn meant(name: &str) -> String {
    const FIXED: &str = "a fixed offset is `Etc/GMT-1` for UTC+1, with the sign turned round";
    let lower = name.to_lowercase();
    if ["utc", "gmt"].iter().any(|zero| lower.strip_prefix(zero).is_some_and(|rest| rest.starts_with(['+', '-'])))
        || lower.starts_with(['+', '-'])
    {
        return format!("write the place, as in `Europe/Berlin`; {FIXED}");
    }
    let key = lower.replace(' ', "_");
    let distance = |known: &str| {
        let known = known.to_lowercase();
        // People write the city alone: `Berlin`.
        let city = known.rsplit('/').next().unwrap_or(&known);
        strsim::damerau_levenshtein(&key, &known).min(strsim::damerau_levenshtein(&key, city))
    };
    let near = ZONES.available().map(|known| (distance(known.as_str()), known.to_string())).min();
    match near {
        Some((distance, known)) if distance <= (key.chars().count() / 3).max(1) => format!("did you mean `{known}`?"),
        _ => "write an IANA name, as in `Europe/Berlin` or `Etc/UTC`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_database_are_time_zones() {
        for name in ["UTC", "Etc/UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "US/Eastern", "Asia/Kolkata"] {
            assert_eq!(Zone::named(name).map(|zone| zone.name().to_owned()).as_deref(), Ok(name));
        }
        assert!(Zone::named("Etc/UTC").is_ok_and(|zone| zone.is_utc()));
        assert!(Zone::named("Europe/London").is_ok_and(|zone| !zone.is_utc()));
    }

    #[test]
    fn a_wrong_name_says_which_is_meant() {
        let help = |name: &str| Zone::named(name).map(|zone| zone.name).expect_err("the name is wrong").help;
        assert_eq!(help("Europe/Berln"), "did you mean `Europe/Berlin`?");
        assert_eq!(help("europe/berlin"), "did you mean `Europe/Berlin`?");
        assert_eq!(help("Berlin"), "did you mean `Europe/Berlin`?");
        assert_eq!(help("America/New York"), "did you mean `America/New_York`?");
        assert_eq!(help("Etc/utc"), "did you mean `Etc/UTC`?");
        assert!(help("UTC+1").contains("Etc/GMT-1"));
        assert!(help("+01:00").contains("Etc/GMT-1"));
        assert_eq!(help("Middle-earth/Shire"), "write an IANA name, as in `Europe/Berlin` or `Etc/UTC`");
        assert_eq!(help(""), "write an IANA name, as in `Europe/Berlin` or `Etc/UTC`");
    }
}
