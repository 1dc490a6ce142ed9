//! Blocks that stand for several things.

use super::KindSpec;

/// All that is known of a compound: a block of the policy that stands for several things of the kinds that there are.
#[derive(Debug)]
pub struct CompoundSpec {
    /// Its arguments, as the table of a kind has its settings; `name` is the block's keyword. What is left out is as the default says.
    pub table: KindSpec,
    /// What others can refer to beside the things that it stands for: the name, and what it is.
    pub outputs: &'static [(&'static str, &'static str)],
    /// What to know before one relies on it, a sentence or two each.
    pub notes: &'static [&'static str],
}
