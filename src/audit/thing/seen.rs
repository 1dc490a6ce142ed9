//! What was seen of a thing to restore, and of its restores, as controls ask for it.
//!
//! What was seen is a bound: there may be something newer where not all could be read. `may_be_newer` and its like are unknown then, so that a
//! condition such as `newest_age_hours <= 24 || may_be_newer` passes by what was seen, and fails only where all of it was.

use super::{Maker, Map};
use crate::model::{IgnoranceSort, Moment, Observed, Value};

const POINTS: &str = "recovery_points";
const RESTORES: &str = "restore_tests";
const NOT_RECORDED: &str = "the snapshot holds no recovery points and no restores; record it anew with `backstay snapshot --everything`";

/// Puts it in; of what holds no data there is nothing.
pub(super) fn put_nothing(maker: &mut Maker<'_, '_>) {
    maker.put(POINTS, Value::Null);
    maker.put(RESTORES, Value::Null);
}

/// Puts it in.
pub(super) fn put(maker: &mut Maker<'_, '_>, observed: Option<&Observed>) {
    let Some(observed) = observed else {
        maker.miss(POINTS, IgnoranceSort::NotLookedAt, NOT_RECORDED);
        maker.miss(RESTORES, IgnoranceSort::NotLookedAt, NOT_RECORDED);
        return;
    };
    let may_be_newer = doubt(maker, &format!("{POINTS}.may_be_newer"), &observed.unread);
    let may_be_newer_copies = doubt(maker, &format!("{POINTS}.may_be_newer_copies"), &observed.unread_copies);
    let points = [
        ("count", number(i64::try_from(observed.count).ok())),
        ("keys", Value::from(observed.keys.iter().map(|key| Value::from(key.as_str())).collect::<Vec<_>>())),
        ("unencrypted", number(i64::try_from(observed.unencrypted).ok())),
        ("least_days", number(observed.least_days)),
        ("newest_age_hours", age(observed.newest.as_ref(), HOUR)),
        ("newest_point_age_hours", age(observed.newest_point.as_ref(), HOUR)),
        ("newest_copy_age_hours", age(observed.copies.first(), HOUR)),
        ("newest_air_gapped_age_hours", age(observed.newest_air_gapped.as_ref(), HOUR)),
        ("oldest_age_days", number(observed.oldest.as_ref().map(|moment| moment.age_seconds.div_euclid(24 * HOUR)))),
        ("may_be_newer", may_be_newer),
        ("may_be_newer_copies", may_be_newer_copies),
    ];
    maker.put(POINTS, map(points));
    let may_be_more = doubt(maker, &format!("{RESTORES}.may_be_more"), &observed.unread_restores);
    let restored = observed.restored.as_ref();
    let forgotten = "AWS keeps what restores took and what validations found for 30 days, and the last restore is longer ago";
    let is_forgotten = restored.is_some_and(|restored| restored.seconds.is_none());
    if is_forgotten {
        for name in ["is_validated", "latest_minutes"] {
            maker.unknown(&format!("{RESTORES}.{name}"), IgnoranceSort::Unprovable, forgotten);
        }
    }
    let or_forgotten = |value: Value| if is_forgotten { Value::Unknown } else { value };
    let is_validated = if observed.validated.is_some() { Value::from(true) } else { or_forgotten(Value::from(false)) };
    let latest_minutes = number(restored.and_then(|restored| restored.seconds).map(|seconds| up(seconds, 60)));
    let validated = observed.validated.map(|at| observed.read_at.duration_since(at).as_hours().max(0) / 24);
    let told = [
        ("count", number(restored.map_or(Some(0), |restored| i64::try_from(restored.times).ok()))),
        ("latest_age_days", number(restored.map(|restored| observed.read_at.duration_since(restored.at).as_hours().max(0) / 24))),
        ("latest_minutes", or_forgotten(latest_minutes)),
        ("validated_age_days", number(validated)),
        ("is_validated", is_validated),
        ("has_failed", Value::from(observed.restore_failed.is_some())),
        ("may_be_more", may_be_more),
    ];
    maker.put(RESTORES, map(told));
}

/// False where there is no doubt.
fn doubt(maker: &mut Maker<'_, '_>, at: &str, why: &[String]) -> Value {
    if why.is_empty() {
        return Value::from(false);
    }
    maker.unknown(at, IgnoranceSort::Unprovable, &why.join("; "));
    Value::Unknown
}

const HOUR: i64 = 3600;

/// An age in whole units, as no less than it is.
fn age(moment: Option<&Moment>, unit: i64) -> Value {
    number(moment.map(|moment| up(moment.age_seconds, unit)))
}

fn up(seconds: i64, unit: i64) -> i64 {
    seconds.div_euclid(unit) + i64::from(seconds.rem_euclid(unit) > 0)
}

fn number(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::from)
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::from(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map>())
}
