//! AWS's rules across the settings of an alarm, and whether what it watches exists and can make it fire.

use super::published::{self, Advice, Comparison, Firing, Judgement, Metric, Missing, Watch};
use super::{BAND_OPERATORS, DAY, HOUR, WEEK};
use super::{expression, forms};
use crate::kinds::Concern;
use crate::model::{Code, Severity, Value, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut rules = Rules { wanted, concerns: Vec::new() };
    let queries = rules.queries();
    rules.source(&queries);
    for query in &queries {
        rules.query(query);
    }
    rules.returning(&queries);
    rules.periods(&queries);
    rules.threshold(&queries);
    rules.published(&queries);
    rules.concerns
}

struct Rules<'a> {
    wanted: &'a BTreeMap<String, Wanted>,
    concerns: Vec<Concern>,
}

/// What stands at the top level for an alarm on one metric, and within each query for one of several.
const ONE_METRIC: [&str; 6] = ["namespace", "period", "statistic", "extended_statistic", "dimensions", "unit"];

/// What AWS Backup calls the types of what it backs up: AWS Backup API `GetSupportedResourceTypes`, Developer Guide.
const RESOURCE_TYPES: [&str; 20] = [
    "Aurora",
    "Aurora DSQL",
    "CloudFormation",
    "DSQL",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "Redshift Serverless",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
];

impl<'a> Rules<'a> {
    fn say(&mut self, code: Code, at: impl Into<String>, title: impl Into<String>, help: impl Into<String>) {
        let concern = Concern { code, severity: Severity::Error, title: title.into(), at: at.into(), also: None, help: help.into() };
        self.concerns.push(concern);
    }

    fn has(&self, at: &str) -> bool {
        self.wanted.contains_key(at)
    }

    fn value(&self, at: &str) -> Option<&'a Value> {
        self.wanted.get(at).map(|wanted| &wanted.value)
    }

    fn text(&self, at: &str) -> Option<&'a str> {
        self.value(at).and_then(Value::as_str)
    }

    fn whole(&self, at: &str) -> Option<i64> {
        self.value(at).and_then(Value::as_i64)
    }

    /// The paths of the `metric_query` blocks.
    fn queries(&self) -> Vec<String> {
        self.wanted.keys().filter(|at| path::generic(at) == "metric_query").cloned().collect()
    }

    /// One metric, or queries.
    fn source(&mut self, queries: &[String]) {
        let one = self.has("metric_name");
        match (one, queries.first()) {
            (true, Some(query)) => {
                let help = "watch the one metric, or move it into a `metric_query` block of its own";
                self.say(
                    Code::AlarmWatches,
                    query,
                    "an alarm has `metric_name` or `metric_query` blocks, and AWS refuses both together",
                    help,
                );
            }
            (false, None) => {
                let help = "add `metric_name` with `namespace`, `period` and `statistic`, or `metric_query` blocks";
                self.say(Code::AlarmWatches, "", "the alarm watches nothing", help);
            }
            (false, Some(_)) => {
                for stray in ONE_METRIC.into_iter().filter(|at| self.has(at)).collect::<Vec<_>>() {
                    let title = format!("`{stray}` is of an alarm on one metric, and AWS refuses it beside `metric_query` blocks");
                    self.say(
                        Code::AlarmWatches,
                        stray,
                        title,
                        "move it into the block `metric { … }` of the `metric_query` that it is about",
                    );
                }
            }
            (true, None) => {
                for needed in ["namespace", "period"].into_iter().filter(|at| !self.has(at)).collect::<Vec<_>>() {
                    let title = format!("an alarm on one metric needs `{needed}`");
                    self.say(Code::AlarmWatches, "metric_name", title, format!("add `{needed} = …`"));
                }
                match (self.has("statistic"), self.has("extended_statistic")) {
                    (true, true) => {
                        let title = "an alarm has `statistic` or `extended_statistic`, and AWS refuses both together";
                        self.say(Code::AlarmWatches, "extended_statistic", title, "remove one of them");
                    }
                    (false, false) => {
                        let help = "add `statistic = \"Sum\"`, or another that the metric is made for";
                        self.say(Code::AlarmWatches, "metric_name", "an alarm on one metric needs a statistic of it", help);
                    }
                    _ => {}
                }
            }
        }
    }

    fn query(&mut self, at: &str) {
        let inside = |name: &str| path::child(at, name);
        let key = path::segments(at).pop().and_then(|segment| segment.key).unwrap_or_default();
        if let Err(mistake) = forms::id(&key) {
            self.say(Code::AlarmWatches, at, format!("`id` {}", mistake.message), "choose another `id`: expressions call it by that name");
        }
        let metric = inside("metric");
        let has_metric = self.wanted.keys().any(|other| path::is_within(other, &metric));
        match (self.text(&inside("expression")), has_metric, self.has(&inside("expression"))) {
            (_, true, true) => {
                let title = format!("`metric_query` \"{key}\" has an `expression` and a `metric`, and AWS refuses both together");
                self.say(Code::AlarmWatches, inside("expression"), title, "give each a `metric_query` block of its own");
            }
            (_, false, false) => {
                let title = format!("`metric_query` \"{key}\" has neither an `expression` nor a `metric`");
                self.say(Code::AlarmWatches, at, title, "add `expression = \"…\"`, or a block `metric { … }`");
            }
            (Some(expression), false, true) => {
                if let Some(mistake) = expression::mistake(expression) {
                    let title = format!("the expression `{expression}` {mistake}");
                    let help = "see \"Using math expressions with CloudWatch metrics\" in CloudWatch's user guide";
                    self.say(Code::AlarmWatches, inside("expression"), title, help);
                }
                for name in strangers(expression, &self.ids()) {
                    let title = format!("the expression uses `{name}`, and no `metric_query` has that `id`");
                    let ids: Vec<String> = self.ids().iter().map(|id| format!("`{id}`")).collect();
                    self.say(Code::AlarmWatches, inside("expression"), title, format!("there are {}", ids.join(", ")));
                }
            }
            (None, false, true) => {}
            (_, true, false) => {
                let needed = ["metric_name", "namespace", "period", "stat"];
                for name in needed.into_iter().filter(|name| !self.has(&path::child(&metric, name))).collect::<Vec<_>>() {
                    let title = format!("the metric of `metric_query` \"{key}\" needs `{name}`");
                    self.say(Code::AlarmWatches, at, title, format!("add `{name} = …` to its block `metric {{ … }}`"));
                }
            }
        }
    }

    fn ids(&self) -> BTreeSet<String> {
        self.queries().iter().filter_map(|at| path::segments(at).pop()?.key).collect()
    }

    /// Exactly one query returns data; the metric beside its anomaly detection band does too.
    fn returning(&mut self, queries: &[String]) {
        if queries.is_empty() {
            return;
        }
        let returns = |at: &&String| self.value(&path::child(at, "return_data")) == Some(&Value::Bool(true));
        let returning: Vec<&String> = queries.iter().filter(returns).collect();
        let (right, words) =
            if self.has("threshold_metric_id") { (2, "the metric and its band return data") } else { (1, "one of them returns data") };
        if returning.len() != right {
            let at = returning.last().copied().or(queries.first()).cloned().unwrap_or_default();
            let title = format!("of the `metric_query` blocks exactly {words}, and here {} do", returning.len());
            self.say(
                Code::AlarmWatches,
                at,
                title,
                "write `return_data = true` into what the alarm is to watch, and leave it out elsewhere",
            );
        }
    }

    fn periods(&mut self, queries: &[String]) {
        let mut longest: Option<(String, i64)> = None;
        let inner = queries.iter().flat_map(|at| [path::child(at, "period"), path::child(at, "metric.period")]);
        for at in std::iter::once("period".to_owned()).chain(inner) {
            let Some(period) = self.whole(&at) else { continue };
            let short: &[i64] = if at == "period" { &[10, 20, 30] } else { &[1, 5, 10, 20, 30] };
            if !short.contains(&period) && period % 60 != 0 {
                let listed: Vec<String> = short.iter().map(i64::to_string).collect();
                let title = format!("`period` must be {} or a multiple of 60 seconds, found {period}", listed.join(", "));
                let nearest = (period + 59).div_euclid(60) * 60;
                self.say(Code::AlarmPeriods, at.clone(), title, format!("choose {nearest}"));
            }
            if longest.as_ref().is_none_or(|(_, most)| period > *most) {
                longest = Some((at, period));
            }
        }
        let Some(periods) = self.whole("evaluation_periods") else { return };
        if let Some(datapoints) = self.whole("datapoints_to_alarm").filter(|datapoints| *datapoints > periods) {
            let title = format!("`datapoints_to_alarm` is {datapoints}, of {periods} `evaluation_periods`: that many never cross");
            self.say(Code::AlarmPeriods, "datapoints_to_alarm", title, format!("choose at most {periods}"));
        }
        let Some((at, period)) = longest else { return };
        let (most, words) = if period < HOUR { (DAY, "1 day, as the period is shorter than an hour") } else { (WEEK, "7 days") };
        let window = period.saturating_mul(periods);
        if window > most {
            let title =
                format!("`evaluation_periods` times `period` is {window} seconds, and CloudWatch looks back at most {most} ({words})");
            let help = format!(
                "choose at most {} periods of {period} seconds; what may not be missing for longer is no alarm, but a finding of `backstay plan` or of AWS Backup Audit Manager",
                most / period.max(1)
            );
            self.say(Code::AlarmPeriods, "evaluation_periods", title, help);
            if let Some(last) = self.concerns.last_mut() {
                last.also = Some((at, "the period".to_owned()));
            }
        }
    }

    fn threshold(&mut self, queries: &[String]) {
        let Some(operator) = self.text("comparison_operator") else { return };
        let is_band = BAND_OPERATORS.contains(&operator);
        if is_band && self.has("threshold") {
            let title = format!("`{operator}` compares with a band, and AWS refuses a `threshold` beside it");
            self.say(Code::AlarmThreshold, "threshold", title, "remove `threshold`, or choose an operator that compares with a number");
        }
        if !is_band && self.has("threshold_metric_id") {
            let title = format!("`{operator}` compares with a number, not with the band of `threshold_metric_id`");
            let help = format!("choose one of {}, or remove `threshold_metric_id`", BAND_OPERATORS.join(", "));
            self.say(Code::AlarmThreshold, "threshold_metric_id", title, help);
        } else if !is_band && !self.has("threshold") {
            let title = format!("`{operator}` needs a `threshold` to compare with");
            self.say(Code::AlarmThreshold, "comparison_operator", title, "add `threshold = …`");
        }
        if is_band && !self.has("threshold_metric_id") {
            let title = format!("`{operator}` needs the band that it compares with");
            let help = "add `threshold_metric_id`, the `id` of a `metric_query` whose expression is `ANOMALY_DETECTION_BAND(…)`";
            self.say(Code::AlarmThreshold, "comparison_operator", title, help);
        }
        if is_band && let Some(id) = self.text("threshold_metric_id") {
            let band = path::keyed("metric_query", id);
            let expression = self.text(&path::child(&band, "expression"));
            let is_missing = !queries.contains(&band) || (expression.is_none() && !self.has(&path::child(&band, "expression")));
            if is_missing || expression.is_some_and(|text| !text.trim_start().to_ascii_uppercase().starts_with("ANOMALY_DETECTION_BAND")) {
                let title = format!("`threshold_metric_id` is \"{id}\", and no `metric_query` of that `id` is an anomaly detection band");
                let help = format!("give `metric_query` \"{id}\" the expression `ANOMALY_DETECTION_BAND(METRIC_ID, 2)`");
                self.say(Code::AlarmThreshold, "threshold_metric_id", title, help);
            }
        }
    }

    /// Whether AWS publishes what is watched, and, where nothing else is wrong, whether the alarm can fire on it.
    fn published(&mut self, queries: &[String]) {
        let is_sound = self.concerns.is_empty();
        let inner = queries.iter().map(|at| (path::child(at, "metric"), "stat", path::child(at, "return_data")));
        for (block, statistic, returns) in std::iter::once((String::new(), "statistic", String::new())).chain(inner) {
            let inside = |name: &str| path::child(&block, name);
            let (Some(namespace), Some(name)) = (self.text(&inside("namespace")), self.text(&inside("metric_name"))) else { continue };
            let dimensions = match self.value(&inside("dimensions")) {
                Some(Value::Map(map)) => map.keys().map(String::as_str).collect(),
                Some(Value::Unknown) => continue,
                _ => Vec::new(),
            };
            let at = inside("metric_name");
            match published::judge(namespace, name, dimensions) {
                Judgement::Published(metric) => {
                    if namespace == "AWS/Backup" {
                        self.resource_type(&inside("dimensions"));
                    }
                    if !is_sound {
                        continue;
                    }
                    if returns.is_empty() || self.value(&returns) == Some(&Value::Bool(true)) {
                        self.firing(namespace, metric, &block, statistic);
                    }
                }
                Judgement::NoSuchMetric(advice) => self.advise(Code::AlarmUnpublished, Severity::Error, at, advice),
                Judgement::NoSuchDimensions { advice, certain } => {
                    let severity = if certain { Severity::Error } else { Severity::Warning };
                    let at = if self.has(&inside("dimensions")) { inside("dimensions") } else { at };
                    self.advise(Code::AlarmDimensions, severity, at, advice);
                }
                // A namespace of one's own is never judged.
                Judgement::Unknown(Some(advice)) if namespace.starts_with("AWS/") => {
                    self.advise(Code::AlarmUnpublished, Severity::Warning, at, advice);
                }
                Judgement::Unknown(_) => {}
            }
        }
    }

    /// The page of the metrics lists no types; those of `GetSupportedResourceTypes` are the ones that jobs have.
    fn resource_type(&mut self, at: &str) {
        let dimensions = self.value(at).and_then(Value::as_map);
        let Some(name) = dimensions.and_then(|map| map.get("ResourceType")).and_then(Value::as_str) else { return };
        if RESOURCE_TYPES.contains(&name) {
            return;
        }
        let remedy = match published::nearest(name, RESOURCE_TYPES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("AWS Backup has {}", RESOURCE_TYPES.join(", ")),
        };
        let reason = format!("AWS Backup is not known to have a `ResourceType` `{name}`: the alarm may see no values");
        self.advise(Code::AlarmDimensions, Severity::Warning, at.to_owned(), Advice { reason, remedy });
    }

    fn firing(&mut self, namespace: &str, metric: &'static Metric, block: &str, statistic: &str) {
        let inside = |name: &str| path::child(block, name);
        let comparison = match self.text("comparison_operator") {
            Some("GreaterThanThreshold") => Comparison::Greater,
            Some("GreaterThanOrEqualToThreshold") => Comparison::GreaterOrEqual,
            Some("LessThanThreshold") => Comparison::Less,
            Some("LessThanOrEqualToThreshold") => Comparison::LessOrEqual,
            _ => return,
        };
        let missing = match (self.text("treat_missing_data"), self.has("treat_missing_data")) {
            (Some("breaching"), _) => Missing::Breaching,
            (Some("notBreaching"), _) => Missing::NotBreaching,
            (Some("ignore"), _) => Missing::Ignore,
            (Some("missing"), _) | (None, false) => Missing::Missing,
            _ => return,
        };
        // Other statistics are not in the metric's own range: how many values there are, or their sum where each is a share.
        let is_of_values = match self.text(&inside(statistic)) {
            Some("Sum") => metric.unit != "Percent",
            Some("Average" | "Minimum" | "Maximum") => true,
            _ => false,
        };
        let period = self.whole(&inside("period")).and_then(|period| u32::try_from(period).ok());
        let (Some(threshold), Some(period), true) = (self.value("threshold").and_then(Value::as_f64), period, is_of_values) else { return };
        let at = |setting: &str| if self.has(setting) { setting.to_owned() } else { inside("metric_name") };
        let (code, severity, advice) = match published::firing(namespace, metric, Watch { comparison, threshold, missing, period }) {
            Firing::Sound => return,
            Firing::Never(advice) => (Code::AlarmNeverFires, Severity::Error, advice),
            Firing::Always(advice) | Firing::WithoutCause(advice) | Firing::StaysOn(advice) | Firing::Blind(advice) => {
                (Code::AlarmMisleads, Severity::Warning, advice)
            }
        };
        let setting = ["treat_missing_data", "threshold"].into_iter().find(|name| advice.remedy.contains(name));
        let place = setting.map_or_else(|| inside("metric_name"), at);
        self.advise(code, severity, place, advice);
    }

    fn advise(&mut self, code: Code, severity: Severity, at: String, advice: Advice) {
        self.concerns.push(Concern { code, severity, title: advice.reason, at, also: None, help: advice.remedy });
    }
}

/// The names in an expression that are no query's id. A Metrics Insights query has names of its own, and texts are no names.
fn strangers(expression: &str, ids: &BTreeSet<String>) -> BTreeSet<String> {
    if expression.trim_start().to_ascii_uppercase().starts_with("SELECT ") {
        return BTreeSet::new();
    }
    let mut strangers = BTreeSet::new();
    let mut quote: Option<char> = None;
    let mut word = String::new();
    for c in expression.chars().chain(std::iter::once(' ')) {
        if let Some(open) = quote {
            if c == open {
                quote = None;
            }
        } else if c == '"' || c == '\'' {
            quote = Some(c);
        } else if c.is_ascii_alphanumeric() || c == '_' || c == '.' {
            word.push(c);
            continue;
        }
        let name = std::mem::take(&mut word);
        if c != '(' && name.starts_with(|first: char| first.is_ascii_lowercase()) && !ids.contains(&name) && !name.contains('.') {
            strangers.insert(name);
        }
    }
    strangers
}

#[cfg(test)]
mod tests {
    use super::strangers;
    use std::collections::BTreeSet;

    #[test]
    fn functions_numbers_texts_and_queries_are_no_strangers() {
        let ids: BTreeSet<String> = ["m1", "failed"].map(str::to_owned).into();
        let found = |expression: &str| strangers(expression, &ids).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(found("IF(m1 > 1e3, failed, 0.5)"), "");
        assert_eq!(found("SEARCH('{AWS/Backup,BackupVaultName} metric', 'Sum')"), "");
        assert_eq!(found("SELECT SUM(jobs) FROM \"AWS/Backup\""), "");
        assert_eq!(found("SUM([m1, m2]) / created"), "created m2");
        assert_eq!(found("fill(m3, 0)"), "m3", "a function in lower case is still one");
    }
}
