//! `examples/ci`, as it stands there: its files parse, its scripts run against the sandbox, its roles may do what is called and no more.
#![cfg(all(feature = "sandbox", unix))]

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::room::{Ended, Room, finish};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).expect("it is there")
}

/// The documents of a YAML file, as JSON.
fn documents(name: &str) -> Vec<Value> {
    let text = text(name);
    serde_yaml_ng::Deserializer::from_str(&text).map(|document| serde::Deserialize::deserialize(document).expect("it is there")).collect()
}

fn yaml(name: &str) -> Value {
    documents(name).remove(0)
}

fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).expect("it is there")
}

/// Every file below `examples/ci`, by its path there.
fn files() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("it is there").map(|entry| entry.expect("the folder can be listed")) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(folder()).expect("it is there").display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// The script of a step of a GitHub workflow.
fn step(workflow: &str, job: &str, name: &str) -> String {
    let workflow = yaml(&format!("github/{workflow}.yml"));
    let steps = workflow["jobs"][job]["steps"].as_array().expect("it is there");
    let step = steps.iter().find(|step| step["name"] == name).expect("it is there");
    let script = step["run"].as_str().expect("it is there").to_owned();
    assert!(!script.contains("${{"), "expressions in a script are an injection: they belong into `env`");
    script
}

/// The script of a job of the GitLab pipeline.
fn job(name: &str) -> String {
    let pipeline = yaml("gitlab/backstay.gitlab-ci.yml");
    let lines = pipeline[name]["script"].as_array().expect("it is there");
    lines.iter().map(|line| line.as_str().expect("it is there")).collect::<Vec<_>>().join("\n")
}

/// A runner: a folder with the policy in `backup`, and on its path `backstay`, which leads to the sandbox, and `gh`, which notes its words.
struct Runner(Room);

const POLICY: &str = "backstay { workspace = \"shop\" }\n\nprotect \"aws_dynamodb_table\" \"shop\" {\n  select { names = [\"Sales\"] }\n  point_in_time_recovery {\n    enabled                 = true\n    recovery_period_in_days = 35\n  }\n}\n";

impl Runner {
    fn new() -> Self {
        let room = Room::new();
        room.write(
            "sales.seed.hcl",
            "resource \"aws_dynamodb_table\" \"t\" { name = \"Sales\" }\nresource \"aws_sns_topic\" \"t\" { name = \"backup-drift\" }\n",
        );
        room.write("work/backup/policy.hcl", POLICY);
        let sandbox = room.file(".backstay/sandbox");
        program(&room, "backstay", &format!("exec '{}' \"$@\" --sandbox='{}'\n", env!("CARGO_BIN_EXE_backstay"), sandbox.display()));
        // What it is asked for stands in `answer`.
        program(&room, "gh", "echo \"$@\" >> gh.log\ncase \"$*\" in *--jq*) cat answer 2> /dev/null || true ;; esac\n");
        room.ok("sandbox seed sales.seed.hcl");
        Self(room)
    }

    /// Runs a script as the platforms do.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Ended {
        let path = format!("{}:/usr/bin:/bin", self.0.file("bin").display());
        let mut command = Command::new("bash");
        command.args(["-e", "-o", "pipefail", "-c", script]).current_dir(self.0.file("work")).env_clear();
        command.env("PATH", path).env("HOME", self.0.path()).env("POLICY", "backup").env("BACKSTAY_NOTIFY_WEBHOOK", "");
        command.env("GITHUB_OUTPUT", self.0.file("output")).env("GITHUB_STEP_SUMMARY", self.0.file("summary"));
        command.envs(variables.iter().copied());
        finish(&mut command)
    }

    fn has(&self, name: &str) -> bool {
        self.0.file(&format!("work/{name}")).exists()
    }

    fn read(&self, name: &str) -> String {
        self.0.read(&format!("work/{name}"))
    }
}

fn program(room: &Room, name: &str, script: &str) {
    let path = format!("bin/{name}");
    room.write(&path, format!("#!/bin/sh\n{script}"));
    std::fs::set_permissions(room.file(&path), std::fs::Permissions::from_mode(0o755)).expect("it is there");
}

/// The script that plans, wherever it runs, ends with the code that its pipeline is to see.
fn plans(script: &str) {
    let runner = Runner::new();
    let ended = runner.run(script, &[]);
    assert_eq!(ended.code, Some(0), "changes are no failure: {}", ended.output);
    assert!(runner.read("plan.md").contains("1 to change"), "{}", runner.read("plan.md"));
    assert!(runner.has("backstay.plan"));
    // Applied, there is nothing to do; then a weakening is refused, and told.
    assert_eq!(runner.run("backstay apply backstay.plan", &[]).code, Some(0));
    assert_eq!(runner.run(script, &[]).code, Some(0));
    runner.0.write("work/backup/policy.hcl", POLICY.replace("35", "7"));
    let ended = runner.run(script, &[]);
    assert_eq!(ended.code, Some(4), "a refused plan fails: {}", ended.output);
    assert!(runner.read("plan.md").contains("waiver"), "{}", runner.read("plan.md"));
    runner.0.ok("sandbox faults --deny dynamodb:DescribeContinuousBackups");
    assert_eq!(runner.run(script, &[]).code, Some(3), "what could not be read fails");
    runner.0.write("work/backup/policy.hcl", "protect {");
    assert_eq!(runner.run(script, &[]).code, Some(1));
}

#[test]
fn every_file_parses_and_every_action_is_pinned() {
    let names = files();
    assert!(names.len() > 12, "{names:?}");
    let uses = regex::Regex::new(r"uses: (\S+)(.*)").unwrap();
    let pinned = regex::Regex::new(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$").unwrap();
    for name in names {
        match name.rsplit('.').next().unwrap() {
            "yml" | "yaml" => assert!(!documents(&name).is_empty(), "{name}"),
            "json" => assert!(json(&name).is_object(), "{name}"),
            _ => {}
        }
        if name.starts_with("github/") {
            for found in uses.captures_iter(&text(&name)) {
                assert!(pinned.is_match(&found[1]) && found[2].starts_with(" # v"), "{name}: {}", &found[0]);
            }
        }
    }
}

#[test]
fn a_pull_request_is_planned() {
    plans(&step("backstay-plan", "plan", "Plan"));
}

#[test]
fn a_merge_request_is_planned() {
    plans(&job("backstay plan"));
}

#[test]
fn a_comment_is_made_once_and_then_updated() {
    let (runner, script) = (Runner::new(), step("backstay-plan", "plan", "Comment"));
    runner.0.write("work/plan.md", "x".repeat(65_000));
    let variables = [("REPOSITORY", "acme/infrastructure"), ("NUMBER", "7"), ("GH_TOKEN", "t")];
    assert_eq!(runner.run(&script, &variables).code, Some(0));
    let body = runner.read("comment.md");
    assert!(body.starts_with("<!-- backstay plan -->\n") && body.len() <= 65_536, "GitHub takes no more: {}", body.len());
    assert!(runner.read("gh.log").contains("api --method POST repos/acme/infrastructure/issues/7/comments --field body=@comment.md"));
    runner.0.write("work/answer", "42\n43\n");
    assert_eq!(runner.run(&script, &variables).code, Some(0));
    let calls = runner.read("gh.log");
    assert!(calls.contains("api --method PATCH repos/acme/infrastructure/issues/comments/42 --field body=@comment.md"), "{calls}");
    assert_eq!(calls.matches("--method POST").count(), 1, "{calls}");
}

/// Plans in one folder, and applies what was saved in another, where there is nothing but the plan.
fn applies(plan: &str, apply: &str) {
    let runner = Runner::new();
    assert_eq!(runner.run(plan, &[]).code, Some(0));
    let saved = std::fs::read(runner.0.file("work/backstay.plan")).expect("it is there");
    let elsewhere = |runner: &Runner| {
        let script = format!("mkdir -p ../apply && cd ../apply && {apply}");
        runner.0.write("apply/backstay.plan", &saved);
        runner.run(&script, &[])
    };
    let ended = elsewhere(&runner);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(ended.output.contains("Read again: no changes"), "{}", ended.output);
    assert!(runner.0.read("apply/journal.jsonl").contains("dynamodb:UpdateContinuousBackups"));
    let again = elsewhere(&runner);
    assert_eq!(again.code, Some(4), "what moved since the plan is refused: {}", again.output);
}

#[test]
fn a_merge_applies_the_saved_plan() {
    applies(&step("backstay-apply", "plan", "Plan"), &step("backstay-apply", "apply", "Apply"));
    let workflow = yaml("github/backstay-apply.yml");
    assert_eq!(workflow["jobs"]["apply"]["environment"], "backup", "somebody approves");
    applies(&job("backstay plan"), &job("backstay apply"));
}

#[test]
fn drift_is_reported_and_fails_the_night() {
    let (runner, script) = (Runner::new(), step("backstay-drift", "drift", "Drift"));
    let issue = step("backstay-drift", "drift", "Issue");
    let verdict = step("backstay-drift", "drift", "Verdict");
    let ended = runner.run(&script, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert_eq!(runner.0.read("output"), "code=2\n");
    assert!(runner.read("drift.md").contains("no call that can have moved it"), "who it was is asked");
    let sarif: Value = serde_json::from_str(&runner.read("drift.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert_eq!(runner.run(&issue, &[("CODE", "2")]).code, Some(0));
    assert!(runner.read("gh.log").contains("issue create --title backstay: drift --body-file drift.md"));
    runner.0.write("work/answer", "7\n");
    assert_eq!(runner.run(&issue, &[("CODE", "3")]).code, Some(0));
    assert!(runner.read("gh.log").contains("issue edit 7 --body-file drift.md"));
    assert_eq!(runner.run(&issue, &[("CODE", "0")]).code, Some(0));
    assert!(runner.read("gh.log").contains("issue close 7"));
    assert_eq!(runner.run(&verdict, &[("CODE", "2")]).code, Some(2));
    assert_eq!(runner.run(&verdict, &[("CODE", "")]).code, Some(1), "a run that ended early is no success");
    let ended = runner.run(&job("backstay drift"), &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    assert!(runner.read("drift.xml").contains("<failure"), "{}", runner.read("drift.xml"));
    runner.run("backstay apply backup --auto-approve", &[]);
    assert_eq!(runner.run(&job("backstay drift"), &[]).code, Some(0));
}

#[test]
fn scheduled_containers_tell_the_topic() {
    let words = |value: &Value| -> Vec<String> { value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect() };
    let pods = documents("kubernetes/cronjob.yaml");
    let pod = pods.iter().find(|document| document["kind"] == "CronJob").unwrap();
    let container = &pod["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
    let cron: Vec<String> = words(&container["command"]).into_iter().chain(words(&container["args"])).collect();
    let template = yaml("ecs/template.yaml");
    let mut container = template["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0].clone();
    let command = container["Command"].as_array_mut().unwrap();
    for word in command.iter_mut().filter(|word| word.is_object()) {
        *word = Value::from(word["Fn::Sub"].as_str().unwrap().replace("${Topic}", "arn:aws:sns:us-east-1:123456789012:backup-drift"));
    }
    let task: Vec<String> = words(&container["EntryPoint"]).into_iter().chain(words(&container["Command"])).collect();
    for line in [cron, task] {
        let runner = Runner::new();
        let ended = runner.run(&line.join(" ").replace("/policy", "backup"), &[]);
        assert_eq!(ended.code, Some(2), "{line:?}: {}", ended.output);
        assert!(runner.0.read(".backstay/sandbox/state.json").contains("backstay: Drift: 1 moved"), "{line:?}");
    }
}

/// The actions that the statements of a policy allow.
fn allowed(name: &str) -> BTreeSet<String> {
    let policy = json(name);
    let statements = policy["Statement"].as_array().expect("it is there");
    statements
        .iter()
        .flat_map(|statement| statement["Action"].as_array().expect("it is there"))
        .map(|action| action.as_str().expect("it is there").to_owned())
        .collect()
}

/// The actions of all kinds, that read and that write.
fn needed() -> (BTreeSet<String>, BTreeSet<String>) {
    let schema: Value = serde_json::from_str(&Room::new().ok("schema --json")).expect("it is there");
    let of = |names: &[&str]| -> BTreeSet<String> {
        let kinds = schema["kinds"].as_array().expect("it is there").iter();
        let lists = kinds.flat_map(|kind| names.iter().map(|name| kind["actions"][*name].as_array().expect("it is there")));
        lists.flatten().map(|action| action.as_str().expect("it is there").to_owned()).collect()
    };
    (of(&["inventory", "read", "outside"]), of(&["write"]))
}

#[test]
fn the_roles_may_do_what_the_kinds_need() {
    let (plan, apply) = (allowed("iam/plan-role-policy.json"), allowed("iam/apply-role-policy.json"));
    let (reads, writes) = needed();
    assert_eq!(reads.difference(&plan).collect::<Vec<_>>(), Vec::<&String>::new());
    let both: BTreeSet<String> = plan.union(&apply).cloned().collect();
    assert_eq!(writes.difference(&both).collect::<Vec<_>>(), Vec::<&String>::new());
    let reading = |action: &&String| {
        let name = action.split_once(':').unwrap().1;
        !["Get", "List", "Describe", "Lookup"].iter().any(|verb| name.starts_with(verb))
    };
    assert_eq!(plan.iter().filter(reading).collect::<Vec<_>>(), ["sns:Publish"], "the role that plans changes nothing");
    // A managed policy holds 6,144 characters, white space not counted.
    for name in ["iam/plan-role-policy.json", "iam/apply-role-policy.json"] {
        assert!(text(name).chars().filter(|character| !character.is_whitespace()).count() <= 6144, "{name}");
    }
}

/// The IAM action of a request.
fn action(operation: &str) -> String {
    let special = BTreeMap::from([
        ("s3:ListBuckets", "s3:ListAllMyBuckets"),
        ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
        ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
        ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ]);
    (*special.get(operation).unwrap_or(&operation)).to_owned()
}

#[test]
fn the_role_that_plans_may_make_every_call_of_the_other_examples() {
    let plan = allowed("iam/plan-role-policy.json");
    for example in ["dynamodb-processor", "sale-module", "eventchain", "kessan", "mirror-dissonance"] {
        let room = Room::new();
        for entry in std::fs::read_dir(folder().parent().unwrap().join(example)).unwrap().map(Result::unwrap) {
            room.write(&entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap());
            if entry.file_name().to_string_lossy().ends_with(".seed.hcl") {
                room.ok(&format!("sandbox seed {}", entry.file_name().to_string_lossy()));
            }
        }
        let ended = room.run("drift . --sandbox --who --log info");
        let called: BTreeSet<String> = ended
            .output
            .lines()
            .filter_map(|line| line.split_once("operation=\"")?.1.split_once('"'))
            .map(|(name, _)| action(name))
            .collect();
        assert!(called.len() > 3, "{example}: {}", ended.output);
        // Anybody may ask who they are.
        let missing: Vec<&String> = called.iter().filter(|action| !plan.contains(*action) && *action != "sts:GetCallerIdentity").collect();
        assert!(missing.is_empty(), "{example}: {missing:?}");
    }
}

#[test]
fn nobody_else_can_take_the_roles() {
    for name in files().iter().filter(|name| name.ends_with("-trust.json")) {
        let trust = json(name);
        let statement = &trust["Statement"][0];
        let conditions = statement["Condition"].to_string();
        if statement["Principal"].get("Federated").is_none() {
            assert!(conditions.contains("aws:SourceAccount"), "{name}");
            continue;
        }
        let equal = statement["Condition"]["StringEquals"].as_object().unwrap();
        assert!(equal.keys().any(|key| key.ends_with(":aud")), "{name}");
        assert!(conditions.contains(":sub\""), "{name}");
        if name.contains("apply") {
            assert!(!conditions.contains('*'), "{name}: one branch or environment");
        } else {
            assert!(
                conditions.contains("acme/infrastructure") || conditions.contains("serviceaccount:backstay:"),
                "{name}: one repository"
            );
        }
    }
}
