//! What a text of AWS is written as: a reference to what is described too, or a template with the variables that repeat.

use super::Request;
use super::groups::{Form, Group};
use super::text::{Place, escaped, quoted};
use super::things::Thing;
use crate::kinds::{Needed, Place as Where};
use crate::model::{ArnForm, Live, ResourceId, Snapshot, SourceId, Span, Wanted};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// How environments are called in names.
const ENVIRONMENTS: [&str; 10] = ["production", "prod", "prd", "staging", "stage", "development", "dev", "testing", "qa", "uat"];

/// The name of the environment that names have in them, where all that have one have the same.
pub(super) fn environment<'t>(things: impl Iterator<Item = &'t Thing<'t>>) -> Option<String> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for thing in things {
        let name = thing.own_name();
        for word in ENVIRONMENTS.iter().filter(|word| places(name, word).next().is_some()) {
            found.entry(word).or_default().insert(name);
        }
    }
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        // One name alone, be it in several regions, may mean anything by it.
        (Some((word, names)), None) if names.len() > 1 => Some(word.to_owned()),
        _ => None,
    }
}

/// Where a word stands in a text, with nothing like a letter beside it.
fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at.saturating_add(word.len())..).and_then(|text| text.chars().next());
        [before, after].into_iter().flatten().all(|letter| !letter.is_alphanumeric())
    })
}

/// A variable of the policy that stands for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) doc: &'static str,
}

/// A setting of a thing: the places of its block and of the thing in it, and its path.
type Named = (usize, usize, String);

/// What texts are written as.
pub(super) struct Words<'a> {
    /// ARNs to the block, and how its thing is referred to.
    arns: BTreeMap<String, (Option<usize>, String)>,
    /// Settings that name something that is described too, to its block, its name, and how that is referred to.
    names: BTreeMap<Named, (Option<usize>, String, String)>,
    /// How things are referred to, for those that are parts of them.
    things: BTreeMap<&'a ResourceId, String>,
    /// Which block refers to which.
    edges: RefCell<BTreeMap<usize, BTreeSet<usize>>>,
    candidates: Vec<Variable>,
    uses: Cell<[usize; 3]>,
    /// Which of the candidates are worth a variable.
    chosen: Cell<[bool; 3]>,
}

const REGION: usize = 1;
const ENVIRONMENT: usize = 2;

impl<'a> Words<'a> {
    pub(super) fn new(
        groups: &'a [Group<'a>],
        there: &'a BTreeMap<ResourceId, String>,
        snapshot: &'a Snapshot,
        request: &Request<'_>,
    ) -> Self {
        let accounts: BTreeSet<&String> = snapshot.identities.values().map(|identity| &identity.account).collect();
        let regions: BTreeSet<&String> = snapshot.identities.values().map(|identity| &identity.region).collect();
        let only = |values: BTreeSet<&String>| match values.into_iter().collect::<Vec<_>>().as_slice() {
            [one] => (*one).clone(),
            _ => String::new(),
        };
        let environment = environment(groups.iter().flat_map(|group| group.things.iter().copied()));
        let candidates = vec![
            Variable { name: "account_id", value: only(accounts), doc: "The account that all of this is in." },
            Variable { name: "region", value: only(regions), doc: "The region that all of this is in." },
            Variable {
                name: "environment",
                value: environment.unwrap_or_default(),
                doc: "What the names of one environment have in common.",
            },
        ];
        let mut words = Self {
            arns: BTreeMap::new(),
            names: BTreeMap::new(),
            things: BTreeMap::new(),
            edges: RefCell::default(),
            candidates,
            uses: Cell::default(),
            // A policy that is there already has variables of its own.
            chosen: Cell::new([request.files.policy.is_empty(); 3]),
        };
        words.learn(groups, there, snapshot);
        words
    }

    fn learn(&mut self, groups: &'a [Group<'a>], there: &'a BTreeMap<ResourceId, String>, snapshot: &'a Snapshot) {
        for (id, expression) in there {
            if let Some(arn) = arn(id, snapshot) {
                self.arns.insert(arn, (None, expression.clone()));
            }
            self.things.insert(id, expression.clone());
        }
        let mut by_arn: BTreeMap<String, String> = BTreeMap::new();
        for (place, group) in groups.iter().enumerate() {
            for (at, thing) in group.things.iter().enumerate() {
                let Some(expression) = self.expression(group, at) else { continue };
                self.things.insert(&thing.live.id, expression.clone());
                if let Some(arn) = arn(&thing.live.id, snapshot).filter(|_| thing.whole.is_none()) {
                    by_arn.insert(arn.clone(), thing.own_name().to_owned());
                    self.arns.insert(arn, (Some(place), expression));
                }
            }
        }
        let nowhere = Span { source: SourceId(0), range: 0..0 };
        for (place, group) in groups.iter().enumerate() {
            for (at, thing) in group.things.iter().enumerate() {
                let Some(identity) = snapshot.identities.get(&thing.live.id.target) else { continue };
                let here =
                    Where { seen: &[], arn: thing.live.arn.as_deref(), whole: None, region: &identity.region, account: &identity.account };
                let wanted: BTreeMap<String, Wanted> =
                    thing.settings.iter().map(|(path, value)| (path.clone(), Wanted::new(value.clone(), nowhere.clone()))).collect();
                for need in thing
                    .kind
                    .needs(&wanted, here)
                    .into_iter()
                    .filter(|need| matches!(need.needed, Needed::Presence | Needed::Setting { .. } | Needed::Entry(_)))
                {
                    let (Some(name), Some((block, expression))) = (by_arn.get(&need.of), self.arns.get(&need.of)) else { continue };
                    let argument = super::groups::name_argument(groups, *block);
                    let entry = (*block, name.clone(), format!("{expression}.{argument}"));
                    self.names.insert((place, at, need.at.clone()), entry);
                }
            }
        }
    }

    /// How others refer to a thing; none where they cannot.
    fn expression(&self, group: &Group<'_>, thing: usize) -> Option<String> {
        let block = format!("{}.{}", group.spec.name, group.label);
        match &group.form {
            Form::One => Some(block),
            Form::Single | Form::Tag(..) => None,
            Form::Names => {
                let id = &group.things.get(thing)?.live.id;
                let target = if group.targets.len() > 1 { format!("[{}]", quoted(&id.target)) } else { String::new() };
                Some(format!("{block}{target}[{}]", self.template(&id.name)))
            }
            Form::Each { keys, .. } => Some(format!("{block}[{}]", self.template(keys.get(thing)?))),
        }
    }

    /// How a part refers to what it is a part of.
    pub(super) fn whole(&self, thing: &Thing<'_>) -> Option<String> {
        let parent = thing.spec.parent?;
        let whole = self.things.get(thing.whole.as_ref()?)?;
        Some(format!("{whole}.{}", parent.attributes.first()?))
    }

    /// A text of a setting.
    pub(super) fn text(&self, text: &str, place: Place<'_>) -> String {
        if let Some((block, name, expression)) = self.names.get(&(place.group, place.thing, place.at.to_owned()))
            && name == text
            && self.may_refer(place.group, *block)
        {
            return expression.clone();
        }
        if let Some((block, expression)) = self.arns.get(text)
            && self.may_refer(place.group, *block)
        {
            return format!("{expression}.arn");
        }
        self.template(text)
    }

    /// Whether a block may refer to another without both hanging on each other in the end.
    fn may_refer(&self, from: usize, to: Option<usize>) -> bool {
        let Some(to) = to else { return true };
        let mut edges = self.edges.borrow_mut();
        let mut reached = BTreeSet::from([to]);
        let mut next = vec![to];
        while let Some(one) = next.pop() {
            next.extend(edges.get(&one).into_iter().flatten().filter(|end| reached.insert(**end)));
        }
        if reached.contains(&from) {
            return false;
        }
        edges.entry(from).or_default().insert(to);
        true
    }

    /// A text as a template, with variables where what they stand for is in it.
    pub(super) fn template(&self, text: &str) -> String {
        let mut cuts: Vec<(usize, usize, &Variable)> = Vec::new();
        let chosen = self.chosen.get();
        for (place, variable) in self.candidates.iter().enumerate() {
            let fits = match place {
                REGION => text.starts_with("arn:"),
                ENVIRONMENT => !text.contains(char::is_whitespace),
                _ => true,
            };
            if !fits || variable.value.is_empty() || !chosen.get(place).copied().unwrap_or_default() {
                continue;
            }
            for at in places(text, &variable.value) {
                let end = at.saturating_add(variable.value.len());
                if cuts.iter().all(|(start, stop, _)| end <= *start || at >= *stop) {
                    cuts.push((at, end, variable));
                    let mut uses = self.uses.get();
                    if let Some(uses) = uses.get_mut(place) {
                        *uses = uses.saturating_add(1);
                    }
                    self.uses.set(uses);
                }
            }
        }
        if cuts.is_empty() {
            return quoted(text);
        }
        cuts.sort_by_key(|(start, ..)| *start);
        if let [(0, end, variable)] = cuts.as_slice()
            && *end == text.len()
        {
            return format!("var.{}", variable.name);
        }
        let mut out = String::new();
        let mut from = 0;
        for (start, end, variable) in cuts {
            out.push_str(&escaped(text.get(from..start).unwrap_or_default()));
            out.push_str(&format!("${{var.{}}}", variable.name));
            from = end;
        }
        out.push_str(&escaped(text.get(from..).unwrap_or_default()));
        format!("\"{out}\"")
    }

    /// The owner name. What one environment makes must not be another's, so that where there are such names the owner's has it too.
    pub(super) fn workspace(&self, name: &str) -> String {
        const LONGEST: usize = 40;
        let environment = self.variables().find(|variable| variable.name == "environment");
        let written = self.template(name);
        match environment.filter(|_| !written.contains("${")) {
            Some(variable) if name.len().saturating_add(variable.value.len()) < LONGEST => format!("\"{name}-${{var.{}}}\"", variable.name),
            _ => written,
        }
    }

    /// After all was written once: keeps the variables that repeat, and forgets who refers to whom.
    pub(super) fn settle(&self) {
        let uses = self.uses.take();
        let chosen = self.chosen.get();
        let mut settled = [false; 3];
        for ((settled, uses), chosen) in settled.iter_mut().zip(uses).zip(chosen) {
            *settled = chosen && uses > 1;
        }
        self.chosen.set(settled);
        self.edges.take();
    }

    /// The variables that are used.
    pub(super) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let chosen = self.chosen.get();
        self.candidates.iter().zip(chosen).filter(|(variable, chosen)| *chosen && !variable.value.is_empty()).map(|(variable, _)| variable)
    }
}

/// The ARN by which others refer to a thing, where the policy can compute it.
fn arn(id: &ResourceId, snapshot: &Snapshot) -> Option<String> {
    let spec = crate::kinds::spec(&id.kind).filter(|spec| spec.parent.is_none() && spec.arn_form != ArnForm::ById)?;
    let identity = snapshot.identities.get(&id.target)?;
    if spec.arn_folder.is_some() {
        return snapshot.live(id).and_then(|live: &Live| live.arn.clone());
    }
    spec.arn(&id.region, &identity.account, &id.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_between_what_is_no_letter() {
        assert_eq!(places("shop-prod-eu", "prod").collect::<Vec<_>>(), [5]);
        assert_eq!(places("shop-product", "prod").count(), 0);
        assert_eq!(places("arn:aws:iam::123456789012:role/x", "123456789012").count(), 1);
    }
}
