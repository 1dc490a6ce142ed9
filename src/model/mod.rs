//! Values that every other room agrees on. No I/O, no AWS, no HCL.

mod account_id;
mod address;
mod agenda;
mod check;
mod codes;
mod control;
mod count;
mod coverage;
mod diagnostic;
mod drift;
mod effect;
mod evidence;
mod findings;
mod manifest;
mod organization;
mod outside;
pub mod path;
mod plan;
mod policy;
mod policy_document;
mod promise;
mod reading;
mod source;
mod spec;
mod tier;
mod value;

pub use account_id::{ACCOUNT, not_an_account};
pub use address::{BlockAddress, CompoundAddress};
pub use agenda::{Agenda, AgendaEntry, AgendaGap, AgendaRun};
pub use check::{Check, Probe};
pub use codes::Code;
pub use control::{Control, ControlSeverity, ControlTest, ControlVerdict, Written};
pub use count::{count, plural};
pub use coverage::{
    AutomatedBackups, BackupCopy, BackupRule, CopyPlace, Coverage, Covered, Kept, Lock, Mechanism, Moment, Observed, PointInTime, Reason,
    ReasonCode, ReplicationRule, RestoreFailed, Restored, Totals, Verdict,
};
pub use diagnostic::{Diagnostic, Label, Severity};
pub use drift::{Acknowledged, Drift, Event, Moved, MovedPart, Since};
pub use effect::Effect;
pub use evidence::{
    Audience, Evidence, FailedJob, Held, HeldForm, NewestObject, Restore, RolePermissions, SnapshotsListed, VaultPolicy, is_ahead,
};
pub use findings::{ControlOutcome, Examined, Finding, Findings, FrameworkOutcome, Ignorance, IgnoranceSort, RequirementOutcome};
pub use manifest::{Consulted, EvidenceFile, EvidenceTotals, FrameworkTotals, Manifest, Tool, Undecided};
pub use organization::{Account, AccountSelector, Accounts, NOBODY, Organization};
pub use outside::Outside;
pub use plan::{Action, Change, Consent, Consents, Declared, Note, Plan, PlannedTarget, PolicyRef, Reaches, Refusal, Summary, Verb};
pub use policy::{Acknowledge, AssumeRole, Except, Pattern, Policy, Protect, Replicas, Resource, Selector, Target, Waiver, Wanted};
pub use policy_document::{Decision, Known, NotAPolicy, PolicyDocument, Principal, Request, Sender, default_topic_policy};
pub use promise::{Promise, Promised, Promises, Standing};
pub use reading::{Cause, Gap, Identity, Inventory, Listed, Live, Mark, Reading, ResourceId, Snapshot};
pub use source::{Position, Source, SourceId, Sources, Span};
pub use spec::{
    ArnForm, CompoundSpec, Document, Existence, Fallback, Form, Holders, Key, KindSpec, Loss, Misfit, Mistake, NameForm, NameTag,
    Ownership, Parent, Part, Safer, Setting, Shape, Single, partition,
};
pub use tier::{Copies, InTier, Tier};
pub use value::Value;
