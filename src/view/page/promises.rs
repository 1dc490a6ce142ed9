//! What tiers promise of each thing, and whether it is kept.

use super::{prose, table};
use crate::model::{Promises, Standing, count};
use crate::view::escape::html;
use crate::view::{Specs, words};

/// The word for a promise's verdict, and its class.
fn kept_word(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Met => ("met", "good"),
        Standing::NotMet => ("not met", "bad"),
        Standing::Unprovable => ("unprovable", "doubt"),
    }
}

/// Every promise of every thing.
pub(super) fn promises(out: &mut String, promised: &Promises, specs: Specs) {
    if promised.things.is_empty() && promised.in_no_tier.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"promised\">\n<h2 id=\"promised\">Promises</h2>\n");
    let all = promised.things.iter().flat_map(|thing| thing.promises.iter().map(move |promise| (thing, promise))).collect();
    let (rows, left) = table::shown(all, |(_, promise)| match promise.standing {
        Standing::NotMet => 0,
        Standing::Unprovable => 1,
        Standing::Met => 2,
    });
    table::left_out(out, left, "what is met or cannot be proven");
    table::filters(
        out,
        "promises",
        "promises",
        &[
            ("verdict", rows.iter().map(|(_, promise)| kept_word(promise.standing).0.to_owned()).collect()),
            ("tier", rows.iter().map(|(thing, _)| thing.tier.clone()).collect()),
            ("promise", rows.iter().map(|(_, promise)| promise.promise.clone()).collect()),
        ],
    );
    let headings = ["verdict", "thing", "tier", "promise", "promised", "has", "by", "why and what would mend it"];
    table::open(out, "promises", "Promises of each thing", &headings);
    for (thing, promise) in rows {
        let (verdict, class) = kept_word(promise.standing);
        let mut why: Vec<String> = promise.why.iter().map(|why| prose(why)).collect();
        why.extend(promise.mend.as_ref().map(|mend| format!("<span class=\"soft\">Mend: {}</span>", prose(mend))));
        put!(
            out,
            "<tr data-verdict=\"{verdict}\" data-tier=\"{}\" data-promise=\"{}\"><td><span class=\"tag {class}\">{verdict}</span></td><th scope=\"row\">{} <span class=\"name\">{}</span></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            html(&thing.tier),
            html(&promise.promise),
            html(&words::kind_title(specs, &thing.kind)),
            html(&thing.name),
            html(&thing.tier),
            html(&promise.promise),
            html(&promise.wants),
            html(promise.has.as_deref().unwrap_or("-")),
            html(promise.by.as_deref().unwrap_or("-")),
            why.join("<br>"),
        );
    }
    table::close_filtered(out, "promises");
    if !promised.in_no_tier.is_empty() {
        let things = count(promised.in_no_tier.len(), "thing");
        let list: Vec<String> = promised.in_no_tier.iter().map(|thing| format!("<li>{}</li>", html(thing))).collect();
        put!(
            out,
            "<details><summary>{things} in no tier, so that nothing is promised of them</summary><ul class=\"plain\">{}</ul></details>\n",
            list.concat()
        );
    }
    out.push_str("</section>\n");
}
