//! A policy that was loaded, evaluated and checked: what must be, before anybody looked at AWS.

use super::address::BlockAddress;
use super::check::Check;
use super::control::{Control, ControlTest};
use super::organization::{Accounts, NOBODY, Organization};
use super::path;
use super::source::{Sources, Span};
use super::spec::KindSpec;
use super::tier::{InTier, Tier};
use super::value::Value;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A checked policy.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The files that it was read from.
    pub sources: Sources,
    /// The owner name that is written on all that backstay creates.
    pub workspace: Option<String>,
    /// The targets, by name. With none declared there is one named `default`, of the environment's account and region.
    pub targets: BTreeMap<String, Target>,
    /// Where accounts are listed, by name.
    pub organizations: BTreeMap<String, Organization>,
    /// The accounts that were listed there; none before AWS was asked.
    pub accounts: Accounts,
    /// Whether more than targets hangs on accounts of organizations that are not known.
    pub needs_accounts: bool,
    /// What is promised of data, by the name of its tier.
    pub tiers: BTreeMap<String, Tier>,
    /// What must be set on things that others own.
    pub protects: Vec<Protect>,
    /// What backstay makes, changes and removes.
    pub resources: Vec<Resource>,
    /// Consents to weakenings.
    pub waivers: Vec<Waiver>,
    /// Drift that is known, and silenced until a day.
    pub acknowledges: Vec<Acknowledge>,
    /// What must hold of live things, by id.
    pub controls: Vec<Control>,
    /// What must be seen to be so, by name.
    pub checks: Vec<Check>,
    /// What controls must find in recorded snapshots, by name.
    pub tests: Vec<ControlTest>,
    /// Blocks that were released on purpose with `removed`.
    pub removed: Vec<BlockAddress>,
    /// SHA-256 of each file, by name.
    pub files: BTreeMap<String, String>,
    /// SHA-256 over the files and the values of all variables.
    pub digest: String,
}

/// An account and region to read and change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name: `primary`, or `primary/eu` of a `for_each`.
    pub name: String,
    /// The region; `None` takes it from the environment as every AWS tool does.
    pub region: Option<String>,
    /// The only account that may be reached; `None` takes any.
    pub account_id: Option<String>,
    /// A role to assume first.
    pub assume_role: Option<AssumeRole>,
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
}

impl Target {
    /// Whether it stands for the accounts of an organization, which are not known.
    pub fn is_nobodys(&self) -> bool {
        self.name.rsplit_once('/').is_some_and(|(_, key)| key == NOBODY)
    }
}

impl Policy {
    /// The block of an address.
    pub fn resource(&self, address: &BlockAddress) -> Option<&Resource> {
        let place = self.resources.binary_search_by(|other| other.address.cmp(address)).ok()?;
        self.resources.get(place)
    }

    /// Whether a block only describes what somebody else makes: with `mark = false`, or as a part of what such a block is about.
    pub fn only_describes(&self, resource: &Resource) -> bool {
        !resource.mark || resource.parent.as_ref().and_then(|whole| self.resource(whole)).is_some_and(|whole| !whole.mark)
    }

    /// Whether all that targets of known accounts declare is known without the accounts that are not: nothing of it says their number.
    pub fn stands_without_accounts(&self) -> bool {
        let known = |targets: &[String]| targets.iter().filter_map(|name| self.targets.get(name)).any(|target| !target.is_nobodys());
        let is_named = |block: &BlockAddress| block.key.as_deref().is_some_and(|key| key.contains(NOBODY));
        let says = |wanted: &BTreeMap<String, Wanted>| {
            wanted.iter().any(|(path, wanted)| path.contains(NOBODY) || wanted.value.to_string().contains(NOBODY))
        };
        let protects = |protect: &Protect| {
            let patterns = protect.select.names.iter().chain(&protect.select.except.names);
            says(&protect.wanted) || patterns.into_iter().any(|pattern| pattern.text.contains(NOBODY))
        };
        let resources = |resource: &Resource| says(&resource.wanted) || resource.name.as_deref().is_some_and(|name| name.contains(NOBODY));
        !self.needs_accounts
            && !self.protects.iter().any(|one| is_named(&one.address) || (known(&one.targets) && protects(one)))
            && !self.resources.iter().any(|one| is_named(&one.address) || (known(&one.targets) && resources(one)))
            && self.targets.values().any(|target| !target.is_nobodys())
    }
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssumeRole {
    /// Its ARN.
    pub role_arn: String,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The name of the session in CloudTrail; `backstay` where absent.
    pub session_name: Option<String>,
}

/// Settings that must hold on every thing that a selector finds.
#[derive(Clone, Debug)]
pub struct Protect {
    /// The block's address.
    pub address: BlockAddress,
    /// The targets to look in, by name.
    pub targets: Vec<String>,
    /// Which things.
    pub select: Selector,
    /// The tier that they are in, where the block names one; else their tags may put them into one.
    pub tier: Option<InTier>,
    /// Which replicas of each thing.
    pub replicas: Replicas,
    /// The declared settings, by path.
    pub wanted: BTreeMap<String, Wanted>,
    /// Blocks that this one refers to, or single instances of them.
    pub depends_on: BTreeSet<BlockAddress>,
    /// The block's header.
    pub span: Span,
}

/// A thing that backstay makes, changes and, when it is no longer declared, removes.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The block's address.
    pub address: BlockAddress,
    /// The targets to make it in, by name.
    pub targets: Vec<String>,
    /// Its name in AWS; absent where it is known only after apply.
    pub name: Option<String>,
    /// The block of the thing that it is a part of.
    pub parent: Option<BlockAddress>,
    /// Whether one that is there already, and that nobody marked, is taken over.
    pub adopt: bool,
    /// Whether it carries the workspace's mark. One that does not (`mark = false`) is somebody else's: it is compared and changed as
    /// declared, and never made, replaced or removed. A part has no mark of its own and is treated as its whole is.
    pub mark: bool,
    /// The declared settings, by path with keys; a block that is there is `true`.
    pub wanted: BTreeMap<String, Wanted>,
    /// Blocks that this one refers to, or single instances of them, beside what it is a part of.
    pub depends_on: BTreeSet<BlockAddress>,
    /// The block's header.
    pub span: Span,
}

impl Resource {
    /// The ARN that the thing has in a region and account, where that can be told beforehand. Of a part of another thing it is not.
    pub fn arn(&self, spec: &KindSpec, region: &str, account: &str) -> Option<String> {
        let name = self.name.as_deref().filter(|_| self.parent.is_none())?;
        let folder = spec.arn_folder.and_then(|(setting, none)| Some((self.wanted.get(setting)?, none)));
        match folder {
            None => spec.arn(region, account, name),
            Some((wanted, none)) => match wanted.value.as_str()? {
                folder if folder == none => spec.arn(region, account, name),
                folder => spec.arn(region, account, &format!("{folder}/{name}")),
            },
        }
    }
}

/// A declared value of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The value, of the setting's type and within its range, in the form in which values of it are compared.
    pub value: Value,
    /// The text that the policy gives, where that is compared in another form: a document's names and order are its author's.
    pub written: Option<String>,
    /// Where the policy says so.
    pub span: Span,
    /// Where each element of a list, or each key of a map, that is written out stands.
    pub elements: BTreeMap<String, Span>,
}

impl Wanted {
    /// A value that is compared as it is written, and of which no element has a place of its own.
    pub const fn new(value: Value, span: Span) -> Self {
        Self { value, written: None, span, elements: BTreeMap::new() }
    }

    /// Where a setting stands, or with a key behind its path (`resources["arn:…"]`) that element of it.
    pub fn place<'w>(wanted: &'w BTreeMap<String, Wanted>, at: &str) -> Option<&'w Span> {
        if let Some(found) = wanted.get(at) {
            return Some(&found.span);
        }
        let (setting, element) = path::split_key(at)?;
        let whole = wanted.get(&setting)?;
        Some(whole.elements.get(&element).unwrap_or(&whole.span))
    }
}

/// Which replicas of a thing hold the settings too.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Replicas {
    /// Every one that AWS knows.
    #[default]
    All,
    /// Those in these regions; each must exist.
    Only(BTreeSet<String>),
}

/// One pattern of names or ARNs: `*` is any text, `?` any one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern.
    pub text: String,
    /// Where the policy says so.
    pub span: Span,
}

impl Pattern {
    /// Whether it names exactly one thing.
    pub fn is_literal(&self) -> bool {
        !self.text.contains(['*', '?'])
    }
}

/// Which things a `protect` is about: any of `names` or `arns`, and all of `tags`, but none of `except`.
#[derive(Clone, Debug)]
pub struct Selector {
    /// Names.
    pub names: Vec<Pattern>,
    /// ARNs.
    pub arns: Vec<Pattern>,
    /// Tags that must all match; the value is a pattern.
    pub tags: BTreeMap<String, String>,
    /// Also things that have no tags at all, which the tagging API never shows.
    pub include_untagged: bool,
    /// What is left out again.
    pub except: Except,
    /// Whether nothing found is fine.
    pub allow_empty: bool,
    /// The block.
    pub span: Span,
}

impl Selector {
    /// A selector that means nothing at all, for a block that has none.
    pub fn nothing(span: Span) -> Self {
        let names = vec![Pattern { text: String::new(), span: span.clone() }];
        Self { names, arns: Vec::new(), tags: BTreeMap::new(), include_untagged: false, except: Except::default(), allow_empty: true, span }
    }
}

/// What a selector leaves out: any of these.
#[derive(Clone, Debug, Default)]
pub struct Except {
    /// Names.
    pub names: Vec<Pattern>,
    /// ARNs.
    pub arns: Vec<Pattern>,
    /// Tags; one that matches is enough.
    pub tags: BTreeMap<String, String>,
}

/// Drift that is known: it is told apart from what nobody knows of until a day has passed.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    /// Its label.
    pub name: String,
    /// The address that it is about; `*` and `?` are patterns.
    pub address: String,
    /// The setting's path, or [`super::Change::EXISTS`], [`super::Change::OWNER`].
    pub setting: String,
    /// The one live value that is known; any where absent.
    pub now: Option<Value>,
    /// Why it is so.
    pub reason: String,
    /// Who looks after it.
    pub owner: String,
    /// The last day on which it counts, UTC.
    pub expires: Date,
    /// The block's header.
    pub span: Span,
}

/// Consent to one weakening.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Its label.
    pub name: String,
    /// The address that it is about; `*` and `?` are patterns.
    pub address: String,
    /// The setting's path.
    pub setting: String,
    /// The value that it lets through.
    pub to: Value,
    /// Why.
    pub reason: String,
    /// Who said yes.
    pub approved_by: String,
    /// The last day on which it counts, UTC.
    pub expires: Date,
    /// The block's header.
    pub span: Span,
}
