//! A plan made true: steps in their order, each waited for, each told of; then read again and compared.
//!
//! After a failure everything that does not depend on it goes on. When asked to stop, what is under way is finished and nothing new is
//! begun. There is no state to repair afterwards: AWS is the state, and a new plan goes on from it.

mod halfway;
mod run;
mod verify;

pub use halfway::{Halfway, halfway};
pub use run::run;
pub use verify::{Verdict, verify};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks an apply to begin nothing new. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How one step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// AWS took every change of it.
    Done,
    /// A call failed.
    Failed(String),
    /// It depends on something that failed, so it was not begun.
    Skipped(String),
    /// The run was asked to stop before it was begun.
    NotBegun,
}

/// One step and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepOutcome {
    /// The address.
    pub address: String,
    /// The settings that it changes, with the values that they get.
    pub changes: Vec<String>,
    /// How it ended.
    pub ending: Ending,
}

/// How an apply ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Every step, in the order of the plan's steps.
    pub steps: Vec<StepOutcome>,
}

impl Outcome {
    /// Whether every step was done.
    pub fn is_whole(&self) -> bool {
        self.steps.iter().all(|step| step.ending == Ending::Done)
    }

    /// How many steps ended that way.
    pub fn count(&self, ended: impl Fn(&Ending) -> bool) -> usize {
        self.steps.iter().filter(|step| ended(&step.ending)).count()
    }
}

/// Is told how an apply goes.
pub trait Progress: Sync {
    /// A step begins.
    fn begun(&self, address: &str);
    /// A step waits for AWS.
    fn waiting(&self, address: &str, what: &str);
    /// A step ended.
    fn ended(&self, step: &StepOutcome);
}
