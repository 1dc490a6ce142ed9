//! What tiers promise and whether it is kept, as text and Markdown.

use super::escape::{cell, markdown as inline, visible};
use super::style::{Label, Style};
use super::{Specs, words};
use crate::model::{Promise, Promised, Promises, Standing, count};
use std::collections::BTreeMap;

/// Things that are named of a group; the others are counted.
const NAMED: usize = 8;

/// The verdict in a line: `promises: 12 met, 3 not met, 4 unprovable`.
pub fn verdict(promises: &Promises) -> String {
    let mut verdict = format!("promises: {} met", promises.count(Standing::Met));
    for (standing, word) in [(Standing::NotMet, "not met"), (Standing::Unprovable, "unprovable")] {
        let many = promises.count(standing);
        if many > 0 {
            verdict.push_str(&format!(", {many} {word}"));
        }
    }
    if !promises.in_no_tier.is_empty() {
        verdict.push_str(&format!("; {} in no tier", count(promises.in_no_tier.len(), "thing")));
    }
    verdict
}

/// The word for a verdict.
fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "MET",
        Standing::NotMet => "NOT MET",
        Standing::Unprovable => "UNPROVABLE",
    }
}

/// Promises of which the same is to be said, of things of one tier.
struct Group<'p> {
    /// The first thing.
    first: &'p Promised,
    /// The promise; where what things have differs, that of the thing that has it worst.
    promise: &'p Promise,
    /// Whether what they have differs.
    has_worst: bool,
    things: Vec<&'p Promised>,
}

impl Group<'_> {
    /// What there is: `5m`, or `up to 27h` where it differs.
    fn has(&self) -> Option<String> {
        let upto = if self.has_worst { "up to " } else { "" };
        self.promise.has.as_ref().map(|has| format!("{upto}{}", visible(has)))
    }
}

fn alike(promises: &Promises, standing: Standing) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for thing in &promises.things {
        for promise in thing.promises.iter().filter(|promise| promise.standing == standing) {
            // Ages and durations differ from thing to thing, and the longest tells enough; why a promise is kept nobody needs to hear of each.
            let is_length = promise.has_seconds.is_some() && promise.promise != "retention";
            let has = promise.has.as_ref().filter(|_| !is_length);
            let why = (standing != Standing::Met).then_some(&promise.why);
            let said = (has, &promise.by, why);
            let key = format!("{}/{}/{}/{}/{said:?}", thing.tier, promise.promise, thing.kind, promise.wants);
            let place = *places.entry(key).or_insert(groups.len());
            let Some(group) = groups.get_mut(place) else {
                groups.push(Group { first: thing, promise, has_worst: false, things: vec![thing] });
                continue;
            };
            group.has_worst |= group.promise.has != promise.has;
            if group.promise.has_seconds < promise.has_seconds {
                group.promise = promise;
            }
            group.things.push(thing);
        }
    }
    groups
}

/// Renders what is not kept with what would mend it, what nobody can prove with why, and how much is kept.
pub fn text(promises: &Promises, specs: Specs, style: Style) -> String {
    let mut out = String::new();
    if promises.things.is_empty() && promises.in_no_tier.is_empty() {
        return out;
    }
    let label = if promises.count(Standing::NotMet) > 0 { Label::Danger } else { Label::Good };
    put!(out, "\n{}\n", style.paint(label, &verdict(promises)));
    for standing in [Standing::NotMet, Standing::Unprovable, Standing::Met] {
        for group in alike(promises, standing) {
            put_group(&mut out, specs, style, &group);
        }
    }
    for (heading, things) in [
        ("In no tier, so that nothing is promised of them:", &promises.in_no_tier),
        ("In several tiers, of which each is judged:", &promises.in_several_tiers),
    ] {
        if !things.is_empty() {
            put!(out, "\n{}\n", style.paint(Label::Heading, heading));
            for thing in things.iter().take(NAMED) {
                put!(out, "  - {}\n", visible(thing));
            }
            if things.len() > NAMED {
                put!(out, "  … and {} more\n", things.len() - NAMED);
            }
        }
    }
    out
}

fn put_group(out: &mut String, specs: Specs, style: Style, group: &Group<'_>) {
    let Group { first, promise, things, .. } = group;
    let label = match promise.standing {
        Standing::Met => Label::Good,
        Standing::NotMet => Label::Danger,
        Standing::Unprovable => Label::Warning,
    };
    let has = group.has().map_or_else(String::new, |has| format!(", has {has}"));
    let by = promise.by.as_ref().map_or_else(String::new, |by| format!(" ({})", visible(by)));
    put!(
        out,
        "  {} {}.{}: promises {}{has}{by}\n",
        style.paint(label, word(promise.standing)),
        visible(&first.tier),
        visible(&promise.promise),
        visible(&promise.wants)
    );
    let names: Vec<String> = things.iter().take(NAMED).map(|thing| visible(&thing.name)).collect();
    let more = if things.len() > NAMED { format!(" and {} more", things.len() - NAMED) } else { String::new() };
    let title = words::kind_title(specs, &first.kind);
    let title = if things.len() == 1 { title } else { count(things.len(), &title) };
    for line in style.wrap(6, &format!("{title}: {}{more}", names.join(", "))) {
        put!(out, "      {line}\n");
    }
    if promise.standing == Standing::Met {
        return;
    }
    for why in &promise.why {
        for line in style.wrap(6, &visible(why)) {
            put!(out, "      {line}\n");
        }
    }
    if let Some(mend) = &promise.mend {
        for line in style.wrap(8, &format!("-> {}", visible(mend))) {
            put!(out, "        {}\n", style.paint(Label::Muted, &line));
        }
    }
    put!(out, "      {}\n", style.paint(Label::Muted, &format!("promised at {}", visible(&promise.because.to_string()))));
}

/// The same as Markdown.
pub fn markdown(promises: &Promises, specs: Specs) -> String {
    let mut out = String::new();
    if promises.things.is_empty() && promises.in_no_tier.is_empty() {
        return out;
    }
    put!(out, "\n### {}\n\n", inline(&verdict(promises)));
    out.push_str("| verdict | tier | promise | promised | has | things | why |\n|---|---|---|---|---|---|---|\n");
    for standing in [Standing::NotMet, Standing::Unprovable, Standing::Met] {
        for group in alike(promises, standing) {
            let Group { first, promise, things, .. } = &group;
            let names: Vec<String> = things.iter().take(NAMED).map(|thing| cell(&thing.name)).collect();
            let more = if things.len() > NAMED { format!(" and {} more", things.len() - NAMED) } else { String::new() };
            put!(
                out,
                "| {} | {} | {} | {} | {} | {}: {}{more} | {} |\n",
                word(standing),
                cell(&first.tier),
                cell(&promise.promise),
                inline(&promise.wants),
                inline(group.has().as_deref().unwrap_or("-")),
                inline(&words::kind_title(specs, &first.kind)),
                names.join(", "),
                inline(&promise.why.join("; ")),
            );
        }
    }
    out
}
