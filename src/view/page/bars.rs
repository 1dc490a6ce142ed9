//! Lengths of time as bars: what there is against what was promised, and how far back what is kept reaches.

use super::table;
use crate::model::{Coverage, Promise, Promised, Promises, Standing};
use crate::view::escape::html;
use crate::view::{Specs, words};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A promise that is drawn.
struct Drawn {
    promise: &'static str,
    id: &'static str,
    heading: &'static str,
    /// What the bar is.
    bar: &'static str,
    /// The column of what there is.
    has: &'static str,
    /// What stands there where nothing is proven.
    unproven: &'static str,
    /// What stands there where nothing is.
    nothing: &'static str,
}

const DRAWN: [Drawn; 5] = [
    Drawn {
        promise: "rpo",
        id: "rpo",
        heading: "What can be lost, against what is promised (RPO)",
        bar: "the worst case",
        has: "worst case",
        unproven: "unprovable",
        nothing: "everything",
    },
    Drawn {
        promise: "rpo.now",
        id: "rpo-now",
        heading: "What would be lost now, by what there is to restore",
        bar: "the age of the newest moment that could be restored",
        has: "would be lost",
        unproven: "not known",
        nothing: "everything",
    },
    Drawn {
        promise: "rto",
        id: "rto",
        heading: "How long a restore takes, against what is promised (RTO)",
        bar: "what the last restore test took",
        has: "took",
        unproven: "not proven",
        nothing: "not proven",
    },
    Drawn {
        promise: "copies.rpo",
        id: "copies-rpo",
        heading: "What can be lost where only copies elsewhere are left",
        bar: "the worst case",
        has: "worst case",
        unproven: "unprovable",
        nothing: "everything",
    },
    Drawn {
        promise: "copies.rpo.now",
        id: "copies-rpo-now",
        heading: "What would be lost now where only copies elsewhere are left",
        bar: "the age of the newest copy",
        has: "would be lost",
        unproven: "not known",
        nothing: "everything",
    },
];

/// What there is of each promise that is a length of time, with a mark where the promise stands.
pub(super) fn promises(out: &mut String, promised: &Promises, specs: Specs) {
    for drawn in &DRAWN {
        draw(out, drawn, promised, specs);
    }
}

/// Promises that look alike: the worst first, then by type and tier.
type Alike<'p> = (Reverse<Standing>, &'p str, &'p str, &'p str, Option<&'p str>);

fn draw(out: &mut String, drawn: &Drawn, promised: &Promises, specs: Specs) {
    let mut rows: BTreeMap<Alike<'_>, (&Promise, Vec<&Promised>)> = BTreeMap::new();
    for thing in &promised.things {
        for promise in thing.promises.iter().filter(|promise| promise.promise == drawn.promise) {
            let alike =
                (Reverse(promise.standing), thing.kind.as_str(), thing.tier.as_str(), promise.wants.as_str(), promise.has.as_deref());
            rows.entry(alike).or_insert_with(|| (promise, Vec::new())).1.push(thing);
        }
    }
    let lengths = rows.values().flat_map(|(promise, _)| [promise.wants_seconds, promise.has_seconds]).flatten();
    let Some(longest) = lengths.max() else { return };
    let Drawn { id, heading, bar, .. } = drawn;
    put!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>\n");
    put!(
        out,
        "<p class=\"soft\">The full bar is {bar}, the dashed one reaches to the promise. The scale is logarithmic. Things that are alike stand together; each one is a row of the table of promises.</p>\n"
    );
    table::open(out, &format!("bars-{id}"), heading, &["things", "tier", "promised", drawn.has, "on a scale"]);
    for ((Reverse(standing), kind, tier, ..), (promise, things)) in rows {
        let names: Vec<&str> = things.iter().map(|thing| thing.name.as_str()).collect();
        let said = promise.has.as_deref().unwrap_or(if standing == Standing::Unprovable { drawn.unproven } else { drawn.nothing });
        put!(
            out,
            "<tr><th scope=\"row\">{} {}</th><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{}</td></tr>\n",
            html(&words::kind_title(specs, kind)),
            table::first_names(&names),
            html(tier),
            html(&promise.wants),
            match standing {
                Standing::NotMet => "bad",
                Standing::Unprovable => "doubt",
                Standing::Met => "good",
            },
            html(said),
            track(promise, longest, drawn)
        );
    }
    table::close(out);
    out.push_str("</section>\n");
}

/// The bars of one promise. What they show stands in words beside them.
fn track(promise: &Promise, longest: i64, drawn: &Drawn) -> String {
    let class = if promise.standing == Standing::NotMet { "fill bad" } else { "fill" };
    let width = match (promise.has_seconds, promise.standing) {
        (Some(has), _) => Some(share(has, longest)),
        // Everything can be lost.
        (None, Standing::NotMet) if drawn.nothing == "everything" => Some(100),
        (None, _) => None,
    };
    let fill = width.map_or_else(String::new, |width| format!("<span class=\"{class}\" style=\"width:{width}%\"></span>"));
    let wanted = promise.wants_seconds.map_or_else(String::new, |wants| {
        let wants = share(wants, longest);
        format!("<span class=\"wanted\" style=\"width:{wants}%\"></span>")
    });
    format!("<div class=\"track\" aria-hidden=\"true\">{fill}{wanted}</div>")
}

/// How far back what is kept of each thing reaches.
pub(super) fn retention(out: &mut String, coverage: &Coverage, specs: Specs) {
    const DAY: i64 = 24 * 60 * 60;
    let longest = coverage.resources.iter().flat_map(|covered| &covered.retention).filter_map(|kept| kept.days).max();
    let Some(longest) = longest.map(|days| days.saturating_mul(DAY)) else { return };
    out.push_str("<section aria-labelledby=\"kept\">\n<h2 id=\"kept\">How far back what is kept reaches</h2>\n");
    out.push_str(
        "<p class=\"soft\">From today, at the left, into the past. The scale is logarithmic. Things that are alike stand together; each one is a row of the table of postures.</p>\n",
    );
    table::open(out, "retention", "Retention", &["things", "by", "kept", "on a scale"]);
    // What is alike is told once.
    let mut rows: BTreeMap<(Option<i64>, &str, &str), Vec<&str>> = BTreeMap::new();
    for covered in &coverage.resources {
        for kept in &covered.retention {
            rows.entry((kept.days, &kept.by, &covered.kind)).or_default().push(&covered.name);
        }
    }
    for ((days, by, kind), names) in rows {
        let width = days.map_or(100, |days| share(days.saturating_mul(DAY), longest));
        let kept = days.map_or_else(|| "for ever".to_owned(), |days| words::count(days, "day"));
        put!(
            out,
            "<tr><th scope=\"row\">{} {}</th><td>{}</td><td>{}</td><td><div class=\"track\" aria-hidden=\"true\"><span class=\"fill\" style=\"width:{width}%\"></span></div></td></tr>\n",
            html(&words::kind_title(specs, kind)),
            table::first_names(&names),
            html(by),
            html(&kept)
        );
    }
    table::close(out);
    out.push_str("</section>\n");
}

/// How long a bar is, in percent: by the logarithm, so that minutes and years show on one scale.
fn share(seconds: i64, longest: i64) -> u32 {
    // The third power has three times the digits: a third of an octave can be seen. Seconds of ten thousand years still fit.
    let size = |seconds: i64| i128::from(seconds.clamp(1, 300_000_000_000)).pow(3).ilog2().max(1);
    (size(seconds).saturating_mul(100) / size(longest.max(2)).max(1)).clamp(2, 100)
}
