//! Blocks of Terraform's that are about the things that are translated, and that a policy has nothing for: they are told, each with its place.

use super::table;
use super::translator::{Here, Translator};
use crate::kinds;
use crate::model::count;
use crate::policy::eval;
use hcl::edit::structure::{Block, BlockLabel};

/// Blocks about things, and why they are not kept.
const BLOCKS: [(&str, &str); 4] = [
    ("check", "Terraform asks it of what runs; a policy is checked by `backstay validate`, and what runs by `backstay audit`"),
    ("import", "by it Terraform takes a thing over; here `adopt = true` in the thing's block does"),
    ("moved", "it renames something in Terraform's state, and a policy has none"),
    ("removed", "by it Terraform forgets a thing; here that is not in the policy anyway"),
];

/// How many outputs are named.
const NAMED: usize = 5;

impl Translator<'_> {
    /// Tells of all such blocks.
    pub(super) fn others(&mut self) {
        let loaded = self.loaded;
        for (unit, one) in loaded.units.iter().enumerate() {
            for (number, text) in one.texts.iter().enumerate() {
                for block in text.body.blocks() {
                    let known = BLOCKS.iter().find(|(name, _)| *name == block.ident.as_str());
                    let Some((name, why)) = known.filter(|(name, _)| *name == "check" || is_about_backup(&text.text, block)) else {
                        continue;
                    };
                    let of = block.labels.first().map(|label| label.as_str().to_owned()).or_else(|| {
                        let here = Here { unit, text: number, each: None, iterators: Vec::new(), own: None, computes: false, depth: 0 };
                        let about = ["from", "to"].iter().find_map(|name| block.body.get_attribute(name))?;
                        Some(self.slice(&here, eval::range_of(&about.value)).trim().to_owned())
                    });
                    let module = if one.address.is_empty() { String::new() } else { format!("{}, ", one.address) };
                    let what = of.map_or_else(|| (*name).to_owned(), |of| format!("{module}`{name}` {of}"));
                    self.leave_out(unit, number, eval::range_of(&block.ident), what, *why);
                }
            }
        }
        self.outputs();
        self.providers();
        self.left_out.extend(loaded.told.iter().cloned());
    }

    /// The root's outputs, in one line.
    fn outputs(&mut self) {
        let Some(root) = self.loaded.units.first() else { return };
        let texts = root.texts.iter().enumerate();
        let all: Vec<(usize, &Block)> =
            texts.flat_map(|(number, text)| text.body.get_blocks("output").map(move |block| (number, block))).collect();
        let Some((number, first)) = all.first() else { return };
        let named = all.iter().take(NAMED).filter_map(|(_, block)| block.labels.first()).map(BlockLabel::as_str).collect::<Vec<_>>();
        let more = if all.len() > NAMED { ", …" } else { "" };
        let what = format!("{}: {}{more}", count(all.len(), "output"), named.join(", "));
        self.leave_out(0, *number, eval::range_of(&first.ident), what, "a policy has no outputs");
    }

    /// The providers: which target each became.
    fn providers(&mut self) {
        let Some(root) = self.loaded.units.first().filter(|_| !self.loaded.is_state) else { return };
        for (number, text) in root.texts.iter().enumerate() {
            let is_aws = |block: &&Block| block.labels.first().is_some_and(|label| label.as_str() == "aws");
            for block in text.body.get_blocks("provider").filter(is_aws) {
                let alias = block.body.get_attribute("alias").and_then(|alias| alias.value.as_str());
                let target = alias.unwrap_or(super::targets::MAIN);
                let range = eval::range_of(&block.ident);
                if self.used_targets.contains_key(target) {
                    let place = self.place(0, number, range);
                    let name = alias.map_or_else(|| "aws".to_owned(), |alias| format!("aws.{alias}"));
                    self.notes.insert(format!("{place}: the provider `{name}` is `target.{target}`"));
                } else {
                    self.leave_out(0, number, range, format!("provider aws ({target})"), "nothing that is translated is there");
                }
            }
        }
    }
}

/// Whether a block names something that could be translated, or a module, in which such could be.
fn is_about_backup(text: &str, block: &Block) -> bool {
    let text = text.get(eval::range_of(block)).unwrap_or_default();
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == "module" || kinds::spec(word).is_some() || table::part_of(word).is_some())
}
