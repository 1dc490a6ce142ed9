//! Statistics of the points of one period.

use super::metrics::Point;

/// Tells whether the sandbox can work a statistic out: the five basic ones and percentiles.
pub(super) fn is_supported(statistic: &str) -> bool {
    ["SampleCount", "Average", "Sum", "Minimum", "Maximum"].contains(&statistic) || percent(statistic).is_some()
}

/// The statistic of some points; `None` without points, and for what the sandbox does not support.
pub(super) fn of(points: &[&Point], statistic: &str) -> Option<f64> {
    if points.is_empty() {
        return None;
    }
    let count: f64 = points.iter().map(|point| point.count).sum();
    let sum: f64 = points.iter().map(|point| point.sum).sum();
    match statistic {
        "SampleCount" => Some(count),
        "Sum" => Some(sum),
        "Average" => (count > 0.0).then(|| sum / count),
        "Minimum" => points.iter().map(|point| point.minimum).min_by(f64::total_cmp),
        "Maximum" => points.iter().map(|point| point.maximum).max_by(f64::total_cmp),
        other => percentile(points, percent(other)?, count),
    }
}

/// The number of `p99.9`.
fn percent(statistic: &str) -> Option<f64> {
    statistic.strip_prefix('p')?.parse().ok().filter(|percent| (0.0..=100.0).contains(percent))
}

/// The smallest value that so many percent of all values do not exceed. A statistic set has one value only where all of its values are the same.
fn percentile(points: &[&Point], percent: f64, count: f64) -> Option<f64> {
    let mut values: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (point.minimum.total_cmp(&point.maximum).is_eq()).then_some((point.minimum, point.count)))
        .collect::<Option<_>>()?;
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let rank = count * percent / 100.0;
    let mut seen = 0.0;
    for (value, count) in &values {
        seen += count;
        if seen >= rank {
            return Some(*value);
        }
    }
    values.last().map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statistic_weighs_values_by_their_count() {
        let at = "2026-11-21T00:00:00Z".parse().unwrap();
        let points = [Point::of(at, "None", 1.0, 9.0), Point::of(at, "None", 11.0, 1.0)];
        let points: Vec<&Point> = points.iter().collect();
        let found: Vec<Option<f64>> =
            ["SampleCount", "Sum", "Average", "Minimum", "Maximum", "p90", "p99", "tm90"].iter().map(|name| of(&points, name)).collect();
        assert_eq!(found, [Some(10.0), Some(20.0), Some(2.0), Some(1.0), Some(11.0), Some(1.0), Some(11.0), None]);
        assert_eq!(of(&[], "Sum"), None);
    }
}
