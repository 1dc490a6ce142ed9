//! Blocks to files: an area each, new or behind what backstay wrote there before, and never over what somebody else wrote.

use super::Request;
use super::groups::{Form, Group, names};
use super::text::{self, Place};
use super::things::Thing;
use super::words::Words;
use crate::kinds;
use crate::model::{Diagnostic, Ownership, ResourceId, Shape, Snapshot, Source, SourceId, Sources, Value};
use crate::policy::format;
use crate::policy::load::Files;
use hcl::edit::parser::parse_body;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// The first line of every file that backstay wrote: only behind what follows it is anything ever added.
pub(super) const HEADER: &str = "# Described by `backstay adopt`. What is added later comes at the end; the rest is yours to edit.";

/// The file of what all others share.
const MAIN: &str = "main.hcl";

/// The block that names the owner, and the file for it where a policy has none.
const OWNER: &str = "backstay";

/// Files with blocks.
#[derive(Debug, Default)]
pub(super) struct LaidOut {
    /// The whole text of each file that is new or longer, by name.
    pub(super) files: BTreeMap<String, String>,
    /// Where each block stands: by file, in the order of the text, the bytes and the place of the block among all.
    blocks: BTreeMap<String, Vec<(Range<usize>, usize)>>,
}

impl LaidOut {
    /// The files of the policy as it would be.
    pub(super) fn beside(&self, there: &Files) -> Files {
        beside(there, &self.files)
    }

    /// The block that a problem is about.
    pub(super) fn group_at(&self, problem: &Diagnostic, sources: &Sources) -> Option<usize> {
        let group = |span: &crate::model::Span| {
            let name = file_name(&sources.get(span.source)?.name);
            let blocks = self.blocks.get(name)?;
            let place = blocks.partition_point(|(range, _)| range.end <= span.range.start);
            blocks.get(place).filter(|(range, _)| range.contains(&span.range.start)).map(|(_, group)| *group)
        };
        problem.labels.iter().find_map(|label| group(&label.span))
    }
}

/// The files of a policy, some of them with another text, and more of them.
pub fn beside(there: &Files, texts: &BTreeMap<String, String>) -> Files {
    let mut files = Files { folder: there.folder.clone(), ..Files::default() };
    let mut rest = texts.clone();
    let mut add = |name: &str, text: &str, is_variables: bool| {
        let id: SourceId = files.sources.add(name.to_owned(), text.to_owned());
        if is_variables { files.variables.push(id) } else { files.policy.push(id) }
    };
    for source in there.policy.iter().filter_map(|id| there.sources.get(*id)) {
        let text = rest.remove(file_name(&source.name));
        add(&source.name, text.as_deref().unwrap_or(&source.text), false);
    }
    for source in there.variables.iter().filter_map(|id| there.sources.get(*id)) {
        add(&source.name, &source.text, true);
    }
    for (name, text) in &rest {
        add(&there.folder.join(name).display().to_string(), text, false);
    }
    files
}

/// The name of a file without its folder.
pub(super) fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path)
}

/// Writes everything.
pub(super) fn lay_out(
    groups: &[Group<'_>],
    words: &Words<'_>,
    left_out: &BTreeMap<ResourceId, String>,
    snapshot: &Snapshot,
    request: &Request<'_>,
) -> LaidOut {
    let blocks = || groups.iter().enumerate().map(|(place, group)| block(group, place, words, request)).collect::<Vec<String>>();
    // The first time tells what repeats.
    drop((blocks(), main(words, snapshot, request)));
    words.settle();
    let blocks = blocks();
    let mut out = LaidOut::default();
    if request.files.policy.is_empty() && !groups.is_empty() {
        out.files.insert(MAIN.to_owned(), format!("{HEADER}\n\n{}", laid(&main(words, snapshot, request))));
    }
    if lacks_owner(groups, request) {
        let (name, before) = file(OWNER, request, &out);
        let owner = laid(&format!("backstay {{\nworkspace = {}\n}}\n", text::quoted(request.workspace)));
        out.files.insert(name, format!("{before}\n{owner}"));
    }
    let mut ends: BTreeMap<String, &str> = BTreeMap::new();
    for (place, (group, block)) in groups.iter().zip(blocks).enumerate() {
        let (name, before) = file(group.spec.service, request, &out);
        // A file keeps its line ends.
        let end = *ends.entry(name.clone()).or_insert_with(|| line_end(out.files.get(&name).unwrap_or(&before)));
        let text = out.files.entry(name.clone()).or_insert(before);
        let block = laid(&block).replace('\n', end);
        text.push_str(end);
        let start = text.len();
        text.push_str(&block);
        out.blocks.entry(name).or_default().push((start..start.saturating_add(block.len()), place));
    }
    // What is not described is told in files that are new; in others it would be told again each time.
    for (id, reason) in left_out {
        let Some(spec) = kinds::spec(&id.kind) else { continue };
        let (name, _) = file(spec.service, request, &out);
        let is_new = texts(request).all(|source| file_name(&source.name) != name);
        if let Some(text) = out.files.get_mut(&name).filter(|_| is_new) {
            text.push('\n');
            text.push_str(&comment(&format!("Not described: {} `{}` ({}): {reason}", spec.title, id.name, id.region)));
        }
    }
    out
}

/// The files of the policy that is there.
fn texts<'r>(request: &'r Request<'_>) -> impl Iterator<Item = &'r Source> {
    request.files.policy.iter().filter_map(|id| request.files.sources.get(*id))
}

/// The file for blocks of a service, and what stands in it now.
fn file(service: &str, request: &Request<'_>, out: &LaidOut) -> (String, String) {
    let there = |name: &str| texts(request).find(|source| file_name(&source.name) == name).map(|source| source.text.as_str());
    let names = std::iter::once(format!("{service}.hcl")).chain((1_u32..).map(|number| match number {
        1 => format!("{service}-adopted.hcl"),
        number => format!("{service}-adopted-{number}.hcl"),
    }));
    for name in names.take(100) {
        if out.files.contains_key(&name) {
            return (name, String::new());
        }
        match there(&name) {
            None => return (name, format!("{HEADER}\n")),
            Some(text) if text.starts_with(HEADER) => return (name, ended(text)),
            Some(_) => {}
        }
    }
    (format!("{service}-adopted-more.hcl"), format!("{HEADER}\n"))
}

/// How the lines of a text end.
fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// A text whose last line ends as the others do.
fn ended(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}{}", line_end(text)) }
}

/// A file with more at its end, behind an empty line: what stands there stays as it is, and the lines of both end alike.
pub(super) fn with_more(before: &str, more: &str) -> String {
    let end = line_end(before);
    let mut text = ended(before);
    text.push_str(end);
    text.push_str(&more.replace('\n', end));
    text
}

/// Whether what is described needs an owner name, and the policy that is there has no block that could give one.
fn lacks_owner(groups: &[Group<'_>], request: &Request<'_>) -> bool {
    let is_whole = |group: &Group<'_>| group.spec.ownership == Ownership::Whole;
    let has_block = |source: &Source| parse_body(&source.text).is_ok_and(|body| body.blocks().any(|block| block.ident.as_str() == OWNER));
    !request.files.policy.is_empty() && request.there.workspace.is_none() && groups.iter().any(is_whole) && !texts(request).any(has_block)
}

/// The layout of `fmt`; what cannot be laid out stays as it is, and the check that follows tells why.
fn laid(text: &str) -> String {
    format::format(text).unwrap_or_else(|_| text.to_owned())
}

/// Words behind `#`, in lines that fit.
fn comment(text: &str) -> String {
    const WIDTH: usize = 130;
    let mut lines = vec![String::from("#")];
    for word in text.split_whitespace() {
        let is_full = lines.last().is_some_and(|line| line.chars().count() + word.chars().count() + 1 > WIDTH);
        if is_full {
            lines.push(String::from("#"));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// What all blocks share: the owner name, variables, and where it is.
fn main(words: &Words<'_>, snapshot: &Snapshot, request: &Request<'_>) -> String {
    let mut out = format!("backstay {{\nworkspace = {}\n}}\n", words.workspace(request.workspace));
    let mut targets = String::new();
    for (name, identity) in &snapshot.identities {
        // A region is a variable where an ARN begins; here it stands alone.
        let region = words.variables().find(|variable| variable.name == "region" && variable.value == identity.region);
        let region = region.map_or_else(|| text::quoted(&identity.region), |variable| format!("var.{}", variable.name));
        targets.push_str(&format!(
            "\ntarget {} {{\nregion = {region}\naccount_id = {} # any other account is refused before anything is read\n}}\n",
            text::quoted(name),
            words.template(&identity.account)
        ));
    }
    for variable in words.variables() {
        out.push_str(&format!(
            "\nvariable \"{}\" {{\ndescription = {}\ntype = string\ndefault = {}\n}}\n",
            variable.name,
            text::quoted(variable.doc),
            text::quoted(&variable.value)
        ));
    }
    out.push_str(&targets);
    out
}

fn block(group: &Group<'_>, place: usize, words: &Words<'_>, request: &Request<'_>) -> String {
    let Some(first) = group.things.first() else { return String::new() };
    let mut out = String::new();
    for thing in &group.things {
        let whose = if group.things.len() > 1 { format!("{}: ", thing.live.id.name) } else { String::new() };
        out.extend(thing.comments.iter().map(|text| comment(&format!("{whose}{text}"))));
    }
    out.extend(hint(group).map(|text| comment(&text)));
    let keyword = if group.spec.ownership == Ownership::Settings { "protect" } else { "resource" };
    out.push_str(&format!("{keyword} \"{}\" \"{}\" {{\n", group.spec.name, group.label));
    let mut lines: Vec<String> = Vec::new();
    if let Form::Each { .. } = &group.form {
        lines.push(format!("for_each = {}", each(group, place, words)));
    }
    if request.has_several_targets() {
        let names: Vec<String> = group.targets.iter().map(|target| target_of(target)).collect();
        lines.push(if let [only] = names.as_slice() { format!("target = {only}") } else { format!("target = {}", text::list(&names)) });
    }
    if group.things.iter().any(|thing| thing.live.replicas.as_ref().is_some_and(|regions| !regions.is_empty())) {
        lines.push("replicas = []".to_owned());
    }
    lines.extend(select(&group.form, &group.things, words).map(|select| format!("select {{\n{select}\n}}")));
    if group.spec.ownership == Ownership::Whole && group.spec.parent.is_none() && first.live.mark.is_none() {
        lines.push(if request.mark { "adopt = true" } else { "mark = false" }.to_owned());
    }
    if let (Some(parent), Some(whole)) = (group.spec.parent, words.whole(first)) {
        lines.push(format!("{} = {whole}", parent.argument));
    }
    let line = |at: &str, value: &Value| argument(group, at, value, words, Place { group: place, thing: 0, at });
    lines.extend(text::body(group.spec, &first.settings, &line));
    out.push_str(&lines.join("\n"));
    out.push_str("\n}\n");
    out
}

/// How a target is referred to: one of a `for_each` by its key.
fn target_of(name: &str) -> String {
    match name.split_once('/') {
        Some((block, key)) => format!("target.{block}[{}]", text::quoted(key)),
        None => format!("target.{name}"),
    }
}

/// The value of an argument: of a block with `for_each`, what is each one's own.
fn argument(group: &Group<'_>, at: &str, value: &Value, words: &Words<'_>, place: Place<'_>) -> String {
    if let Form::Each { varying, .. } = &group.form {
        if at == group.spec.name_argument {
            return "each.key".to_owned();
        }
        if let Some((_, name)) = varying.iter().find(|(path, _)| path == at) {
            return format!("each.value.{name}");
        }
    }
    written(group, at, value, words, place)
}

fn written(group: &Group<'_>, at: &str, value: &Value, words: &Words<'_>, place: Place<'_>) -> String {
    let is_document = group.spec.setting(at).is_some_and(|setting| matches!(setting.shape, Shape::Json(_)));
    // Documents are compared in another form than the one in which their authors wrote them, which AWS keeps.
    let kept = group.things.get(place.thing).and_then(|thing| thing.live.written(at));
    let document = kept.or_else(|| value.as_str()).filter(|_| is_document);
    let parsed = document.and_then(|text| Some((text, serde_json::from_str::<serde_json::Value>(text).ok()?)));
    match parsed {
        Some((text, json)) => {
            let value = Value::from(json);
            // Numbers are compared as they are written, and `jsonencode` writes them in one way only: `1.0` as `1`.
            let encoded = serde_json::Value::from(value.clone()).to_string();
            let is_kept = text::numbers(text) == text::numbers(&encoded);
            if is_kept { format!("jsonencode({})", text::value(&value, words, place)) } else { text::quoted(text) }
        }
        None => text::value(value, words, place),
    }
}

/// The map of a `for_each`, or the set where nothing but the name differs.
fn each(group: &Group<'_>, place: usize, words: &Words<'_>) -> String {
    let Form::Each { keys, varying } = &group.form else { return String::new() };
    let keys = keys.iter().map(|key| words.template(key));
    if varying.is_empty() {
        return format!("toset({})", text::list(&keys.collect::<Vec<_>>()));
    }
    let own = |(thing, key): (usize, String)| {
        let settings = group.things.get(thing).map(|thing| &thing.settings);
        let values = varying.iter().filter_map(|(at, name)| {
            let value = settings?.get(at)?;
            Some((name.clone(), written(group, at, value, words, Place { group: place, thing, at })))
        });
        // A key that is a template has to stand in brackets.
        let key = if key.contains("${") || key.starts_with("var.") { format!("({key})") } else { key };
        (key, text::object(values.collect()))
    };
    text::object(keys.enumerate().map(own).collect())
}

fn select(form: &Form, things: &[&Thing<'_>], words: &Words<'_>) -> Option<String> {
    match form {
        Form::Names => {
            Some(format!("names = {}", text::list(&names(things).into_iter().map(|name| words.template(name)).collect::<Vec<_>>())))
        }
        Form::Tag(key, value) => Some(format!("tags = {{ {} = {} }}", text::key_text(key), words.template(value))),
        Form::One | Form::Single | Form::Each { .. } => None,
    }
}

/// Whom a tag means, which a reader of the block cannot see.
fn hint(group: &Group<'_>) -> Option<String> {
    let Form::Tag(..) = group.form else { return None };
    Some(format!("Now these: {}.", names(&group.things).join(", ")))
}
