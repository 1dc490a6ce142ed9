//! Lengths of time as bars: what can be lost against what was promised, and how far back what is kept reaches.

use crate::model::{Coverage, Promises, Standing};
use crate::view::escape::html;
use crate::view::{Specs, words};
use std::collections::BTreeMap;

/// What can be lost of each thing, with a mark where the promise stands.
pub(super) fn rpo(out: &mut String, promised: &Promises, specs: Specs) {
    let rows: Vec<_> = promised
        .things
        .iter()
        .flat_map(|thing| thing.promises.iter().filter(|promise| promise.promise == "rpo").map(move |promise| (thing, promise)))
        .collect();
    let Some(longest) = rows.iter().flat_map(|(_, promise)| [promise.wants_seconds, promise.has_seconds]).flatten().max() else { return };
    out.push_str("<section aria-labelledby=\"rpo\">\n<h2 id=\"rpo\">What can be lost, against what is promised (RPO)</h2>\n");
    out.push_str(
        "<p class=\"soft\">The bar is the worst case, the line the promise. The scale is logarithmic.</p>\n<div class=\"scroll\"><table>\n",
    );
    out.push_str("<thead><tr><th scope=\"col\">thing</th><th scope=\"col\">promised</th><th scope=\"col\">worst case</th><th scope=\"col\"></th></tr></thead>\n<tbody>\n");
    for (thing, promise) in rows {
        let class = if promise.standing == Standing::NotMet { "fill bad" } else { "fill" };
        let width = match (promise.has_seconds, promise.standing) {
            (Some(has), _) => Some(share(has, longest)),
            // Everything can be lost.
            (None, Standing::NotMet) => Some(100),
            (None, _) => None,
        };
        let fill = width.map_or_else(String::new, |width| format!("<span class=\"{class}\" style=\"width:{width}%\"></span>"));
        let mark = promise
            .wants_seconds
            .map_or_else(String::new, |wants| format!("<span class=\"mark\" style=\"left:{}%\"></span>", share(wants, longest)));
        put!(
            out,
            "<tr><th scope=\"row\">{} <span class=\"name\">{}</span></th><td>{}</td><td>{}</td><td><div class=\"track\" aria-hidden=\"true\">{fill}{mark}</div></td></tr>\n",
            html(&words::kind_title(specs, &thing.kind)),
            html(&thing.name),
            html(&promise.wants),
            html(promise.has.as_deref().unwrap_or(if promise.standing == Standing::Unprovable { "unprovable" } else { "everything" }))
        );
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
}

/// How far back what is kept of each thing reaches.
pub(super) fn retention(out: &mut String, coverage: &Coverage, specs: Specs) {
    const DAY: i64 = 24 * 60 * 60;
    let longest = coverage.resources.iter().flat_map(|covered| &covered.retention).filter_map(|kept| kept.days).max();
    let Some(longest) = longest.map(|days| days.saturating_mul(DAY)) else { return };
    out.push_str(
        "<section aria-labelledby=\"kept\">\n<h2 id=\"kept\">How far back what is kept reaches</h2>\n<div class=\"scroll\"><table>\n",
    );
    out.push_str("<thead><tr><th scope=\"col\">thing</th><th scope=\"col\">by</th><th scope=\"col\">kept</th><th scope=\"col\"></th></tr></thead>\n<tbody>\n");
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
        let names: Vec<String> = names.iter().map(|name| format!("<span class=\"name\">{}</span>", html(name))).collect();
        put!(
            out,
            "<tr><th scope=\"row\">{}: {}</th><td>{}</td><td>{}</td><td><div class=\"track\" aria-hidden=\"true\"><span class=\"fill\" style=\"width:{width}%\"></span></div></td></tr>\n",
            html(&words::kind_title(specs, kind)),
            names.join(", "),
            html(by),
            html(&kept)
        );
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
}

/// How long a bar is, in percent: by the logarithm, so that minutes and years show on one scale.
fn share(seconds: i64, longest: i64) -> u32 {
    // The third power has three times the digits: a third of an octave can be seen. Seconds of ten thousand years still fit.
    let size = |seconds: i64| i128::from(seconds.clamp(1, 300_000_000_000)).pow(3).ilog2().max(1);
    (size(seconds).saturating_mul(100) / size(longest.max(2)).max(1)).clamp(2, 100)
}
