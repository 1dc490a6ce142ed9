//! Terraform as the referee of every kind that its AWS provider knows, in three directions.
//!
//! | direction | how it is played |
//! |---|---|
//! | created by Terraform, adopted | it applies [`estate::configuration`]; `adopt` describes all of it, the plan of that is empty, and adopting again changes no byte |
//! | changed by backstay, seen by Terraform | one setting of each kind is changed in the adopted policy and applied; Terraform's plan wants just that back |
//! | made by backstay, imported | the adopted policy is applied where nothing is; Terraform generates a configuration for all of it, and plans no change |
//!
//! The table of what came of it is printed whatever it says. It fails on each difference that is not one of [`peculiarities::ALL`].

mod compare;
mod emulators;
mod estate;
mod imports;
mod peculiarities;
mod table;

use crate::support::{Peer, Policy, Terraform, World, say};
use estate::Edit;
use imports::Ids;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use table::{Direction, Table, every_kind, kind_of};

/// One endpoint with what it carries.
struct Game {
    peer: Peer,
    endpoint: &'static str,
    configuration: String,
    edits: Vec<Edit>,
    kinds: BTreeSet<String>,
    /// Makes what is there before backstay, where what Terraform created was.
    before: fn(&World, &Policy, &[Value]),
}

#[test]
fn terraform_and_backstay_agree_about_every_kind_where_terraform_is_installed() {
    let game = Game {
        peer: Peer::Sandbox,
        endpoint: "the sandbox",
        configuration: estate::configuration(),
        edits: estate::EDITS.to_vec(),
        kinds: every_kind(),
        before: seed,
    };
    game.play();
}

#[test]
fn terraform_and_backstay_agree_over_moto_where_terraform_is_installed() {
    over_emulator(Peer::Moto, "moto", emulators::MOTO, &["aws_dynamodb_table", "aws_sns_topic"]);
}

#[test]
fn terraform_and_backstay_agree_over_ministack_where_terraform_is_installed() {
    let kinds = ["aws_dynamodb_table", "aws_sns_topic", "aws_s3_bucket", "aws_backup_plan", "aws_backup_selection"];
    over_emulator(Peer::Ministack, "ministack", emulators::MINISTACK, &kinds);
}

fn over_emulator(peer: Peer, endpoint: &'static str, configuration: &str, kinds: &[&str]) {
    let game = Game {
        peer,
        endpoint,
        configuration: configuration.to_owned(),
        edits: emulators::EDITS.into_iter().filter(|edit| kinds.contains(&edit.kind)).collect(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        before: emulators::before,
    };
    game.play();
}

impl Game {
    fn play(&self) {
        let world = self.peer.start();
        let Some(terraform) = Terraform::new(&world, &self.configuration) else { return self.is_not_run() };
        let mut table = Table::new(self.endpoint);
        terraform.run(&["apply", "-auto-approve", "-parallelism=50"]).exits(0).says("0 changed, 0 destroyed");
        let mut created = resources(&terraform);
        created.retain(|resource| resource["type"].as_str().and_then(kind_of).is_none_or(|kind| self.kinds.contains(&kind)));
        let policy = Policy::new(&world, estate::TARGETS);
        let adopted = self.adopt(&policy, &created, &mut table);
        let plan = self.change(&terraform, &policy, &mut table);
        self.make(&adopted, &created, &plan["configuration"], &mut table);
        table.finish(&self.kinds);
    }

    fn is_not_run(&self) {
        for kind in every_kind() {
            say(&format!("REFEREE: over {}: {kind}: not run, as Terraform is absent", self.endpoint));
        }
    }

    /// Adopts all of it twice; gives the files that came out.
    fn adopt(&self, policy: &Policy, created: &[Value], table: &mut Table) -> BTreeMap<String, String> {
        let everything = || {
            let all = self.peer == Peer::Sandbox;
            let kinds = self.kinds.iter().filter(|_| !all).flat_map(|kind| ["--kind", kind]);
            let ran = policy.backstay(&["adopt", "--out", "."].into_iter().chain(kinds).collect::<Vec<_>>()).exits(0);
            let left_out = ran.out.lines().skip_while(|line| !line.starts_with("Not described")).skip(1);
            // What AWS makes for itself is nobody's to describe.
            let left_out: Vec<&str> = left_out.filter(|line| !line.is_empty() && !line.ends_with("makes and changes it")).collect();
            assert!(left_out.is_empty(), "{left_out:#?}");
        };
        everything();
        let adopted = files(policy);
        everything();
        assert!(files(policy) == adopted, "adopting again changes the files");
        let planned = policy.backstay(&["plan", "--detailed-exitcode", "--format", "json"]).exits(0);
        let planned: Value = serde_json::from_str(&planned.out).expect("it is JSON");
        let described = |kind: &str| {
            let all = planned["resource_changes"].as_array().into_iter().flatten();
            all.filter(|change| change["type"] == kind && change["change"]["actions"] == json!(["no-op"])).count()
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for of in created.iter().filter_map(|resource| resource["type"].as_str()) {
            *counts.entry(of).or_default() += 1;
        }
        for (of, count) in counts {
            let Some(kind) = kind_of(of) else { continue };
            table.looked_at(&kind, Direction::Adopted);
            if kind == of && described(of) < count {
                table.differs(of, Direction::Adopted, &format!("{} of {count} are described", described(of)));
            }
        }
        adopted
    }

    /// Changes one setting of each kind; gives the plan by which Terraform wants them back.
    fn change(&self, terraform: &Terraform, policy: &Policy, table: &mut Table) -> Value {
        let mut texts = files(policy);
        for edit in &self.edits {
            replace_in_block(&mut texts, edit);
        }
        // What AWS can only replace must be backstay's own, or part of what is.
        for text in texts.values_mut() {
            *text = taken_over(text);
        }
        write(policy, &texts);
        policy.backstay(&["apply", "--auto-approve", "--allow-weakening", "*", "--accept-irreversible", "*"]).exits(0);
        let plan = terraform.plan(2);
        let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for change in plan["resource_changes"].as_array().into_iter().flatten() {
            let address = change["address"].as_str().unwrap_or_default().to_owned();
            let actions = &change["change"]["actions"];
            let mut wants = compare::differences(&change["change"]);
            if wants.is_empty() && *actions != json!(["no-op"]) {
                wants.push(if *actions == json!(["create"]) { peculiarities::ANEW.to_owned() } else { format!("/: {actions}") });
            }
            seen.entry(address).or_default().extend(wants);
        }
        for edit in &self.edits {
            table.looked_at(edit.kind, Direction::Seen);
            let Some(wants) = seen.get_mut(edit.address) else { panic!("Terraform has no {}", edit.address) };
            for differs in edit.differs {
                if !wants.remove(*differs) && !wants.contains(peculiarities::ANEW) {
                    table.differs(edit.address, Direction::Seen, &format!("is not seen to differ by {differs}"));
                }
            }
        }
        for (address, wants) in seen {
            for difference in wants {
                table.differs(&address, Direction::Seen, &difference);
            }
        }
        plan
    }

    /// Has backstay make all of it where nothing is, and Terraform import it.
    fn make(&self, adopted: &BTreeMap<String, String>, created: &[Value], configuration: &Value, table: &mut Table) {
        let world = self.peer.start();
        let policy = Policy::new(&world, estate::TARGETS);
        (self.before)(&world, &policy, created);
        // What somebody else made is described only; here backstay makes it.
        let of_its_own = |text: &String| text.lines().filter(|line| !is_unmarked(line)).collect::<Vec<_>>().join("\n");
        write(&policy, &adopted.iter().map(|(name, text)| (name.clone(), of_its_own(text) + "\n")).collect());
        let consent = ["apply", "--auto-approve", "--allow-weakening", "*", "--accept-irreversible", "*"];
        policy.backstay(&consent).exits(0).says("Read again: no changes.");
        self.import_all(&world, created, configuration, table);
        policy.is_settled();
    }

    /// Has Terraform import all of it.
    fn import_all(&self, world: &World, created: &[Value], configuration: &Value, table: &mut Table) {
        let imports = imports::blocks(created, configuration, &Ids(world));
        let blocks: String = imports.values().map(String::as_str).collect();
        let Some(terraform) = Terraform::new(world, &blocks) else { return };
        let generated = terraform.run(&["plan", "-generate-config-out=generated.tf"]);
        let refused = imports::complaints(&generated.err);
        let written = imports::resources(&self.configuration);
        let file = terraform.path("generated.tf");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {generated}"));
        let taken = imports::resources(&text).into_iter().map(|(address, block)| match written.get(&address) {
            Some(by_hand) if refused.contains(&address) => by_hand.clone(),
            _ => block,
        });
        backstay::files::write_atomically(&file, taken.collect::<String>().as_bytes()).expect("temporary folders can be written");
        for address in &refused {
            table.differs(address, Direction::Imported, peculiarities::WRITTEN);
        }
        let plan = terraform.plan(2);
        let changes: Vec<&Value> = plan["resource_changes"].as_array().into_iter().flatten().collect();
        assert_eq!(changes.len(), imports.len(), "all that exists is imported");
        for change in changes {
            let address = change["address"].as_str().unwrap_or_default();
            let Some(kind) = kind_of(change["type"].as_str().unwrap_or_default()) else { continue };
            table.looked_at(&kind, Direction::Imported);
            if !change["change"]["importing"]["id"].is_string() {
                table.differs(address, Direction::Imported, "is not imported");
            }
            for difference in compare::differences(&change["change"]) {
                table.differs(address, Direction::Imported, &difference);
            }
            if ![json!(["no-op"]), json!(["update"])].contains(&change["change"]["actions"]) {
                table.differs(address, Direction::Imported, &format!("/: {}", change["change"]["actions"]));
            }
        }
    }
}

/// What Terraform created.
fn resources(terraform: &Terraform) -> Vec<Value> {
    let mut state = terraform.shown(None);
    serde_json::from_value(state["values"]["root_module"]["resources"].take()).expect("a state lists its resources")
}

/// Makes what the sandbox has before backstay.
fn seed(world: &World, policy: &Policy, created: &[Value]) {
    let file_system = created.iter().find(|resource| resource["type"] == "aws_efs_file_system");
    let file_system = file_system.and_then(|resource| resource["values"]["id"].as_str()).unwrap_or_default();
    backstay::files::write_atomically(&policy.path("shop.seed"), estate::seed(file_system).as_bytes()).expect("a file can be written");
    policy.backstay(&["sandbox", "seed", "shop.seed", &format!("--sandbox={}", world.state().display())]).exits(0);
    let bus = json!({ "Name": "shop" }).to_string();
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSEvents.CreateEventBus")];
    assert_eq!(world.wire().send("POST", "/", "events", &headers, &bus).status, 200);
}

/// The kinds whose things, or whose parts, AWS does not change but by others in their place.
const REPLACED: [&str; 2] = ["aws_backup_plan", "aws_db_instance_automated_backups_replication"];

/// The text with blocks of these kinds taken over where they only described.
fn taken_over(text: &str) -> String {
    let mut is_replaced = false;
    let lines = text.lines().map(|line| {
        if line.starts_with("resource ") {
            is_replaced = REPLACED.iter().any(|kind| line.starts_with(&format!("resource \"{kind}\"")));
        }
        if is_replaced && is_unmarked(line) { "  adopt = true\n".to_owned() } else { format!("{line}\n") }
    });
    lines.collect()
}

fn is_unmarked(line: &str) -> bool {
    line.split_whitespace().eq(["mark", "=", "false"])
}

/// The files of a policy, by name.
fn files(policy: &Policy) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(policy.path("")).expect("the policy has a folder").flatten();
    let written = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "hcl"));
    let names = written.filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
    names.map(|name| (name.clone(), std::fs::read_to_string(policy.path(&name)).expect("it can be read"))).collect()
}

fn write(policy: &Policy, files: &BTreeMap<String, String>) {
    for (name, text) in files {
        backstay::files::write_atomically(&policy.path(name), text.as_bytes()).expect("temporary folders can be written");
    }
}

/// Makes one change, in the one block that has what it changes.
#[track_caller]
fn replace_in_block(texts: &mut BTreeMap<String, String>, edit: &Edit) {
    let header = format!(" \"{}\" \"", edit.kind);
    let mut times = 0;
    for text in texts.values_mut() {
        let mut blocks: Vec<String> = text.split("\n}\n").map(str::to_owned).collect();
        for block in blocks.iter_mut().filter(|block| block.contains(&header) && format!("{block}\n").contains(edit.from)) {
            format!("{block}\n").replacen(edit.from, edit.to, 1).trim_end_matches('\n').clone_into(block);
            times += 1;
        }
        *text = blocks.join("\n}\n");
    }
    assert_eq!(times, 1, "`{}` in a block of {}: {texts:#?}", edit.from, edit.kind);
}
