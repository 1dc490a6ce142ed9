//! All codes of diagnostics and notes, each with its page for `backstay explain`: `BKS` and four digits, of which the first two are the area.
//! 01 policy, 02 selection, 03 read, 04 ratchet, 05 apply, 06 drift and audit, 08 precondition. A code is never reused.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $title:literal;)+) => {
        /// A stable code; its page says what it means and how to mend it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The code as it is printed: `BKS0101`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)+ }
            }

            /// What it is about, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)+ }
            }

            /// The page that `backstay explain` prints.
            pub fn page(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc, "\n",)+),)+ }
            }
        }
    };
}

codes! {
    /// The command line, a file name or the terminal does not fit the verb. `backstay VERB --help` says what does.
    Usage = "BKS0100", "usage";
    /// The file is not valid HCL. The message says what was expected at the marked place.
    ///
    /// Often a missing quote, brace or `=` a little before the marked place.
    Syntax = "BKS0101", "syntax error";
    /// A block, setting or argument of this name does not exist here.
    ///
    /// The message lists what does exist and, where one name is close, suggests it.
    /// `backstay schema KIND` prints every setting of a kind.
    UnknownName = "BKS0102", "unknown block, setting or argument";
    /// A value is outside the range, the list or the form that AWS accepts.
    ///
    /// The message names the rule that was broken and its source.
    OutOfRange = "BKS0103", "value out of range";
    /// A value has another type than its setting or argument.
    WrongType = "BKS0104", "wrong type";
    /// A setting, argument or block that must be there is absent.
    Missing = "BKS0105", "missing setting, argument or block";
    /// Two settings that AWS does not accept together, or one name given twice.
    Conflict = "BKS0106", "conflicting settings";
    /// An expression could not be evaluated. The mark is on the smallest part that fails.
    Evaluation = "BKS0107", "expression fails";
    /// A reference names something that this policy does not declare.
    UnknownReference = "BKS0108", "unknown reference";
    /// Blocks refer to each other in a circle, so none of them can be evaluated first. The message shows the circle.
    Cycle = "BKS0109", "reference cycle";
    /// A variable has no value, has a value of the wrong type, or breaks its own `validation`.
    ///
    /// Values come, later ones first, from `--var`, `--var-file`, `*.auto.vars.hcl`, `BACKSTAY_VAR_name`, and the variable's default.
    Variable = "BKS0110", "variable without a usable value";
    /// A policy file or folder cannot be used: not there, no `*.hcl` in it, not UTF-8, or too large.
    Unreadable = "BKS0111", "policy cannot be read";
    /// `required_version` does not allow this backstay.
    Version = "BKS0112", "this backstay is not the required version";
    /// A `waiver` is expired, or lets nothing through in this plan: its change is done, or it is for something else.
    ///
    /// An expired waiver lets nothing through. An unused one is clutter that would let a later weakening through unseen: remove it.
    Waiver = "BKS0113", "waiver expired or unused";
    /// A `select` block, or one literal name in it, matches nothing in the target.
    ///
    /// A misspelled name would silently protect nothing, so this is an error. Write `allow_empty = true` into the `select`
    /// block where an empty result is fine.
    SelectsNothing = "BKS0201", "select matches nothing";
    /// Two blocks give one setting of one resource different values. Both places are shown; keep one.
    ConflictingClaims = "BKS0202", "two blocks disagree";
    /// Something could not be read, so nothing is concluded from it and the run is incomplete (exit 3).
    ///
    /// Denied: grant the IAM action that the message names. Throttled: run again with a lower `--parallelism`.
    /// Region off: enable the region for the account or take it out of the policy.
    Gap = "BKS0301", "could not be read";
    /// The credentials reach another account than the target's `account_id` allows. Nothing was read.
    WrongAccount = "BKS0302", "wrong account";
    /// AWS could not be reached as anybody: no credentials, expired credentials, or no connection.
    Identity = "BKS0303", "no usable credentials";
    /// What a recorded snapshot holds was not recorded for this policy; record it anew with `backstay snapshot`.
    NotRecorded = "BKS0304", "not in the snapshot";
    /// The embedded AWS cannot be used as asked: its folder, its state, its clock, its faults or a seed. The message says what to do.
    Sandbox = "BKS0305", "sandbox cannot be used";
    /// A change weakens protection and nothing consents to it, so the plan is refused (exit 4).
    ///
    /// The message prints the `waiver` that would let it through; `--allow-weakening ADDRESS` does the same for one run.
    Weakening = "BKS0401", "weakening without consent";
    /// A change cannot be undone by anybody, so it needs `--accept-irreversible ADDRESS`.
    Irreversible = "BKS0402", "irreversible change without consent";
    /// A thing of the declared name is there already and carries no mark of this workspace, or the mark of another: it is somebody else's,
    /// so backstay leaves it alone (exit 4).
    ///
    /// Write `adopt = true` into the block to take over one that nobody marked: the plan then shows what that would change. What another
    /// workspace marked is never taken; release it there first with a `removed` block. With `mark = false` the thing stays whose it is, and is
    /// only compared and changed as declared. Where several things that nobody marked have the name, as backup plans and lifecycle policies can,
    /// the one that is wholly as declared is meant; where none is, or more than one, it is refused too.
    Foreign = "BKS0403", "somebody else's";
    /// AWS cannot make this change: the setting is fixed when the thing is made, and no second thing of the name can be made beside it.
    ///
    /// Give the block another name in AWS, so that a new thing is made beside the old one, and remove the old one when nothing needs it.
    Fixed = "BKS0404", "cannot be changed";
    /// A block with `mark = false` describes a thing that somebody else makes, and there is none of its name (exit 4).
    ///
    /// It may have been deleted, or be in another region or account. Make it where it is made; or leave `mark` out, and backstay makes it and
    /// owns it; or take the block out of the policy. A part of such a thing, a selection of its plan, is not made either: make it where it is
    /// made, or take over the whole with `adopt = true`.
    NotThere = "BKS0405", "described, and not there";
    /// AWS moved between plan and apply: a value that the plan relies on is no longer what it was. Nothing was written; plan again.
    Stale = "BKS0501", "stale plan";
    /// The plan file is not what `backstay plan --out` wrote: it was edited, cut short, or is of another policy or version. Plan again.
    PlanFile = "BKS0502", "plan file is not usable";
    /// A write failed. What does not depend on it went on; a new run goes on from what AWS now has.
    Failed = "BKS0503", "a change failed";
    /// After the apply AWS does not yet read as planned. Run `backstay plan` again: if it still shows changes, something else is changing them.
    NotSettled = "BKS0504", "did not settle";
    /// A setting is no longer what it was: what the policy declares, or, with `--baseline`, what an earlier snapshot holds.
    ///
    /// Either put it back (`backstay plan`, then `backstay apply`), or declare it as it is now, or write an `acknowledge` block: it is then
    /// told as known until it expires.
    SettingMoved = "BKS0601", "a setting moved";
    /// A thing that is declared, or that was there before, is gone.
    ///
    /// What backstay made it makes again. A table, bucket or database that others own it cannot bring back: what can be recovered of it, and for
    /// how long, the report says.
    ThingGone = "BKS0602", "a thing is gone";
    /// A thing carries the mark of this workspace, or is a part of one that does, and no block declares it.
    ///
    /// Somebody copied the mark with the other tags, added a part by hand, or a change of the policy was not applied yet. `backstay plan` shows
    /// its removal.
    Undeclared = "BKS0603", "an owned thing that nobody declares";
    /// Two things carry the mark of one block. `backstay plan` shows which of them would go.
    Twice = "BKS0604", "an owned thing is there twice";
    /// The mark of a thing that backstay made has gone, or is another one: nothing tells any more that it is this policy's.
    ///
    /// Write `adopt = true` into its block, which puts the mark back on, if it is still meant.
    MarkMoved = "BKS0605", "a mark moved";
    /// A thing is there that was not before. Where a selector of the policy matches it, its settings are to be as declared from now on.
    NewThing = "BKS0606", "a new thing";
    /// An `acknowledge` block is expired, or nothing moved that it is about.
    ///
    /// An expired one silences nothing. One that is about nothing would silence a later movement unseen: remove it.
    Acknowledge = "BKS0607", "acknowledge expired or unused";
    /// One thing of the policy has to be let in by another, and that one shuts it out: an alarm whose topic does not let CloudWatch publish.
    /// AWS takes both without a word, and drops every message later.
    ///
    /// The message says which statement is missing. It is a warning where a condition compares what the sender is not documented to send. Where
    /// it is not known otherwise whether the request would be let in, backstay says nothing.
    ShutOut = "BKS0801", "a sender is shut out";
    /// A setting does nothing, or is refused by AWS, unless another thing has a certain setting, and that one does not have it.
    ///
    /// Give the other thing that setting, or take this one out.
    NeededSetting = "BKS0802", "a needed setting of another thing is not there";
    /// A recovery point must stay 90 days in cold storage before it is deleted, and one that is there can no longer be copied.
    ///
    /// AWS refuses a lifecycle with fewer days between. Raise `delete_after`, or leave out `cold_storage_after`.
    ColdTooShort = "BKS0803", "too few days in cold storage";
    /// Continuous backup is kept 1 to 35 days and has no cold storage; AWS refuses anything else.
    ///
    /// What must be kept longer needs a second rule without `enable_continuous_backup`.
    Continuous = "BKS0804", "not possible with continuous backup";
    /// A job that starts at the end of its start window has no time left to complete.
    Windows = "BKS0805", "completion window shorter than the start window";
    /// Two rules of one plan may start at the same time. AWS then makes only the backup of the rule with the longer retention, in silence.
    ///
    /// An hourly rule beside a daily one with AWS's default start window of 8 hours loses 8 of its backups every day. Make the windows
    /// shorter or move the schedules apart.
    Overlap = "BKS0806", "rules overlap";
    /// A copy without a lifecycle: by one document of AWS it follows that of its source, by what users see it is kept for ever.
    ///
    /// Write the copy's own `lifecycle`.
    CopyRetention = "BKS0807", "copy without a lifecycle";
    /// A backup selection chooses nothing. AWS refuses one that has neither `resources` nor a `selection_tag`, and takes one whose
    /// `not_resources` leave out all that it brings in, which then backs up nothing in silence.
    ///
    /// Conditions choose among what those two bring in. `resources = ["*"]` brings in everything.
    ChoosesNothing = "BKS0808", "selection chooses nothing";
    /// `resources` and `selection_tag` of one backup selection add up; they do not narrow each other.
    ///
    /// To choose only what is named and has the tag, use a `condition`.
    Union = "BKS0809", "resources and tags add up";
    /// A rule of a backup plan asks for something that AWS Backup does not have for a type of resource that a selection names: cold
    /// storage, or continuous backup. AWS takes the rule and leaves it out for that type in silence.
    NotForType = "BKS0810", "not for this type of resource";
    /// A selection names a resource of a service, or of a type, that AWS Backup is not known to back up: AWS takes the ARN, and nothing is
    /// ever backed up.
    ///
    /// Take it out and protect it by its own service's means. Where AWS Backup has learned the type lately, this is only a warning.
    NotBackedUp = "BKS0811", "resource that AWS Backup does not back up";
    /// A rule of a backup plan copies into the vault that it backs up into. Such a copy goes whenever the vault goes, so it protects from
    /// nothing; what AWS makes of it is not documented.
    ///
    /// Copy into a vault of another region or account, or leave the `copy_action` out.
    CopyToItself = "BKS0812", "copy into the same vault";
    /// A schedule that AWS takes, and whose last run is past: it never runs again, and nobody is told.
    ///
    /// Write `*` for the year, or a year to come.
    ScheduleIsOver = "BKS0813", "schedule that never runs again";
    /// A thing of the policy needs another that is neither declared nor there.
    ///
    /// Declare it in the same target, or write the name of one that is there. Where it could not be looked for, backstay says nothing.
    NeededThing = "BKS0814", "a needed thing is not there";
    /// A lifecycle rule that does nothing, or whose expiration says two things at once.
    ///
    /// A rule has at least one of `transition`, `noncurrent_version_transition`, `expiration`, `noncurrent_version_expiration` and
    /// `abort_incomplete_multipart_upload`. An expiration has one of `days`, `date` and `expired_object_delete_marker`.
    RuleActions = "BKS0820", "lifecycle rule's actions";
    /// The filter of a lifecycle or replication rule is of a form that AWS refuses, or does not go with what the rule does.
    ///
    /// A filter has one condition, or an `and` with two or more. Uploads that are not finished and delete markers have neither tags nor sizes.
    RuleFilter = "BKS0821", "rule's filter";
    /// The transitions of a lifecycle rule are in an order, or at times, that AWS refuses.
    ///
    /// Classes are passed in the order `STANDARD_IA`, `INTELLIGENT_TIERING`, `ONEZONE_IA`, `GLACIER_IR`, `GLACIER`, `DEEP_ARCHIVE`. The two IA classes
    /// begin at 30 days and keep objects for 30, the GLACIER classes for 90. What expires must have been moved before, and one rule has
    /// days or dates throughout.
    RuleTransitions = "BKS0822", "lifecycle rule's transitions";
    /// With versioning an expiration puts a delete marker on top of an object and deletes nothing, so that the versions under it are paid for
    /// until something deletes them.
    ///
    /// Add `noncurrent_version_expiration` with as many days as you may need to undo a deletion.
    GrowsForEver = "BKS0823", "versions that nothing deletes";
    /// Settings of a replication rule that AWS does not take together.
    ///
    /// The message says which other setting is missing, or must go.
    ReplicationRules = "BKS0824", "replication rule's settings";
    /// AWS no longer takes `existing_object_replication`. A rule copies what is written after it was made; what was there before is copied by
    /// a job of S3 Batch Replication, once.
    ExistingObjects = "BKS0825", "existing objects are not replicated";
    /// Replication and object lock work only on a bucket whose versioning is Enabled.
    ///
    /// Add `versioning { status = "Enabled" }` to the block. It can be suspended again, but not while a replication rule or object lock is there.
    NeedsVersioning = "BKS0826", "needs versioning";
    /// The bucket is in a state in which AWS refuses the change: versioning cannot be suspended under replication or object lock, and neither
    /// versioning nor lifecycle changes under MFA delete.
    BucketState = "BKS0827", "bucket does not allow it";
    /// Rules of the first generation (a prefix, and no filter) cannot stand beside newer ones, and backstay leaves others' rules as they are.
    ///
    /// Lifecycle rules that filter by a prefix only are written in the old form beside such; everything else needs the owner of the old rules
    /// to give them a filter. A replication rule needs a priority and delete marker replication too, which the old form has on without saying so.
    OldRules = "BKS0828", "rules of the first generation";
    /// Settings of a bucket that AWS does not take together. The message says which other setting is missing, or must go.
    BucketSettings = "BKS0829", "bucket's settings";
    /// What a backup selection chooses by tag or pattern is of a type of resource that the account is not opted in to in that region. AWS
    /// Backup leaves it out of every run, and nothing tells.
    ///
    /// Turn the type on with a `protect "aws_backup_region_settings"` block, or name the resources with their full ARNs, which count without
    /// it.
    NotOptedIn = "BKS0830", "type of resource that is not opted in to";
    /// A report plan whose report and what it covers do not go together: a compliance report covers frameworks, a report of jobs has none.
    ReportCovers = "BKS0831", "report that covers nothing";
    /// What a restore testing selection tests is not one choice: `["*"]`, with conditions or without, or up to 30 ARNs of one type.
    RestoreTestChoice = "BKS0832", "restore test that chooses nothing, or too much";
    /// A restore testing plan without a selection, or one whose settings cannot find a recovery point, tests nothing.
    RestoreTestNothing = "BKS0833", "restore test that tests nothing";
    /// A control of a framework has parameters or a scope that AWS Backup Audit Manager does not take.
    ControlParameters = "BKS0834", "control's parameters";
    /// A framework of AWS Backup Audit Manager is deployed, and AWS Config does not record what its controls look at: they tell nothing of it.
    ///
    /// Turn recording on for the types that the controls look at and for AWS Backup's own (plans, selections, vaults, recovery points).
    NotRecording = "BKS0835", "AWS Config does not record";
    /// A rule of a backup plan may start backups of a database in the hours in which it makes none: its backup window, its maintenance window,
    /// and the hour before each. Such a job fails. Those of DocumentDB and Neptune are doubted only, and Aurora has no such hours.
    ///
    /// Move the rule's `schedule`, or shorten its `start_window`, so that it keeps out of the hours that the message names; or move the window
    /// of the database. Where the plan also backs up the instance continuously, AWS Backup keeps clear of them itself.
    BusyHours = "BKS0836", "backups in hours in which a database makes none";
    /// An alarm does not say exactly what it watches: one metric (`metric_name` with `namespace`, `period` and a statistic), or `metric_query`
    /// blocks of which exactly one returns data. AWS refuses the two together, and either one by halves.
    AlarmWatches = "BKS0840", "what the alarm watches is not clear";
    /// The periods of an alarm are not ones that CloudWatch evaluates.
    ///
    /// A period is 10, 20 or 30 seconds or a multiple of 60. `period` times `evaluation_periods` is at most 7 days, and at most 1 day where the
    /// period is shorter than an hour. What must not happen for longer than that is no alarm: `backstay plan` and AWS Backup Audit Manager can
    /// tell it.
    AlarmPeriods = "BKS0841", "periods that CloudWatch does not evaluate";
    /// An alarm on an anomaly detection band has the operators of a band, `threshold_metric_id` and no `threshold`; any other alarm has none of
    /// these and a `threshold`.
    AlarmThreshold = "BKS0842", "threshold and operator do not go together";
    /// AWS does not publish this metric, so the alarm would stay in `INSUFFICIENT_DATA` for ever and tell nobody.
    ///
    /// `AWS/DynamoDB ContinuousBackupsStatus` is the best known of them: no metric tells of point-in-time recovery. The help says what does.
    /// Metrics in namespaces of your own are never judged.
    AlarmUnpublished = "BKS0843", "no such metric";
    /// The metric exists, but AWS is not known to publish it with these dimensions: an alarm watches exactly the ones that it names, so it would
    /// see no values. For AWS Backup that is `BackupVaultName`, or `BackupVaultName` and `ResourceType`.
    AlarmDimensions = "BKS0844", "no such dimensions of the metric";
    /// The alarm can never fire: no value of the metric crosses the threshold, or the periods that would are those without values, which
    /// `treat_missing_data` passes over.
    ///
    /// The rule of a composite alarm can be false whatever its alarms do: `ALARM(a) AND OK(a)`.
    ///
    /// "No backup completed" is `LessThanThreshold` 1 with `treat_missing_data = "breaching"`, as AWS Backup publishes no zeros.
    AlarmNeverFires = "BKS0845", "alarm that never fires";
    /// The alarm fires where nothing is wrong, is always firing, does not come back from firing, or misses the worst case. The help says which setting mends it.
    AlarmMisleads = "BKS0846", "alarm that misleads";
    /// CloudWatch carries out actions in the alarm's own region only, and refuses an alarm whose actions are in another.
    ///
    /// Declare a topic in the alarm's target. Its subscriptions may be in other regions and accounts.
    AlarmAction = "BKS0847", "action in another region";
    /// The key `alias/aws/sns` is AWS's own, and its policy lets no service use it: what CloudWatch, EventBridge and AWS Backup publish to a topic
    /// with it is dropped.
    ///
    /// Use a key of your own whose policy allows `kms:GenerateDataKey*` and `kms:Decrypt` to these services.
    TopicKey = "BKS0860", "topic key that services cannot use";
    /// The name and the settings of a FIFO topic, or of a standard one, do not go together: a FIFO topic's name ends in `.fifo`, and only such a
    /// topic has `content_based_deduplication`.
    TopicFifo = "BKS0861", "FIFO topic by halves";
    /// A document of a topic is not what SNS takes: the policy is no policy document.
    TopicPolicy = "BKS0862", "no policy of a topic";
    /// A subscription asks for what its protocol does not have, or its endpoint is not one of its protocol.
    Subscription = "BKS0863", "subscription that SNS refuses";
    /// Somebody has not confirmed that they want the messages of a topic, and gets none until then.
    ///
    /// SNS sent a message with a link to the endpoint; whoever reads it must follow that link. A subscription that waits cannot be changed or
    /// removed by anybody and is not compared; it lapses by itself when nobody confirms it, and is then made anew by the next apply.
    Unconfirmed = "BKS0864", "subscription that waits to be confirmed";
    /// The policy of a topic lets in everybody without a condition, so that anybody, of any account, may publish to it.
    ///
    /// Name the services and accounts that publish, or add a condition on `aws:SourceAccount` or `aws:PrincipalOrgID`. It is a warning: SNS
    /// takes such a policy, and a topic that the public is to reach needs it.
    OpenTopic = "BKS0865", "anybody may publish";
    /// The bucket encrypts new objects with KMS, and a replication rule leaves such objects out: AWS takes both without a word, and copies
    /// nothing but what a request encrypts with AES256.
    ///
    /// Add `source_selection_criteria { sse_kms_encrypted_objects { status = "Enabled" } }` to the rule and
    /// `encryption_configuration { replica_kms_key_id = … }` to its destination, and let the role use both keys.
    ReplicationKms = "BKS0866", "replication leaves objects under KMS out";
    /// A rule or a copy sends recovery points to a vault whose lock does not take them: they are kept for fewer days than its
    /// `min_retention_days`, or for more than its `max_retention_days`. AWS takes such a plan, and then every job of it fails.
    ///
    /// Change the rule's `delete_after`, or the lock's range while that is possible. Points that are kept for ever fit no longest retention.
    LockRange = "BKS0870", "retention that a vault's lock refuses";
    /// The shortest and the longest retention of a lock, or of a logically air-gapped vault, are not a range.
    LockDays = "BKS0871", "no range of retention";
    /// In a vault whose lock nobody can lift, recovery points without an end can never be deleted, and are paid for for ever.
    ///
    /// A `max_retention_days` keeps such jobs out. Give recovery points that are there already an end before the lock is final.
    LockForEver = "BKS0872", "recovery points for ever";
    /// The access policy of a vault is no policy document, or one that AWS Backup refuses: its actions are written out, without `*`.
    VaultPolicy = "BKS0873", "no policy of a vault";
    /// The access policy denies to everybody that it is changed or removed. Nobody can change it then, root and backstay among them, until AWS
    /// support does.
    ///
    /// Leave a way: except a role from the denial with a condition on `aws:PrincipalArn`.
    VaultPolicyForEver = "BKS0874", "policy that nobody can change";
    /// The access policy allows everybody to do something, of whichever account.
    ///
    /// Name the accounts, or add a condition on `aws:PrincipalOrgID`.
    VaultPolicyOpen = "BKS0875", "policy that lets everybody in";
    /// AWS Backup publishes to standard topics of the vault's own account only.
    VaultTopic = "BKS0876", "topic that a vault cannot publish to";
    /// The hours of the daily backup overlap the maintenance window of the database or cache, which AWS refuses.
    ///
    /// Choose other hours in UTC, of at least 30 minutes (60 of a cache), or have the owner of the database move its maintenance window. The
    /// plan names both.
    HoursOverlap = "BKS0880", "backup hours overlap maintenance";
    /// A rule of AWS Backup with continuous backup keeps the backups of this database, or will from its first run on, and only AWS Backup can
    /// change their retention and hours.
    ///
    /// Change the lifecycle of that rule, or leave both settings out of the policy. Who wants them back takes the database out of the rule and
    /// disassociates the recovery point, which gives its backups back to RDS without deleting them.
    OwnedByAwsBackup = "BKS0881", "backups belong to AWS Backup";
    /// Something needs the automated backups of this database, so that AWS does not turn them off.
    BackupsNeeded = "BKS0882", "backups that something needs";
    /// The database is in a state in which AWS changes nothing of it, and which does not pass by itself: stopped, failed, without its key.
    DatabaseState = "BKS0883", "database does not allow it";
    /// AWS backtracks Aurora MySQL clusters only, and turns that on only where a cluster is made, restored or cloned.
    Backtracking = "BKS0884", "cluster that cannot be taken back";
    /// A setting that AWS keeps nowhere, as it is said with a call: `delete_automated_backups` with the deletion, which backstay never makes,
    /// and `apply_immediately` with a change of other settings.
    OnlySaid = "BKS0885", "said with a call, and kept nowhere";
    /// AWS has taken a change of the retention period and makes it in the next maintenance window of the database, as turning backups on or off
    /// is a short outage. It is no difference: a second plan finds nothing to do.
    ///
    /// With `apply_immediately = true` in the block the next apply makes it at once. Stopping the database drops what waits.
    WaitsForMaintenance = "BKS0886", "waits for the maintenance window";
    /// An event subscription asks for what RDS refuses: sources without a type, a category that its type does not have, or a topic of another
    /// region. The message says which.
    EventSubscription = "BKS0887", "event subscription that RDS refuses";
    /// Automated backups are copied from one region to another, and the copies are encrypted with a key of the region that holds them.
    BackupsReplication = "BKS0888", "replication of backups within a region";
    /// The event pattern of a rule is not one that EventBridge takes, or it matches nothing that its source ever sends.
    ///
    /// A pattern is an object whose members are objects or lists of values. AWS Backup tells how a backup, copy or scan job stands in
    /// `detail.state`, and how a restore job or a recovery point stands in `detail.status`: a rule that looks at the other one never fires.
    EventPattern = "BKS0890", "event pattern that matches nothing";
    /// A rule is fired by events or by a schedule, and needs one of the two; schedules exist on the default event bus alone.
    EventRule = "BKS0891", "rule without a trigger";
    /// A target of a rule is not what EventBridge takes, or a rule has more than 5 of them.
    ///
    /// One of `input`, `input_path` and `input_transformer` says what is sent. Topics, queues' policies and functions' policies let a rule in by
    /// themselves; streams and state machines are called by a role.
    EventTarget = "BKS0892", "target that EventBridge refuses";
    /// CloudWatch Logs keeps events for ever (`retention_in_days = 0`) or for one of certain numbers of days, and those of a log group of the
    /// class `DELIVERY` for two days, which nobody can change.
    LogRetention = "BKS0893", "retention that CloudWatch Logs does not have";
    /// Settings of a schedule, or of a schedule group, that EventBridge Scheduler refuses or passes over.
    ///
    /// A window that is `FLEXIBLE` has a length and one that is `OFF` has none; a schedule ends after it starts; the group `default` is every
    /// account's own.
    Schedule = "BKS0894", "schedule by halves";
    /// The thing is in a state in which AWS changes nothing of it, and which does not pass by itself: a cache whose making failed, a file
    /// system in error, a cluster that is paused.
    ///
    /// Bring it back to `available`, or leave it out of the selection, and plan again.
    StateForbids = "BKS0900", "state that allows no change";
    /// Backups are off, so that what says when or how they are made does nothing.
    BackupsOff = "BKS0901", "hours of backups that are off";
    /// The automated snapshots of Redshift clusters with RA3 or RG nodes cannot be turned off.
    SnapshotsStayOn = "BKS0902", "snapshots that cannot be turned off";
    /// A policy of Data Lifecycle Manager by halves, or with what its type does not have.
    ///
    /// A policy of snapshots or AMIs has resource types, target tags and one to four schedules, each with one `create_rule` and one
    /// `retain_rule`; an event-based policy has an event source and an action; a default policy has neither, but intervals and exclusions.
    LifecyclePolicy = "BKS0903", "lifecycle policy by halves";
    /// What a block stands for works in another region only.
    ///
    /// Alarms and rules tell topics of their own region; AWS publishes an account's charges in us-east-1, and how far replication is behind in
    /// the region of the destination bucket. Write a block for each region, with a `target` there.
    OtherRegion = "BKS0910", "works in another region only";
    /// Two schedules of one block export the whole table at the same times.
    ///
    /// What is kept for longer serves both: keep that one, or give the other one other times.
    ExportedTwice = "BKS0911", "exported twice at the same times";
    /// A run of a schedule falls into the time that the clocks of its zone skip, and does not come on that day.
    ///
    /// Choose a time that is there on every day, or one in UTC, whose clocks never change.
    SkippedRun = "BKS0912", "run that the clocks skip";
    /// Things need each other's presence in a circle, so that none of them can be made before the others: composite alarms that are about each
    /// other. CloudWatch stops to evaluate such alarms, and refuses to remove any of them.
    ///
    /// Take one of the references out of the circle.
    NeedsInCircle = "BKS0930", "things that need each other";
    /// A composite alarm tells topics, calls Lambda functions, and opens items and incidents of Systems Manager. What is done to EC2 instances
    /// and to groups of them only metric alarms can do.
    CompositeAction = "BKS0931", "action that composite alarms do not take";
    /// The rule of a composite alarm, or its suppressor, names something that is no alarm of its own account and region.
    CompositeChild = "BKS0932", "no alarm of the same place";
    /// The body of a dashboard is not what CloudWatch takes: `widgets` with a type, properties and a place on a grid of 24 columns.
    DashboardBody = "BKS0933", "no dashboard";
    /// A dashboard is of an account and of no region, and AWS lists the tags of such things in us-east-1 alone.
    ///
    /// In a target of another region it is made, compared and changed all the same; only when the policy no longer declares it, backstay does not
    /// find it again, and it stays.
    DashboardPlace = "BKS0934", "dashboard whose removal goes unseen";
    /// A role that a block names is not in the account, or not at that path.
    ///
    /// AWS refuses what is to work with a role that is not there. Make it before the next apply, with a trust policy that lets the service in and
    /// with the permissions for its work; AWS Backup's own is `service-role/AWSBackupDefaultServiceRole`, which the console makes when a first
    /// backup is assigned there. Roles of other accounts, and of the partitions of China and of governments, are not looked at.
    RoleMissing = "BKS0940", "role that is not there";
    /// The trust policy of a role keeps out the service that is to work with it, so that AWS refuses it or everything fails that it should do.
    ///
    /// The trust policy needs a statement that allows `sts:AssumeRole` to the service's principal: `backup.amazonaws.com` for selections of
    /// backup plans and for restore tests, `scheduler.amazonaws.com` for schedules, `dlm.amazonaws.com` for lifecycle policies,
    /// `events.amazonaws.com` for rules and their targets, `s3.amazonaws.com` for replication. A call of AWS that a schedule makes can need
    /// another one in its `input`: exports of RDS snapshots one for `export.rds.amazonaws.com`. What hangs on a condition that nobody can judge from here is let through.
    RoleShutsOut = "BKS0941", "role that shuts the service out";
    /// The caller may not read the roles or keys that the policy names, so that nobody knows whether what needs them works.
    ///
    /// Allow `iam:GetRole` and `kms:DescribeKey` to have them looked at. The plan is complete without.
    OutsideUnread = "BKS0942", "roles and keys that were not looked at";
    /// A key of KMS that a block names is disabled, waits to be deleted, has no key material, or is not one for symmetric encryption.
    ///
    /// Enable it or keep it, or name another. When a key is deleted, all that it encrypted is lost, backups among it.
    KeyUnusable = "BKS0943", "key that cannot be used";
    /// A key of KMS that a block names is not in the account and region of its ARN.
    KeyMissing = "BKS0944", "key that is not there";
}

impl Code {
    /// Whether it says that something makes no sense although AWS takes it, or took it once. A block that only describes what is there may
    /// say such things: they are told as warnings then.
    pub fn is_judgement(self) -> bool {
        use Code as C;
        let of_backup = matches!(self, C::ChoosesNothing | C::NotForType | C::NotBackedUp | C::CopyToItself | C::NotOptedIn | C::BusyHours);
        let of_alarms = matches!(self, C::AlarmUnpublished | C::AlarmDimensions | C::AlarmNeverFires | C::AlarmMisleads);
        let of_others = matches!(self, C::ShutOut | C::NeededSetting | C::NeededThing | C::LockRange | C::TopicKey | C::ReplicationKms);
        of_backup || of_alarms || of_others || matches!(self, C::ScheduleIsOver | C::EventPattern | C::RestoreTestNothing)
    }

    /// Finds a code by its name, in any case.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(name.trim()))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}
