//! The metrics that AWS really publishes about backups and what is backed up, and whether an alarm on one can ever fire.
//!
//! CloudWatch takes an alarm on any name: one on a metric that nobody publishes stays in `INSUFFICIENT_DATA` and tells nobody.

mod catalogue;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

/// A metric that AWS publishes.
#[derive(Debug)]
pub struct Metric {
    /// Its name: `NumberOfBackupJobsFailed`.
    pub name: &'static str,
    /// Its unit, as CloudWatch names it.
    pub unit: &'static str,
    /// The sets of dimensions under which it is published, each complete; an empty one is the whole account's.
    pub dimensions: &'static [&'static [&'static str]],
    /// When there are values.
    pub habit: Habit,
    /// The lowest value that it can have.
    pub least: f64,
    /// What must be turned on before there is any.
    pub needs: Option<&'static str>,
    /// Where it is published, if not in the region of the thing itself.
    pub region: Option<&'static str>,
}

/// When a metric has values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// In every period, as long as the thing exists.
    Always,
    /// Only whole numbers above zero: no value means none.
    NonZero,
    /// Only in periods in which something happened; zero may be among the values.
    OnActivity,
    /// Once a day.
    Daily,
}

/// The metrics of one namespace.
#[derive(Debug)]
struct Namespace {
    name: &'static str,
    metrics: &'static [Metric],
    /// Whether these are all that the service publishes.
    is_complete: bool,
    /// The page that lists them.
    source: &'static str,
}

/// Whether AWS publishes what an alarm watches.
#[derive(Debug)]
pub enum Judgement {
    /// It does.
    Published(&'static Metric),
    /// The namespace has no metric of that name.
    NoSuchMetric(Advice),
    /// It has, but not under these dimensions: the alarm sees no values.
    NoSuchDimensions {
        /// What is wrong and what to write instead.
        advice: Advice,
        /// Whether it is sure: a dimension that the namespace does not have at all. Else AWS's pages do not list the set.
        certain: bool,
    },
    /// A namespace, or a metric of one, of which this catalogue does not know all: the advice, where a name that is known is near.
    Unknown(Option<Advice>),
}

/// What is wrong, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What is wrong; starts in lower case and has no full stop.
    pub reason: String,
    /// What to do instead.
    pub remedy: String,
}

impl Advice {
    fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into() }
    }
}

/// Whether AWS publishes the metric under exactly these dimensions.
pub fn judge<'d>(namespace: &str, metric: &str, dimensions: impl IntoIterator<Item = &'d str>) -> Judgement {
    let Some(known) = catalogue::NAMESPACES.iter().find(|known| known.name == namespace) else {
        let near = nearest(namespace, catalogue::NAMESPACES.iter().map(|known| known.name));
        return Judgement::Unknown(
            near.map(|near| Advice::new(format!("AWS has no namespace `{namespace}`"), format!("did you mean `{near}`?"))),
        );
    };
    let Some(found) = known.metrics.iter().find(|known| known.name == metric) else {
        return no_such_metric(known, metric);
    };
    let given: BTreeSet<&str> = dimensions.into_iter().collect();
    if found.dimensions.iter().any(|set| set.iter().copied().collect::<BTreeSet<_>>() == given) {
        return Judgement::Published(found);
    }
    no_such_dimensions(known, found, &given)
}

fn no_such_metric(namespace: &Namespace, metric: &str) -> Judgement {
    let reason = format!("`{}` has no metric `{metric}` ({})", namespace.name, namespace.source);
    if let Some(instead) = catalogue::instead(namespace.name, metric) {
        return Judgement::NoSuchMetric(Advice::new(reason, instead));
    }
    let near = nearest(metric, namespace.metrics.iter().map(|known| known.name)).map(|near| format!("did you mean `{near}`?"));
    match (near, namespace.is_complete) {
        (near, true) => {
            Judgement::NoSuchMetric(Advice::new(reason, near.unwrap_or_else(|| "choose a metric that the page lists".to_owned())))
        }
        (Some(near), false) => {
            Judgement::Unknown(Some(Advice::new(format!("`{}` has perhaps no metric `{metric}`", namespace.name), near)))
        }
        (None, false) => Judgement::Unknown(None),
    }
}

fn no_such_dimensions(namespace: &Namespace, metric: &'static Metric, given: &BTreeSet<&str>) -> Judgement {
    let known: BTreeSet<&str> = namespace.metrics.iter().flat_map(|metric| metric.dimensions.iter().copied().flatten().copied()).collect();
    let sets: Vec<String> = metric.dimensions.iter().map(|set| said(set)).collect();
    if let Some(strange) = given.iter().find(|name| !known.contains(*name)) {
        let near = nearest(strange, known).map(|near| format!("did you mean `{near}`? "));
        let reason = format!("`{}` has no dimension `{strange}`", namespace.name);
        let remedy = format!("{}give {}", near.unwrap_or_default(), sets.join(", or "));
        return Judgement::NoSuchDimensions { advice: Advice::new(reason, remedy), certain: namespace.is_complete };
    }
    let given = said(&given.iter().copied().collect::<Vec<_>>());
    let reason = format!("`{}` is not known to be published with {given}: the alarm may see no values", metric.name);
    Judgement::NoSuchDimensions { advice: Advice::new(reason, format!("give {}", sets.join(", or "))), certain: false }
}

fn said(dimensions: &[&str]) -> String {
    match dimensions {
        [] => "no dimensions".to_owned(),
        [names @ .., last] => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            if names.is_empty() { format!("`{last}`") } else { format!("{} and `{last}`", names.join(", ")) }
        }
    }
}

pub(super) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = wrong.to_lowercase();
    let near = names.into_iter().map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name)).min()?;
    (near.0 <= (lower.chars().count() / 4).max(1)).then_some(near.1)
}

/// What an alarm compares, as far as its firing hangs on it.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// How values are compared with the threshold.
    pub comparison: Comparison,
    /// The threshold.
    pub threshold: f64,
    /// What a period without values counts as.
    pub missing: Missing,
    /// The period, in seconds.
    pub period: u32,
}

/// How an alarm compares values with its threshold; those with a band are not judged here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `GreaterThanThreshold`.
    Greater,
    /// `GreaterThanOrEqualToThreshold`.
    GreaterOrEqual,
    /// `LessThanThreshold`.
    Less,
    /// `LessThanOrEqualToThreshold`.
    LessOrEqual,
}

/// What an alarm takes a period without values for: `treat_missing_data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `missing`, CloudWatch's default: without values the state becomes `INSUFFICIENT_DATA`.
    Missing,
    /// `ignore`: the state stays.
    Ignore,
    /// `breaching`: as if the threshold were crossed.
    Breaching,
    /// `notBreaching`: as if it were not.
    NotBreaching,
}

/// Whether an alarm fires when it ought to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Firing {
    /// It does, as far as is known.
    Sound,
    /// It can never fire.
    Never(Advice),
    /// Every value crosses the threshold, and so does whatever stands for none: it is in `ALARM` from the first evaluation on.
    Always(Advice),
    /// It fires where nothing is wrong.
    WithoutCause(Advice),
    /// It fires once and does not come back, so that the next time nobody is told.
    StaysOn(Advice),
    /// It misses the worst case.
    Blind(Advice),
}

/// Whether an alarm on a published metric can fire, and does when it ought to.
///
/// Sources: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"; `PutMetricAlarm`, `TreatMissingData`; the pages of
/// the namespaces.
pub fn firing(namespace: &str, metric: &Metric, watch: Watch) -> Firing {
    let is_above = matches!(watch.comparison, Comparison::Greater | Comparison::GreaterOrEqual);
    let missing = if namespace == catalogue::IGNORES_MISSING { Missing::Ignore } else { watch.missing };
    if metric.habit == Habit::Daily && watch.period < 86_400 {
        let reason = format!("`{}` has one value a day, and periods of {} seconds are empty but for one", metric.name, watch.period);
        return Firing::Blind(Advice::new(reason, "set `period` to 86400"));
    }
    let name = metric.name;
    if !crosses(metric, watch) {
        return match (missing, watch.missing, is_above) {
            (Missing::Breaching, _, false) if metric.habit == Habit::NonZero => Firing::Sound,
            (_, Missing::Breaching, _) if missing != Missing::Breaching => Firing::Never(Advice::new(
                format!("CloudWatch ignores missing data of `{namespace}` whatever is set, and no value of `{name}` crosses the threshold"),
                "choose another threshold",
            )),
            (Missing::Breaching, ..) => Firing::WithoutCause(Advice::new(
                format!("no value of `{name}` crosses the threshold, only missing data does"),
                "choose another threshold",
            )),
            (_, _, false) if metric.habit == Habit::NonZero => Firing::Never(Advice::new(
                format!("`{name}` is published only where it is not zero, so there is never a value below the threshold"),
                "set `treat_missing_data` to \"breaching\": no value means none",
            )),
            _ => Firing::Never(Advice::new(format!("no value of `{name}` can cross the threshold"), "choose another threshold")),
        };
    }
    // What has no zeros is told below: there the silence is to blame, not the threshold.
    let has_values = metric.habit == Habit::Always || (metric.habit != Habit::NonZero && missing == Missing::Breaching);
    if has_values && always_crosses(metric, watch) {
        let reason = format!("every value that `{name}` can have crosses the threshold, so the alarm is always in ALARM");
        return Firing::Always(Advice::new(reason, "choose another threshold"));
    }
    match (metric.habit, is_above, missing) {
        (Habit::NonZero, true, Missing::Breaching) => Firing::WithoutCause(Advice::new(
            format!("`{name}` is published only where it is not zero, so the alarm fires while there is none"),
            "set `treat_missing_data` to \"notBreaching\"",
        )),
        (Habit::OnActivity, true, Missing::Breaching) => Firing::WithoutCause(Advice::new(
            format!("`{name}` has no values while nothing happens, and the alarm fires then"),
            "set `treat_missing_data` to \"notBreaching\"",
        )),
        (Habit::NonZero, true, Missing::Ignore) => Firing::StaysOn(Advice::new(
            format!("`{name}` never has the zero that would end the alarm, and missing data is ignored"),
            "set `treat_missing_data` to \"notBreaching\"",
        )),
        (Habit::NonZero, false, Missing::Missing | Missing::Ignore | Missing::NotBreaching) => Firing::Blind(Advice::new(
            format!("`{name}` has no value where it is zero, so the alarm fires for few and not for none"),
            "set `treat_missing_data` to \"breaching\"",
        )),
        (Habit::Always, _, Missing::Missing | Missing::Ignore | Missing::NotBreaching) if metric.region.is_some() => {
            Firing::Blind(Advice::new(
                format!("`{name}` ends when the destination bucket is deleted, and the alarm does not fire then"),
                "set `treat_missing_data` to \"breaching\"",
            ))
        }
        _ => Firing::Sound,
    }
}

/// Whether every value that the metric can have crosses the threshold.
fn always_crosses(metric: &Metric, watch: Watch) -> bool {
    let most = if metric.unit == "Percent" { 100.0 } else { f64::INFINITY };
    match watch.comparison {
        Comparison::Greater => metric.least > watch.threshold,
        Comparison::GreaterOrEqual => metric.least >= watch.threshold,
        Comparison::Less => most < watch.threshold,
        Comparison::LessOrEqual => most <= watch.threshold,
    }
}

/// Whether any value that the metric can have crosses the threshold.
fn crosses(metric: &Metric, watch: Watch) -> bool {
    let most = if metric.unit == "Percent" { 100.0 } else { f64::INFINITY };
    match watch.comparison {
        Comparison::Greater => most > watch.threshold,
        Comparison::GreaterOrEqual => most >= watch.threshold,
        Comparison::Less => metric.least < watch.threshold,
        Comparison::LessOrEqual => metric.least <= watch.threshold,
    }
}
