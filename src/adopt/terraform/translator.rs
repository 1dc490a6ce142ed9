//! What all steps share: what there is, what is translated as what, and what was written so far.

use super::judged::{Made, Refused};
use super::settings::kind_of;
use super::standing::Standing;
use super::targets::Used;
use super::trivia::{self, Items};
use super::units::{File, Loaded, Unit};
use super::{Asked, LeftOut, Translation};
use crate::kinds;
use crate::model::{Ownership, Position, Span, Value};
use crate::policy::eval;
use crate::policy::format;
use hcl::edit::structure::{Block, Structure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A resource or data source of one unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    /// The unit.
    pub(super) unit: usize,
    /// Its type in Terraform.
    pub(super) kind: String,
    /// Its name there.
    pub(super) label: String,
}

/// A block with its place.
#[derive(Clone, Debug)]
pub(super) struct Resource<'a> {
    /// Which one it is.
    pub(super) id: Id,
    /// The text of the unit in which it stands.
    pub(super) text: usize,
    /// The block.
    pub(super) block: &'a Block,
}

/// What `each` and a generated block's iterator mean where an expression is written.
#[derive(Clone, Debug)]
pub(super) struct Iterator {
    /// Its name.
    pub(super) name: String,
    /// Its key.
    pub(super) key: Value,
    /// Its value.
    pub(super) value: Value,
}

/// Where an expression stands, and how it is to be written.
#[derive(Clone, Debug)]
pub(super) struct Here {
    /// The unit.
    pub(super) unit: usize,
    /// The text of the unit.
    pub(super) text: usize,
    /// What stands for `each.key` and `each.value`, where they mean another block's.
    pub(super) each: Option<(String, String)>,
    /// The iterators of generated blocks around it.
    pub(super) iterators: Vec<Iterator>,
    /// The resource that is written, which cannot refer to itself.
    pub(super) own: Option<Id>,
    /// Whether ARNs are computed rather than referred to, as a block that several resources became could otherwise refer to itself in a circle.
    pub(super) computes: bool,
    /// How many expressions were put in place of others on the way here, so that a circle ends.
    pub(super) depth: usize,
}

impl Here {
    /// Where the expressions of a resource stand.
    pub(super) fn of(resource: &Resource<'_>) -> Self {
        let own = Some(resource.id.clone());
        Self { unit: resource.id.unit, text: resource.text, each: None, iterators: Vec::new(), own, computes: false, depth: 0 }
    }
}

/// Where a block is written: the file, and what it is sorted by in there.
pub(super) type Slot = (usize, usize, usize);

/// The translation under way.
pub(super) struct Translator<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) resources: BTreeMap<Id, Resource<'a>>,
    pub(super) data: BTreeMap<Id, Resource<'a>>,
    pub(super) standing: BTreeMap<Id, Standing>,
    /// The root's variables that something uses.
    pub(super) variables: BTreeSet<String>,
    /// The locals that something uses, by unit.
    pub(super) locals: BTreeSet<(usize, String)>,
    /// Locals that stand for the arguments of modules.
    pub(super) made_locals: BTreeMap<String, String>,
    /// Variables that stand for what is not translated, with their types.
    pub(super) asked: BTreeMap<String, (Asked, &'static str)>,
    pub(super) used_targets: BTreeMap<String, Used>,
    pub(super) left_out: BTreeSet<LeftOut>,
    /// What the policy that is there does not say of what it covers.
    pub(super) unsaid: BTreeSet<LeftOut>,
    pub(super) notes: BTreeSet<String>,
    pub(super) attachments: BTreeMap<String, String>,
    pub(super) out: BTreeMap<String, Vec<(Slot, String)>>,
    pub(super) translated: usize,
    /// How many expressions were put in place of others: in a circle of modules that number grows beyond all bounds.
    pub(super) inlined: usize,
    /// Where something is referred to first that nothing declares, by how it is written.
    pub(super) first_uses: BTreeMap<String, Position>,
    /// Why what was looked at last cannot be said in the policy language, where it cannot.
    pub(super) lacking: Option<String>,
    /// What earlier rounds found that must not be translated.
    pub(super) refused: Refused,
    /// What this one found.
    pub(super) more: Refused,
    /// What became of what.
    pub(super) made: Made,
    /// The blocks of a state's settings by their kind and what they say, to be written as one where that is the same.
    pub(super) alike: BTreeMap<(String, String), Vec<(Resource<'a>, Items)>>,
}

impl<'a> Translator<'a> {
    /// Looks at what there is.
    pub(super) fn new(loaded: &'a Loaded, refused: Refused) -> Self {
        let mut resources = BTreeMap::new();
        let mut data = BTreeMap::new();
        for (unit, one) in loaded.units.iter().enumerate() {
            for (text, body) in one.texts.iter().enumerate().map(|(number, text)| (number, &text.body)) {
                for block in body.blocks() {
                    let all = match block.ident.as_str() {
                        "resource" => &mut resources,
                        "data" => &mut data,
                        _ => continue,
                    };
                    let [kind, label] = block.labels.as_slice() else { continue };
                    let id = Id { unit, kind: kind.as_str().to_owned(), label: label.as_str().to_owned() };
                    all.insert(id.clone(), Resource { id, text, block });
                }
            }
        }
        Self {
            loaded,
            resources,
            data,
            standing: BTreeMap::new(),
            variables: BTreeSet::new(),
            locals: BTreeSet::new(),
            made_locals: BTreeMap::new(),
            asked: BTreeMap::new(),
            used_targets: BTreeMap::new(),
            left_out: BTreeSet::new(),
            unsaid: BTreeSet::new(),
            notes: BTreeSet::new(),
            attachments: BTreeMap::new(),
            out: BTreeMap::new(),
            translated: 0,
            inlined: 0,
            first_uses: BTreeMap::new(),
            lacking: None,
            refused,
            more: Refused::default(),
            made: Made::default(),
            alike: BTreeMap::new(),
        }
    }

    /// Translates everything: what came of it, which block is of what, and what must not be translated.
    pub(super) fn run(mut self, workspace: &str) -> (Translation, Made, Refused) {
        self.decide();
        let all: Vec<Resource<'a>> = self.resources.values().cloned().collect();
        for resource in &all {
            self.lacking = None;
            match self.standing.get(&resource.id) {
                Some(Standing::Whole) => self.whole(resource),
                Some(Standing::Settings) => self.settings(resource),
                _ => {}
            }
            if let Some(why) = self.lacking.take() {
                self.more.resources.insert(resource.id.clone(), why);
            }
        }
        self.write_alike();
        self.refused_locals();
        self.modules();
        self.names();
        let shared = self.shared(workspace);
        self.forget_only_target();
        self.others();
        let mut files: BTreeMap<String, String> = self.attachments.clone();
        for (name, mut blocks) in std::mem::take(&mut self.out) {
            blocks.sort();
            let texts: Vec<String> = blocks.into_iter().map(|(_, text)| text.trim_matches('\n').to_owned()).collect();
            files.insert(name, laid_out(&format!("{}\n", texts.join("\n\n"))));
        }
        let old = files.remove(SHARED).map(|old| format!("\n{old}")).unwrap_or_default();
        if self.translated > 0 {
            files.insert(SHARED.to_owned(), laid_out(&format!("{shared}{old}")));
        }
        let unrelated = self.standing.values().filter(|standing| matches!(standing, Standing::Unrelated)).count();
        let translation = Translation {
            files,
            translated: self.translated,
            covered: self.refused.covered.len(),
            conflicts: Vec::new(),
            unsaid: self.unsaid.into_iter().collect(),
            left_out: self.left_out.into_iter().collect(),
            variables: self.asked.into_values().map(|(asked, _)| asked).collect(),
            notes: self.notes.into_iter().collect(),
            unrelated,
        };
        (translation, self.made, self.more)
    }

    /// Notes that what is looked at cannot be said.
    pub(super) fn lack(&mut self, why: impl Into<String>) {
        self.lacking.get_or_insert_with(|| why.into());
    }

    /// Tells of the locals that are left out.
    fn refused_locals(&mut self) {
        for ((unit, name), why) in self.refused.locals.clone() {
            let found = self.loaded.units.get(unit).into_iter().flat_map(|one| one.texts.iter().enumerate()).find_map(|(number, text)| {
                let mut all = text.body.get_blocks("locals").flat_map(|block| block.body.attributes());
                Some((number, eval::range_of(&all.find(|one| one.key.as_str() == name)?.key)))
            });
            if let Some((text, range)) = found {
                self.leave_out(unit, text, range, format!("local.{name}"), why);
            }
        }
    }

    /// Where there is one target, no block has to name it.
    fn forget_only_target(&mut self) {
        let mut targets = self.used_targets.keys();
        if self.refused.keeps_targets {
            return;
        }
        if let (Some(only), None) = (targets.next(), targets.next()) {
            let line = format!("\ntarget = target.{only}\n");
            let texts = self.out.values_mut().flatten().map(|(_, text)| text);
            texts.for_each(|text| *text = text.replacen(&line, "\n", 1).replacen("{\n\n", "{\n", 1));
        }
    }

    /// The unit of that number. There is always one: numbers are given where units are made.
    pub(super) fn unit(&self, unit: usize) -> Option<&'a Unit> {
        self.loaded.units.get(unit)
    }

    /// A text of a unit.
    pub(super) fn text(&self, unit: usize, text: usize) -> Option<&'a File> {
        self.unit(unit)?.texts.get(text)
    }

    /// The text of a range.
    pub(super) fn slice(&self, here: &Here, range: Range<usize>) -> &'a str {
        self.text(here.unit, here.text).and_then(|text| text.text.get(range)).unwrap_or_default()
    }

    /// Where a range stands.
    pub(super) fn place(&self, unit: usize, text: usize, range: Range<usize>) -> Position {
        let span = self.text(unit, text).map(|text| Span { source: text.source, range });
        span.map_or_else(|| Position { file: "?".to_owned(), line: 1, column: 1 }, |span| self.loaded.sources.position(&span))
    }

    /// Where something is referred to first.
    pub(super) fn first_use(&self, of: &str) -> Position {
        self.first_uses.get(of).cloned().unwrap_or_else(|| self.place(0, 0, 0..0))
    }

    /// The address of a resource in Terraform.
    pub(super) fn address(&self, id: &Id) -> String {
        let module = self.unit(id.unit).map(|unit| unit.address.as_str()).unwrap_or_default();
        let dot = if module.is_empty() { "" } else { "." };
        let resource = Id { unit: id.unit, kind: id.kind.clone(), label: id.label.clone() };
        let data = if self.data.contains_key(&resource) && !self.resources.contains_key(&resource) { "data." } else { "" };
        format!("{module}{dot}{data}{}.{}", id.kind, id.label)
    }

    /// Tells that something is not in the policy.
    pub(super) fn leave_out(&mut self, unit: usize, text: usize, range: Range<usize>, what: impl Into<String>, why: impl Into<String>) {
        let left_out = self.told(unit, text, range, what.into(), why.into());
        self.left_out.insert(left_out);
    }

    /// What is told of something, at the place where whoever wrote it finds it.
    pub(super) fn told(&self, unit: usize, text: usize, range: Range<usize>, what: String, why: String) -> LeftOut {
        let known = self.loaded.places.iter().find(|(block, _)| what.split([' ', ',']).any(|word| word == block.as_str()));
        let (what, place) = match known {
            Some((block, (address, place))) => (what.replacen(block.as_str(), address, 1), place.clone()),
            None => (what, self.place(unit, text, range)),
        };
        LeftOut { place, what, why }
    }

    /// Tells it of a resource.
    pub(super) fn leave_out_resource(&mut self, resource: &Resource<'_>, why: impl Into<String>) {
        let address = self.address(&resource.id);
        self.leave_out(resource.id.unit, resource.text, eval::range_of(&resource.block.ident), address, why);
    }

    /// The name of a resource in the policy.
    pub(super) fn label(&self, id: &Id) -> String {
        if let Some(label) = self.covered_label(id) {
            return label.to_owned();
        }
        let prefix = self.unit(id.unit).map(|unit| unit.prefix.as_str()).unwrap_or_default();
        // A part with a block of its own is of the kind of its whole, and so may be others of its name.
        let kind = kind_of(id);
        let is_same = |(other, standing): (&Id, &Standing)| {
            other < id && other.unit == id.unit && other.label == id.label && *standing == Standing::Settings && kind_of(other) == kind
        };
        let is_taken = kind != id.kind && self.standing.iter().any(is_same);
        let sort = id.kind.strip_prefix(&kind).filter(|_| is_taken).unwrap_or_default();
        format!("{prefix}{}{sort}", id.label)
    }

    /// The label of the block that is about a resource in the policy that is there.
    pub(super) fn covered_label(&self, id: &Id) -> Option<&str> {
        self.refused.covered.get(id)?.label.as_deref()
    }

    /// Whether others can refer to a resource by a `resource` block.
    pub(super) fn is_referable(&self, id: &Id) -> bool {
        let is_whole = |kind: &str| kinds::spec(kind).is_some_and(|spec| spec.ownership == Ownership::Whole);
        self.standing.get(id) == Some(&Standing::Whole) || (is_whole(&id.kind) && self.covered_label(id).is_some())
    }

    /// Writes a block that was a resource.
    pub(super) fn write(&mut self, resource: &Resource<'_>, text: &str) {
        let (unit, number) = (resource.id.unit, resource.text);
        let Some(file) = self.text(unit, number) else { return };
        let range = eval::range_of(&resource.block.ident);
        let lead = self.comments_above(unit, number, range.start);
        self.out.entry(file.out.clone()).or_default().push(((unit, number, range.start), format!("{lead}{text}")));
        self.made.note(&resource.id, &self.label(&resource.id));
        let more = self.loaded.together.get(&format!("{}.{}", resource.id.kind, resource.id.label)).copied().unwrap_or_default();
        self.translated += 1 + more;
    }

    /// The comments directly above a block.
    pub(super) fn comments_above(&self, unit: usize, text: usize, start: usize) -> String {
        let Some(text) = self.text(unit, text) else { return String::new() };
        let ends = text.body.iter().map(end_of).filter(|end| *end <= start);
        let before = ends.max();
        let lead = trivia::lead(&text.text, before, start);
        // What an empty line parts from the block is about something else.
        lead.rsplit_once("\n\n").map_or(lead.as_str(), |(_, near)| near).trim_start_matches('\n').to_owned()
    }
}

/// Where an argument or block ends.
pub(super) fn end_of(structure: &Structure) -> usize {
    match structure {
        Structure::Attribute(attribute) => eval::range_of(&attribute.value).end,
        Structure::Block(block) => eval::range_of(block).end,
    }
}

/// The file of what blocks share.
const SHARED: &str = "backstay.hcl";

/// The text in the usual layout; as it is where it has none.
pub(super) fn laid_out(text: &str) -> String {
    format::format(text).unwrap_or_else(|_| text.to_owned())
}
