//! What is taken apart and what is left out, round by round, until the rest plans as it is.

use crate::model::ResourceId;
use std::collections::{BTreeMap, BTreeSet};

/// So many rounds look for the single things that disturb. Blocks of 100,000 things are down to one thing each after six.
const PATIENT: usize = 16;

/// A block that is wrong as a whole is written in so many pieces in the next round.
const PIECES: usize = 8;

/// What the rounds have found out so far.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Things whose block was wrong, with the piece of it that each is in. What is in different pieces is not described together.
    pieces: BTreeMap<ResourceId, usize>,
    /// How many pieces there were.
    made: usize,
    /// How many rounds there were.
    done: usize,
}

impl Rounds {
    /// The piece that a thing is in; none where its block was never wrong.
    pub(super) fn piece(&self, id: &ResourceId) -> Option<usize> {
        self.pieces.get(id).copied()
    }

    /// Puts all pieces together again; false where there are none.
    pub(super) fn rejoin(&mut self) -> bool {
        !std::mem::take(&mut self.pieces).is_empty()
    }

    /// After a round: given the things of each block and what was wrong, what is to be left out now, with the reasons.
    ///
    /// What is wrong with several things together may be right with most of them, so those are taken apart first. After [`PATIENT`] rounds nobody
    /// looks for single things any more: all of a kind goes of which one disturbs. So it ends after as many rounds more as there are kinds, and
    /// the rest is still described.
    pub(super) fn judge(&mut self, blocks: &[Vec<&ResourceId>], wrong: BTreeMap<ResourceId, String>) -> BTreeMap<ResourceId, String> {
        self.done = self.done.saturating_add(1);
        if self.done > PATIENT {
            return of_their_kinds(blocks, wrong);
        }
        let mut out = wrong;
        for block in blocks.iter().filter(|block| block.len() > 1) {
            let disturbing: Vec<&ResourceId> = block.iter().copied().filter(|id| out.contains_key(*id)).collect();
            // Where only some are to blame, each of them is looked at alone.
            let size = if disturbing.len() == block.len() { block.len().div_ceil(PIECES) } else { 1 };
            for piece in disturbing.chunks(size) {
                self.made = self.made.saturating_add(1);
                self.pieces.extend(piece.iter().map(|id| ((*id).clone(), self.made)));
            }
            for id in disturbing {
                out.remove(id);
            }
        }
        out
    }
}

/// Everything of the kinds of what is wrong.
fn of_their_kinds(blocks: &[Vec<&ResourceId>], wrong: BTreeMap<ResourceId, String>) -> BTreeMap<ResourceId, String> {
    let kinds: BTreeSet<String> = wrong.keys().map(|id| id.kind.clone()).collect();
    let beside = blocks.iter().flatten().filter(|id| kinds.contains(&id.kind));
    let reason = "again and again one more thing of this kind did not plan as it is, so that none of them is described: choose fewer with `--select`";
    let mut out: BTreeMap<ResourceId, String> = beside.map(|id| ((*id).clone(), reason.to_owned())).collect();
    out.extend(wrong);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: &str, number: usize) -> ResourceId {
        ResourceId { kind: kind.to_owned(), target: "main".to_owned(), region: "us-east-1".to_owned(), name: format!("{number:05}") }
    }

    /// The blocks of things that are not left out: those of a kind together, in their pieces.
    fn blocks<'t>(things: &'t [ResourceId], out: &BTreeMap<ResourceId, String>, rounds: &Rounds) -> Vec<Vec<&'t ResourceId>> {
        let mut blocks: BTreeMap<_, Vec<&ResourceId>> = BTreeMap::new();
        for thing in things.iter().filter(|thing| !out.contains_key(*thing)) {
            blocks.entry((&thing.kind, rounds.piece(thing))).or_default().push(thing);
        }
        blocks.into_values().collect()
    }

    /// What is left out in the end, and after how many rounds, where whole blocks are wrong for one thing in them.
    fn settle(things: &[ResourceId], is_wrong: &dyn Fn(&ResourceId, usize) -> bool) -> (BTreeMap<ResourceId, String>, usize) {
        let (mut rounds, mut out) = (Rounds::default(), BTreeMap::new());
        for round in 0..1000 {
            let blocks = blocks(things, &out, &rounds);
            let wrong: BTreeMap<ResourceId, String> = blocks
                .iter()
                .filter(|block| block.iter().any(|id| is_wrong(id, round)))
                .flat_map(|block| block.iter().map(|id| ((*id).clone(), "odd".to_owned())))
                .collect();
            if wrong.is_empty() {
                return (out, round);
            }
            out.extend(rounds.judge(&blocks, wrong));
        }
        unreachable!("it ends")
    }

    #[test]
    fn one_of_ten_thousand_is_found_in_a_few_rounds_and_the_others_go_together_again() {
        let things: Vec<ResourceId> = (0..10_000).map(|number| id("a", number)).collect();
        let (out, rounds) = settle(&things, &|id, _| id.name == "07041");
        assert_eq!(out.keys().map(|id| id.name.as_str()).collect::<Vec<_>>(), ["07041"]);
        assert!(rounds <= 7, "{rounds}");
        let mut rounds = Rounds::default();
        let all: Vec<&ResourceId> = things.iter().collect();
        drop(rounds.judge(&[all], things.iter().map(|id| (id.clone(), String::new())).collect()));
        assert_eq!(blocks(&things, &out, &rounds).len(), PIECES);
        assert!(rounds.rejoin());
        assert_eq!(blocks(&things, &out, &rounds).len(), 1);
        assert!(!rounds.rejoin());
    }

    #[test]
    fn what_never_ends_takes_its_kind_along_and_leaves_the_rest() {
        let things: Vec<ResourceId> = (0..500).flat_map(|number| [id("a", number), id("b", number)]).collect();
        // Each round another thing of one kind shows that it is wrong.
        let (out, rounds) = settle(&things, &|id, round| id.kind == "a" && id.name == format!("{round:05}"));
        assert_eq!(rounds, PATIENT + 1);
        assert!(out.keys().all(|id| id.kind == "a"));
        assert_eq!(out.len(), 500);
    }
}
