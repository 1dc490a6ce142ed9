//! What several verbs do alike: a checked policy, connections, a snapshot, and the runtime under them.

use super::Context;
use super::args::{LiveArgs, PolicyArgs};
use super::failure::{Exit, Failure};
use super::regions as known_regions;
use super::ui::Ui;
use crate::aws::{self, Access, AccountsFailed, Aws, ConnectFailed, Journal, Publisher, WritableAws};
use crate::model::{Accounts, Cause, Check, Code, Diagnostic, Identity, Organization, Policy, Severity, Snapshot, Target, count};
use crate::plan::{circumstances, needs};
use crate::policy::variables::Given;
use crate::policy::{self, Checked, Seen, load};
use crate::snapshot;
use crate::time::Clock;
use jiff::Timestamp;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Loads and checks a policy; with an error the verb ends, warnings are shown.
pub(super) fn policy(context: &Context, path: &Path) -> Result<Policy, Failure> {
    policy_at(context, path, now(context))
}

/// The same at another time than now.
pub(super) fn policy_at(context: &Context, path: &Path, now: Timestamp) -> Result<Policy, Failure> {
    let Checked { policy, problems } = good(context, path, now)?;
    context.ui.warn(&problems, &policy.sources);
    Ok(policy)
}

/// A policy without an error.
fn good(context: &Context, path: &Path, now: Timestamp) -> Result<Checked, Failure> {
    let checked = checked_at(context, path, now);
    if checked.is_good() { Ok(checked) } else { Err(Failure::policy(checked.problems, checked.policy.sources)) }
}

/// A policy, and everything that can be known to be wrong with it without AWS.
pub(super) fn checked(context: &Context, path: &Path) -> Checked {
    checked_at(context, path, now(context))
}

fn checked_at(context: &Context, path: &Path, now: Timestamp) -> Checked {
    let mut checked = policy::check(path, &context.given);
    checked.problems.extend(needs::declared(&checked.policy));
    checked.problems.extend(circumstances::declared(&checked.policy, now));
    checked
}

/// The time: that of the sandbox, where there is one.
#[cfg(feature = "sandbox")]
pub(super) fn now(context: &Context) -> Timestamp {
    let folder = context.global.sandbox.as_ref().filter(|folder| folder.exists());
    let clock = folder.and_then(|folder| crate::sandbox::Sandbox::open(folder).ok()?.clock().ok());
    clock.map_or_else(|| Clock::system().now(), crate::sandbox::ClockSetting::now)
}

#[cfg(not(feature = "sandbox"))]
pub(super) fn now(_: &Context) -> Timestamp {
    Clock::system().now()
}

/// The policy again, now that it is known which account and region each target reached: only then can every ARN be computed.
pub(super) fn reached(context: &Context, path: &Path, policy: Policy, identities: &BTreeMap<String, Identity>) -> Result<Policy, Failure> {
    let told = |target: &Target| target.region.is_some() && target.account_id.is_some();
    if policy.targets.values().all(told) || (policy.resources.is_empty() && policy.protects.is_empty()) {
        return Ok(policy);
    }
    let mut again = seen(context, path, &Seen { identities: identities.clone(), accounts: policy.accounts.clone() })?;
    again.targets.retain(|name, _| policy.targets.contains_key(name));
    Ok(again)
}

/// The policy with what AWS told.
fn seen(context: &Context, path: &Path, seen: &Seen) -> Result<Policy, Failure> {
    let checked = policy::check_seen(load::load(path), &context.given, seen);
    if checked.is_good() { Ok(checked.policy) } else { Err(Failure::policy(checked.problems, checked.policy.sources)) }
}

/// The policy with the accounts of its organizations: of a recorded snapshot, or as AWS lists them now.
pub(super) fn organized(
    context: &Context,
    path: &Path,
    policy: Policy,
    live: &LiveArgs,
    from: Option<&Snapshot>,
) -> Result<Policy, Failure> {
    if policy.organizations.is_empty() {
        return Ok(policy);
    }
    let (accounts, unlisted) = match from {
        Some(snapshot) => {
            if let Some(name) = policy.organizations.keys().find(|name| !snapshot.accounts.contains_key(*name)) {
                let message = format!("the snapshot does not hold the accounts of organization `{name}`");
                return Err(Failure::error(message).help("record it anew with `backstay snapshot` and this policy"));
            }
            (snapshot.accounts.clone(), Vec::new())
        }
        None => block_on(list_accounts(context, &policy, live))??,
    };
    let policy = seen(context, path, &Seen { identities: BTreeMap::new(), accounts })?;
    if unlisted.is_empty() {
        return Ok(policy);
    }
    if !policy.stands_without_accounts() {
        return Err(Failure::policy(unlisted, policy.sources));
    }
    // One organization that cannot be listed does not hide the other targets: those that stand for its accounts are gaps.
    let unlisted: Vec<Diagnostic> = unlisted.into_iter().map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect();
    context.ui.warn(&unlisted, &policy.sources);
    Ok(policy)
}

/// The accounts of those organizations that could be listed, and what is wrong with the others.
async fn list_accounts(context: &Context, policy: &Policy, live: &LiveArgs) -> Result<(Accounts, Vec<Diagnostic>), Failure> {
    let organizations = &policy.organizations;
    let access: BTreeMap<String, Target> = organizations.iter().map(|(name, one)| (name.clone(), one.access.clone())).collect();
    let session = Session::of_reached(context, &access, live).await?;
    let mut problems: Vec<Diagnostic> = Failure::unreached(&session.unreached).problems;
    let mut all = Accounts::new();
    for (name, organization) in organizations {
        let Some(connection) = session.aws.connection(name) else { continue };
        let accounts = match aws::accounts(connection, organization).await {
            Ok(accounts) => accounts,
            Err(failed @ AccountsFailed::NoUnit(_)) => {
                return Err(Failure::policy(vec![unlisted(organization, &failed)], policy.sources.clone()));
            }
            Err(failed) => {
                problems.push(unlisted(organization, &failed));
                continue;
            }
        };
        let missing: Vec<&str> =
            organization.select.ids.iter().filter(|id| !accounts.iter().any(|account| account.id == **id)).map(String::as_str).collect();
        if accounts.is_empty() || !missing.is_empty() {
            let which =
                if missing.is_empty() { "no active account".to_owned() } else { format!("no active account {}", missing.join(", ")) };
            let problem = Diagnostic::error(Code::SelectsNothing, format!("organization `{name}` has {which} that its `select` means"));
            let help = "name active accounts of the organization, or leave `select` out to mean every one";
            return Err(Failure::policy(vec![problem.at(organization.span.clone()).help(help)], policy.sources.clone()));
        }
        tracing::info!(organization = name, "{}", count(accounts.len(), "account"));
        all.insert(name.clone(), accounts);
    }
    session.log_counts();
    Ok((all, problems))
}

/// Why the accounts of an organization are not known, where the policy asks for them.
fn unlisted(organization: &Organization, failed: &AccountsFailed) -> Diagnostic {
    let name = &organization.name;
    match failed {
        AccountsFailed::NoUnit(unit) => {
            let title = format!("organization `{name}` has no unit and no root of the id `{unit}`");
            let help =
                "`aws organizations list-organizational-units-for-parent` lists the units below a root or a unit, `list-roots` the roots";
            Diagnostic::error(Code::SelectsNothing, title).at(organization.place_of(unit).clone()).help(help)
        }
        AccountsFailed::Call(failed) => {
            let title = format!("the accounts of organization `{name}` cannot be listed: {}", failed.sentence("us-east-1"));
            let help = "only the management account and delegated administrators may list them; give `profile` or `assume_role`";
            let help = (failed.cause == Cause::Denied).then(|| help.to_owned());
            Diagnostic::error(Code::Usage, title).at(organization.span.clone()).help_opt(help)
        }
    }
}

/// Loads the policy that a change started from. It may lack variables that the change added.
pub(super) fn earlier_policy(context: &Context, path: &Path) -> Result<Policy, Failure> {
    let given: Vec<Given> = context
        .given
        .iter()
        .map(|given| match given {
            Given::Flag { name, text, .. } => Given::Flag { name: name.clone(), text: text.clone(), must_exist: false },
            other => other.clone(),
        })
        .collect();
    let checked = policy::check(path, &given);
    if checked.is_good() { Ok(checked.policy) } else { Err(Failure::policy(checked.problems, checked.policy.sources)) }
}

/// Loads a policy and keeps only the targets that were asked for.
pub(super) fn policy_of_targets(context: &Context, args: &PolicyArgs, live: &LiveArgs, from: Option<&Snapshot>) -> Result<Policy, Failure> {
    of_targets(context, policy(context, &args.path)?, args, live, from)
}

/// The same, without a word of what is doubtful in the policy: for what runs every night.
pub(super) fn quiet_policy_of_targets(
    context: &Context,
    args: &PolicyArgs,
    live: &LiveArgs,
    from: Option<&Snapshot>,
) -> Result<Policy, Failure> {
    of_targets(context, good(context, &args.path, now(context))?.policy, args, live, from)
}

fn of_targets(context: &Context, policy: Policy, args: &PolicyArgs, live: &LiveArgs, from: Option<&Snapshot>) -> Result<Policy, Failure> {
    let mut policy = organized(context, &args.path, policy, live, from)?;
    narrow(&mut policy, &live.targets)?;
    Ok(policy)
}

/// Keeps only the named targets. The only target of a region goes by that too, as its name was given to it where the region was meant.
pub(super) fn narrow(policy: &mut Policy, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let of_region = |name: &String| {
        let mut found = policy.targets.values().filter(|target| target.region.as_ref() == Some(name));
        let only = found.next().filter(|_| found.next().is_none());
        only.map_or_else(|| name.clone(), |target| target.name.clone())
    };
    let names: Vec<String> =
        names.iter().map(|name| if policy.targets.contains_key(name) { name.clone() } else { of_region(name) }).collect();
    if let Some(unknown) = names.iter().find(|name| !policy.targets.contains_key(*name)) {
        let known: Vec<&str> = policy.targets.keys().map(String::as_str).collect();
        return Err(Failure::error(format!("the policy has no target `{unknown}`")).help(format!("its targets are {}", known.join(", "))));
    }
    // The blocks keep their lists, as the address of a thing must not depend on which targets were asked for.
    policy.targets.retain(|name, _| names.contains(name));
    // A check looks through targets, and has none of its own.
    policy.checks.retain_mut(|check| {
        check.targets.retain(|target| names.contains(target));
        !check.targets.is_empty()
    });
    Ok(())
}

/// The targets that a verb without a policy reads: a region each, or that of the environment. `place` is where no policy is.
pub(super) fn regions(asked: &[String], place: &Path) -> Result<BTreeMap<String, Target>, Failure> {
    let several = asked.len() > 1;
    let target = |region: Option<String>| {
        let name = region.clone().filter(|_| several).unwrap_or_else(|| "main".to_owned());
        if let Some((wrong, meant)) = region.as_deref().and_then(|region| Some((region, known_regions::meant(region)?))) {
            let message = format!("--target `{wrong}` is no region that AWS is known to have");
            return Err(Failure::coded(Exit::Error, Code::Usage, message).help(format!("did you mean `{meant}`?")));
        }
        if let Some(wrong) = region.as_deref().filter(|region| !known_regions::is_region(region)) {
            let message = format!("--target `{wrong}` is no region, and there is no policy in {} that names its targets", place.display());
            return Err(Failure::coded(Exit::Error, Code::Usage, message)
                .help("write a region such as `--target eu-west-1`, or first a policy with `target` blocks"));
        }
        Ok((name.clone(), Target { name, region, account_id: None, assume_role: None, profile: None }))
    };
    let regions = if asked.is_empty() { vec![None] } else { asked.iter().map(|region| Some(region.clone())).collect() };
    regions.into_iter().map(target).collect()
}

/// Targets, the accounts of organizations, and checks.
type Asked = (BTreeMap<String, Target>, Accounts, Vec<Check>);

/// The targets of a policy with its checks, or where there is none the regions that were asked for.
fn targets(context: &Context, path: &Path, live: &LiveArgs) -> Result<Asked, Failure> {
    if !has_policy(path)? {
        return Ok((regions(&live.targets, path)?, Accounts::new(), Vec::new()));
    }
    let policy = policy(context, path)?;
    let mut policy = organized(context, path, policy, live, None)?;
    narrow(&mut policy, &live.targets)?;
    Ok((policy.targets, policy.accounts, policy.checks))
}

/// Whether there is a policy at a path.
///
/// # Errors
///
/// There is nothing at all: a misspelled path must not pass for an account without a policy, of which nothing is promised.
fn has_policy(path: &Path) -> Result<bool, Failure> {
    if !path.exists() {
        let message = format!("cannot read {}: no such file or directory", path.display());
        return Err(Failure::coded(Exit::Error, Code::Unreadable, message)
            .help("give the folder or file of the policy, or leave it out in a folder without one"));
    }
    Ok(path.is_file() || load::is_there(path))
}

/// The policy whose tiers promise something of what a snapshot of everything holds; none where there is no policy, or it has no tier.
pub(super) fn promising(context: &Context, path: &Path, live: &LiveArgs, snapshot: &Snapshot) -> Result<Option<Policy>, Failure> {
    if !has_policy(path)? {
        return Ok(None);
    }
    let policy = good(context, path, now(context))?.policy;
    if policy.tiers.is_empty() && policy.controls.is_empty() && policy.checks.is_empty() {
        return Ok(None);
    }
    let policy = organized(context, path, policy, live, Some(snapshot))?;
    let mut policy = reached(context, path, policy, &snapshot.identities)?;
    narrow(&mut policy, &live.targets)?;
    Ok(Some(policy))
}

/// Reads what it takes to tell what protects each thing that holds data.
pub(super) fn protection(context: &Context, path: &Path, live: &LiveArgs) -> Result<Snapshot, Failure> {
    let (targets, accounts, checks) = targets(context, path, live)?;
    block_on(async {
        let session = Session::connect(context, &targets, live).await?;
        let read = async |progress: &Progress<'_>| snapshot::protection(&session.aws, &session.unreached, &checks, progress).await;
        let mut snapshot = shown(&context.ui, read).await;
        session.log_counts();
        snapshot.accounts = accounts;
        Ok(snapshot)
    })?
}

/// Who is told how many things are read, of how many.
type Progress<'p> = dyn Fn(u64, u64) + Sync + 'p;

/// For so long nobody wonders whether anything happens.
const LONG: Duration = Duration::from_secs(30);

/// Reads AWS, and shows how far that is: as a bar on a terminal, and elsewhere in a line now and then where it takes long.
async fn shown<T>(ui: &Ui, read: impl AsyncFnOnce(&Progress<'_>) -> T) -> T {
    let bar = ui.bar("reading");
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let begun = Instant::now();
    let mut reading = std::pin::pin!(read(&progress));
    loop {
        if let Ok(found) = tokio::time::timeout(LONG, reading.as_mut()).await {
            bar.finish_and_clear();
            return found;
        }
        if !ui.draws() {
            let far = bar.length().filter(|total| *total > 0).map(|total| format!(", {} of {total} things", bar.position()));
            let seconds = begun.elapsed().as_secs();
            ui.say(&format!("still reading AWS after {seconds} s{}; calls that are throttled are tried again", far.unwrap_or_default()));
        }
    }
}

/// Runs a future on a runtime of this process.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    Ok(runtime.map_err(|error| Failure::error(format!("cannot start: {error}")))?.block_on(future))
}

/// Connections to all targets that could be reached: to read, or with [`WritableAws`] to write too.
pub(super) struct Session<A = Aws> {
    pub(super) aws: A,
    /// Targets that could not be reached, while others could.
    pub(super) unreached: Vec<ConnectFailed>,
}

impl Session {
    /// Connects to read. A wrong account refuses everything; where no target can be reached at all the verb ends.
    pub(super) async fn connect(context: &Context, targets: &BTreeMap<String, Target>, live: &LiveArgs) -> Result<Self, Failure> {
        Self::of_reached(context, targets, live).await?.unless_alone()
    }

    /// The same, where it may be that no target can be reached.
    async fn of_reached(context: &Context, targets: &BTreeMap<String, Target>, live: &LiveArgs) -> Result<Self, Failure> {
        let (aws, unreached) = aws::connect(targets, access(context, usize::from(live.parallelism), None)?).await;
        Self { aws, unreached }.of_right_accounts()
    }
}

/// A connection that can publish to topics, and nothing else; why there is none, in a sentence.
pub(super) async fn publisher(context: &Context, target: &Target, live: &LiveArgs) -> Result<Publisher, String> {
    let access = access(context, usize::from(live.parallelism), None).map_err(|failure| {
        let titles: Vec<&str> = failure.problems.iter().map(|problem| problem.title.as_str()).collect();
        titles.join("; ")
    })?;
    aws::connect_to_publish(target, access).await.map_err(|failed| failed.to_string())
}

impl Session<WritableAws> {
    /// Connects to write, noting what is written in the journal where one is given. A wrong account refuses everything; where no target can
    /// be reached at all the verb ends.
    pub(super) async fn connect_to_write(
        context: &Context,
        targets: &BTreeMap<String, Target>,
        live: &LiveArgs,
        journal: Option<&Path>,
    ) -> Result<Self, Failure> {
        let journal = journal.map(|path| {
            Journal::open(path).map_err(|error| Failure::error(format!("cannot open the journal {}: {error}", path.display())))
        });
        let access = access(context, usize::from(live.parallelism), journal.transpose()?)?;
        let (aws, unreached) = aws::connect_to_write(targets, access).await;
        Self { aws, unreached }.of_right_accounts()?.unless_alone()
    }
}

impl<A: Borrow<Aws>> Session<A> {
    fn of_right_accounts(self) -> Result<Self, Failure> {
        if self.unreached.iter().any(|failed| matches!(failed, ConnectFailed::WrongAccount { .. })) {
            return Err(Failure::unreached(&self.unreached));
        }
        Ok(self)
    }

    fn unless_alone(self) -> Result<Self, Failure> {
        if self.aws.borrow().connections().next().is_none() && !self.unreached.is_empty() {
            return Err(Failure::unreached(&self.unreached));
        }
        Ok(self)
    }

    /// Who each target that was reached is.
    pub(super) fn identities(&self) -> BTreeMap<String, Identity> {
        self.aws.borrow().connections().map(|connection| (connection.target.name.clone(), connection.identity.clone())).collect()
    }

    /// Reads what a plan of the policy needs.
    pub(super) async fn snapshot(&self, context: &Context, policy: &Policy) -> Snapshot {
        shown(&context.ui, async |progress: &Progress<'_>| snapshot::read(policy, self.aws.borrow(), &self.unreached, progress).await).await
    }

    /// Logs how many calls were made.
    pub(super) fn log_counts(&self) {
        let counts = self.aws.borrow().witness.counts();
        for (operation, count) in &counts {
            tracing::info!(operation, count, "calls");
        }
        tracing::info!(total = counts.values().sum::<u64>(), "calls");
    }
}

#[cfg(feature = "sandbox")]
fn access(context: &Context, parallelism: usize, journal: Option<Journal>) -> Result<Access, Failure> {
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    let embedded_region = context.environment.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
    let Some(folder) = &context.global.sandbox else {
        return Ok(Access {
            embedded: None,
            embedded_region,
            attempts: context.environment.attempts,
            parallelism,
            journal,
            clock: Clock::system(),
        });
    };
    let sandbox = crate::sandbox::Sandbox::open(folder)?;
    // Twelve digits are an account of their own; any other key of the environment is of no use here and stays unseen.
    let account = context.environment.access_key.clone().filter(|key| crate::names::is_account_id(key));
    let key = account.unwrap_or_else(|| crate::sandbox::DEFAULT_ACCOUNT.to_owned());
    let credentials = SharedCredentialsProvider::new(Credentials::new(key, "sandbox", None, None, "sandbox"));
    let client = sandbox.http_client();
    let clock = Clock::new(move || sandbox.clock().unwrap_or_default().now());
    Ok(Access {
        embedded: Some((client, credentials)),
        embedded_region,
        attempts: context.environment.attempts,
        parallelism,
        journal,
        clock,
    })
}

#[cfg(not(feature = "sandbox"))]
#[expect(clippy::unnecessary_wraps, reason = "with the sandbox it can fail")]
fn access(context: &Context, parallelism: usize, journal: Option<Journal>) -> Result<Access, Failure> {
    let embedded_region = context.environment.region.clone().unwrap_or_default();
    Ok(Access { embedded: None, embedded_region, attempts: context.environment.attempts, parallelism, journal, clock: Clock::system() })
}

/// The problems of a plan that cannot be made.
pub(super) fn unplannable(problems: Vec<Diagnostic>, policy: Policy) -> Failure {
    Failure::policy(problems, policy.sources)
}
