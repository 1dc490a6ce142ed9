//! Whether a change makes an alarm watch something else: what it watched before is then watched no more, as if the alarm had been removed.

use super::published::{self, Judgement};
use crate::model::{Change, Effect, Live, Reading, Value, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};

/// What names the one metric of an alarm; of those that change together the first stands for all.
///
/// Its statistic and its period are not among them: the metric goes on being watched, only looked at in another way.
const METRIC: [&str; 4] = ["metric_name", "namespace", "dimensions", "unit"];

/// What in a `metric_query` says what is watched; of those of one block that change together the first stands for all.
const QUERY: [&str; 7] =
    ["expression", "metric.metric_name", "metric.namespace", "metric.dimensions", "metric.unit", "account_id", "return_data"];

/// Expressions that are longer chains than this are compared by their text.
const DEEPEST: usize = 100;

/// Weakens where something is watched no more; `None` where all is watched that was, or where it never had values.
pub(super) fn effect(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    let at = change.setting.as_str();
    let generic = path::generic(at);
    if !(generic.starts_with("metric_query") || METRIC.contains(&at)) {
        return None;
    }
    let (before, after) = (Alarm::of_live(live), Alarm::of_wanted(wanted));
    let mut meanings = Meanings::default();
    let (watched, still) = (before.watched(&mut meanings), after.watched(&mut meanings));
    let is_lost = |meaning: &usize| !still.values().any(|other| other == meaning);
    let lost = |id: &str| watched.get(id).is_some_and(is_lost);
    let first = |names: &[&str], block: &str| {
        let mut paths = names.iter().map(|name| path::child(block, name));
        paths.find(|at| before.get(at) != after.get(at))
    };
    let is_lost = match generic.as_str() {
        "metric_query" => change.after == Value::Bool(false) && before.returns(at) && watched.values().any(is_lost),
        generic if generic.starts_with("metric_query.") => {
            let block = path::enclosing(at).into_iter().next()?;
            // What is in a block that goes is told with the block.
            wanted.contains_key(&block)
                && first(&QUERY, &block).as_deref() == Some(at)
                && published(live, &path::child(&block, "metric"))
                && path::split_key(&block).is_some_and(|(_, id)| lost(&id))
        }
        _ => first(&METRIC, "").as_deref() == Some(at) && published(live, "") && lost(""),
    };
    is_lost.then_some(Effect::Weakens)
}

/// The settings of an alarm that have a value other than nothing and `false`, by path.
struct Alarm<'a>(BTreeMap<&'a str, &'a Value>);

/// What metrics and expressions are, whatever their ids, each with a number.
#[derive(Default)]
struct Meanings(BTreeMap<String, usize>);

impl Meanings {
    fn number(&mut self, meaning: String) -> usize {
        let next = self.0.len();
        *self.0.entry(meaning).or_insert(next)
    }
}

impl<'a> Alarm<'a> {
    fn of_live(live: &'a Live) -> Self {
        Self::new(live.settings.keys().filter_map(|at| Some((at.as_str(), known(live, at)?))))
    }

    fn of_wanted(wanted: &'a BTreeMap<String, Wanted>) -> Self {
        Self::new(wanted.iter().map(|(at, wanted)| (at.as_str(), &wanted.value)))
    }

    fn new(settings: impl Iterator<Item = (&'a str, &'a Value)>) -> Self {
        Self(settings.filter(|(_, value)| !value.is_nothing() && **value != Value::Bool(false)).collect())
    }

    fn get(&self, at: &str) -> Option<&'a Value> {
        self.0.get(at).copied()
    }

    fn returns(&self, block: &str) -> bool {
        self.get(&path::child(block, "return_data")).is_some()
    }

    /// What it watches: its one metric by an empty id, or the query that returns data and all that it is made of.
    fn watched(&self, meanings: &mut Meanings) -> BTreeMap<String, usize> {
        let mut watched = BTreeMap::new();
        if self.get("metric_name").is_some() {
            watched.insert(String::new(), meanings.number(self.metric("", None)));
        }
        // Where none is known to return data any may.
        let is_known = self.queries().any(|(block, _)| self.returns(block));
        for (block, id) in self.queries().filter(|(block, _)| !is_known || self.returns(block)) {
            self.query(block, &id, DEEPEST, meanings, &mut watched);
        }
        watched
    }

    fn queries(&self) -> impl Iterator<Item = (&'a str, String)> {
        let blocks = self.0.keys().filter(|at| at.ends_with(']') && path::generic(at) == "metric_query");
        blocks.filter_map(|block| Some((*block, path::split_key(block)?.1)))
    }

    /// What a metric is, by what names it.
    fn metric(&self, block: &str, account: Option<&Value>) -> String {
        let named = METRIC.map(|name| self.get(&path::child(block, name)));
        format!("{account:?} {named:?}")
    }

    /// Notes what a query is, and before it what it is made of.
    fn query(&self, block: &str, id: &str, depth: usize, meanings: &mut Meanings, watched: &mut BTreeMap<String, usize>) -> Option<usize> {
        if let Some(known) = watched.get(id) {
            return Some(*known);
        }
        let depth = depth.checked_sub(1)?;
        let meaning = match self.get(&path::child(block, "expression")).and_then(Value::as_str) {
            None => self.metric(&path::child(block, "metric"), self.get(&path::child(block, "account_id"))),
            Some(expression) => rewritten(expression, |word| {
                // It stands for all metrics of the alarm.
                let means = |other: &str| {
                    other == word
                        || (word == "METRICS"
                            && self.get(&format!("{}.metric_name", path::child(&path::keyed("metric_query", other), "metric"))).is_some())
                };
                let mut parts = Vec::new();
                for (other, other_id) in self.queries().filter(|(_, other)| other != id && means(other)) {
                    parts.extend(self.query(other, &other_id, depth, meanings, watched));
                }
                parts.sort_unstable();
                (!parts.is_empty()).then(|| format!("{parts:?}"))
            }),
        };
        let number = meanings.number(meaning);
        watched.insert(id.to_owned(), number);
        Some(number)
    }
}

/// An expression with other words in the place of some of its own. What is within quotes stays as it is.
fn rewritten(expression: &str, mut instead: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    // The end closes the last word as any sign does.
    for sign in expression.chars().map(Some).chain([None]) {
        match sign {
            Some(sign) if quote.is_none() && (sign.is_ascii_alphanumeric() || sign == '_') => word.push(sign),
            sign => {
                if !word.is_empty() {
                    out.push_str(&instead(&word).unwrap_or_else(|| word.clone()));
                    word.clear();
                }
                quote = match (quote, sign) {
                    (None, Some('\'' | '"')) => sign,
                    (Some(open), Some(sign)) if open == sign => None,
                    (quote, _) => quote,
                };
                out.extend(sign);
            }
        }
    }
    out
}

/// What follows for what was watched.
pub(super) fn consequence(change: &Change, live: &Live) -> Option<String> {
    let generic = path::generic(&change.setting);
    if change.effect != Effect::Weakens || !(METRIC.contains(&generic.as_str()) || generic.starts_with("metric_query")) {
        return None;
    }
    let before = match (known(live, "namespace"), known(live, "metric_name")) {
        (Some(namespace), Some(name)) => {
            let dimensions = known(live, "dimensions").and_then(Value::as_map).into_iter().flatten();
            let dimensions: Vec<String> = dimensions.map(|(key, value)| format!("{key} {}", text(value))).collect();
            let of = if dimensions.is_empty() { String::new() } else { format!(" of {}", dimensions.join(", ")) };
            format!("{} {}{of}", text(namespace), text(name))
        }
        _ => "what its queries returned".to_owned(),
    };
    Some(format!("it watches something else from now on: nobody is told any more of {before}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn known<'l>(live: &'l Live, at: &str) -> Option<&'l Value> {
    match live.settings.get(at)? {
        Reading::Known(value) => Some(value),
        Reading::Unset | Reading::Unreadable { .. } => None,
    }
}

/// Whether the metric of a block may have values; one that AWS surely does not publish was never watched. Expressions are taken to have some.
fn published(live: &Live, block: &str) -> bool {
    let inside = |name: &str| known(live, &path::child(block, name));
    let (Some(namespace), Some(name)) = (inside("namespace"), inside("metric_name")) else { return true };
    let dimensions: BTreeSet<&str> =
        inside("dimensions").and_then(Value::as_map).into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    !matches!(
        published::judge(text(namespace), text(name), dimensions),
        Judgement::NoSuchMetric(_) | Judgement::NoSuchDimensions { certain: true, .. }
    )
}
