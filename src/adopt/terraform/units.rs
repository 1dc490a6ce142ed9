//! The files of a configuration, and of the local modules that it calls.

use super::LeftOut;
use crate::model::{Code, Diagnostic, Position, SourceId, Sources, Span};
use crate::policy::eval;
use crate::policy::load::read_text;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Block, BlockLabel, Body};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How deep modules may call each other, so that a circle ends.
const DEEPEST: usize = 10;
/// How many calls of modules are followed.
const MOST: usize = 500;

/// All that was read.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// The root first, then each call of a local module.
    pub(super) units: Vec<Unit>,
    /// The texts.
    pub(super) sources: Sources,
    /// What is wrong with files.
    pub(super) problems: Vec<Diagnostic>,
    /// Of a state, the address of each resource and where it stands in its file, by the address of the block that was made of it.
    pub(super) places: BTreeMap<String, (String, Position)>,
    /// Of a state, how many more resources a block stands for, by its address.
    pub(super) together: BTreeMap<String, usize>,
    /// Whether it was made of a state, which tells more than anybody wrote.
    pub(super) is_state: bool,
    /// Of a state, what the variables stand for that are there in place of what Terraform hides, by name.
    pub(super) hidden: BTreeMap<String, String>,
    /// What of files that are not followed is left out.
    pub(super) told: Vec<LeftOut>,
    /// The root's `*.tfvars`, by the name of the file of variables that they become.
    pub(super) values: Vec<(String, File)>,
}

/// A module, as it is called in one place.
#[derive(Debug)]
pub(super) struct Unit {
    /// What stands before names that come from it; empty for the root.
    pub(super) prefix: String,
    /// Its address: `module.backup`, empty for the root.
    pub(super) address: String,
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Its files.
    pub(super) texts: Vec<File>,
    /// Who calls it.
    pub(super) call: Option<Call>,
    /// The calls of modules in it, by name.
    pub(super) calls: BTreeMap<String, usize>,
    /// Why others are not followed, by name.
    pub(super) circles: BTreeMap<String, String>,
}

/// A file.
#[derive(Debug)]
pub(super) struct File {
    /// Its place in the sources.
    pub(super) source: SourceId,
    /// The file of the policy that its blocks go to.
    pub(super) out: String,
    /// What is in it.
    pub(super) body: Body,
    /// Its text, as parsed.
    pub(super) text: String,
}

/// The call of a module.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The unit that calls.
    pub(super) unit: usize,
    /// Its text in which the call stands.
    pub(super) text: usize,
    /// The call.
    pub(super) block: Block,
}

impl Call {
    /// What the call gives a variable.
    pub(super) fn argument(&self, name: &str) -> Option<&Expression> {
        self.block.body.get_attribute(name).map(|attribute| &attribute.value)
    }
}

/// Reads a configuration.
pub(super) fn load(folder: &Path) -> Loaded {
    let mut loaded = Loaded::default();
    let root = loaded.unit(folder, String::new(), String::new(), None);
    if root.texts.is_empty() && loaded.problems.is_empty() {
        let title = format!("there is no Terraform configuration in {}", folder.display());
        loaded.problems.push(Diagnostic::error(Code::Unreadable, title).help("give the folder of the `*.tf` files"));
    }
    loaded.units.push(root);
    loaded.values(folder);
    let mut at = 0;
    while at < loaded.units.len() {
        loaded.calls(at);
        at += 1;
    }
    loaded
}

impl Loaded {
    fn unit(&mut self, folder: &Path, prefix: String, address: String, call: Option<Call>) -> Unit {
        let mut texts = Vec::new();
        match names(folder, ".tf") {
            Ok(names) => {
                for name in names {
                    if name == "override.tf" || name.ends_with("_override.tf") {
                        self.overrides(&folder.join(&name));
                        continue;
                    }
                    let stem = name.trim_end_matches(".tf").replace('.', "-");
                    let out = if prefix.is_empty() { stem } else { prefix.trim_end_matches('_').to_owned() };
                    texts.extend(self.text(&folder.join(&name), format!("{out}.hcl")));
                }
            }
            Err(error) => {
                let title = format!("cannot read {}: {error}", folder.display());
                self.problems.push(Diagnostic::error(Code::Unreadable, title).help("give the folder of the `*.tf` files"));
            }
        }
        for name in names(folder, ".tf.json").unwrap_or_default() {
            let place = Position { file: shown(&folder.join(&name)), line: 1, column: 1 };
            let why = "configuration as JSON is not read: use `--from-state`, or write it as HCL".to_owned();
            self.told.push(LeftOut { place, what: name, why });
        }
        Unit { prefix, address, folder: folder.to_owned(), texts, call, calls: BTreeMap::new(), circles: BTreeMap::new() }
    }

    /// Tells of each block of a file that overrides others, which says something else than what is translated.
    fn overrides(&mut self, path: &Path) {
        let Some(file) = self.text(path, String::new()) else { return };
        for block in file.body.blocks() {
            let range = eval::range_of(&block.ident);
            let place = self.sources.position(&Span { source: file.source, range });
            let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
            let what = if block.ident.as_str() == "resource" { labels.join(".") } else { format!("{} {}", block.ident, labels.join(" ")) };
            let why = "it overrides what another file says, which is not followed: write it there".to_owned();
            self.told.push(LeftOut { place, what: what.trim().to_owned(), why });
        }
    }

    fn text(&mut self, path: &Path, out: String) -> Option<File> {
        match read_text(path) {
            Ok(text) => self.parsed(shown(path), text, out),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    /// Keeps a text and parses it.
    pub(super) fn parsed(&mut self, name: String, text: String, out: String) -> Option<File> {
        let source = self.sources.add(name, text.clone());
        match hcl::edit::parser::parse_body(&text) {
            Ok(body) => Some(File { source, out, body, text }),
            Err(error) => {
                let start = error.location().offset().min(text.len());
                let title = format!("not HCL here: {}", error.message());
                self.problems.push(Diagnostic::error(Code::Syntax, title).at(Span { source, range: start..start }));
                None
            }
        }
    }

    /// The files of values that Terraform reads by itself.
    fn values(&mut self, folder: &Path) {
        let all = names(folder, ".tfvars").unwrap_or_default();
        for name in all.into_iter().filter(|name| name == "terraform.tfvars" || name.ends_with(".auto.tfvars")) {
            let stem = name.trim_end_matches(".tfvars").trim_end_matches(".auto");
            // Terraform reads `terraform.tfvars` first, whatever the others are called; files of variables are read by name.
            let out = if name == "terraform.tfvars" { "0-terraform.auto.vars.hcl".to_owned() } else { format!("{stem}.auto.vars.hcl") };
            if let Some(text) = self.text(&folder.join(&name), out.clone()) {
                self.values.push((out, text));
            }
        }
    }

    /// Whether a folder is that of a unit, or of one that calls it.
    fn is_around(&self, unit: usize, folder: &Path) -> bool {
        let real = |folder: &Path| std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let folder = real(folder);
        let mut at = self.units.get(unit);
        while let Some(unit) = at {
            if real(&unit.folder) == folder {
                return true;
            }
            at = unit.call.as_ref().and_then(|call| self.units.get(call.unit));
        }
        false
    }

    /// Follows the calls of local modules in a unit.
    fn calls(&mut self, at: usize) {
        let Some(unit) = self.units.get(at) else { return };
        let depth = unit.address.matches("module.").count();
        let mut found = Vec::new();
        for (number, text) in unit.texts.iter().enumerate() {
            for block in text.body.get_blocks("module") {
                let Some(name) = block.labels.first().map(|label| label.as_str().to_owned()) else { continue };
                let source = block.body.get_attribute("source").and_then(|attribute| attribute.value.as_str());
                if let Some(source) = source.filter(|source| source.starts_with("./") || source.starts_with("../")) {
                    found.push((
                        name,
                        unit.folder.join(source.trim_start_matches("./")),
                        Call { unit: at, text: number, block: block.clone() },
                    ));
                }
            }
        }
        let (prefix, address) = (unit.prefix.clone(), unit.address.clone());
        for (name, folder, call) in found {
            if depth >= DEEPEST || self.units.len() >= MOST || !folder.is_dir() {
                continue;
            }
            if self.is_around(at, &folder) {
                let why = "it calls a module that it is in, which never ends".to_owned();
                self.units.get_mut(at).into_iter().for_each(|unit| drop(unit.circles.insert(name.clone(), why.clone())));
                continue;
            }
            let address = if address.is_empty() { format!("module.{name}") } else { format!("{address}.module.{name}") };
            let unit = self.unit(&folder, format!("{prefix}{name}_"), address, Some(call));
            let number = self.units.len();
            self.units.push(unit);
            if let Some(caller) = self.units.get_mut(at) {
                caller.calls.insert(name, number);
            }
        }
    }
}

/// A path as a user would type it.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn names(folder: &Path, ending: &str) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(ending) && !name.starts_with('.') && !entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
