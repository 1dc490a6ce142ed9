//! The page of an audit, read by a real browser: headless Chromium.
//!
//! The browser is the one on the PATH; where there is none and the machine is Debian's, its package is unpacked into the target folder, beside
//! nothing of the system. Where neither is possible the test says `NOT RUN` and proves nothing.
#![cfg(feature = "sandbox")]

mod support;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::room::Room;

/// Names of the browser's program.
const PROGRAMS: [&str; 4] = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// Two tables that nothing protects, one of them with a tag that is nearly right and holds markup, and one that is protected.
const SEED: &str = r#"
resource "aws_dynamodb_table" "sales" {
  name = "Sales"
  tags = { tier = "critical" }
  point_in_time_recovery { enabled = true }
}
resource "aws_dynamodb_table" "odd" {
  name = "Odd"
  tags = { Backup = "<img src=x onerror=document.title=1>\"'&" }
}
resource "aws_dynamodb_table" "drafts" {
  name = "Drafts"
  tags = { tier = "critical" }
}
resource "aws_backup_vault" "daily" { name = "daily" }
resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = "daily"
    schedule          = "cron(0 2 * * ? *)"
  }
  selection {
    name = "tagged"
    selection_tag {
      type  = "STRINGEQUALS"
      key   = "backup"
      value = "<img src=x onerror=document.title=1>\"'&"
    }
  }
}
"#;

const POLICY: &str = r#"
tier "critical" {
  rpo       = "15m"
  retention = "35d"
  tags      = { tier = "critical" }
}
"#;

/// What a reader does: chooses a verdict and types into the field, and what the page then shows.
const READER: &str = r##"
const form = document.querySelector("form[data-of=things]");
const shown = () => [...document.querySelectorAll("#things tbody tr")].filter((row) => row.offsetHeight > 0).length;
const said = [shown()];
form.querySelector("select[name=verdict]").value = "unprotected";
form.dispatchEvent(new Event("input"));
said.push(shown());
form.querySelector("input").value = "odd";
form.dispatchEvent(new Event("input"));
said.push(shown());
form.querySelector("button").focus();
const controls = document.querySelector("form[data-of=controls]");
controls.querySelector("select[name=verdict]").value = "FAIL";
controls.dispatchEvent(new Event("input"));
const failed = [...document.querySelectorAll("#controls tbody tr")].filter((row) => row.offsetHeight > 0);
said.push(failed.length > 0 && failed.every((row) => row.dataset.verdict === "FAIL"));
said.push(document.querySelectorAll("#requirements tbody tr").length > 20);
said.push(document.activeElement === form.querySelector("button"));
document.body.dataset.said = said.join(" ");
"##;

fn page(room: &Room) -> String {
    room.write("shop.seed.hcl", SEED);
    room.write("policy.hcl", POLICY);
    // Two pages of one moment are the same.
    room.ok("sandbox clock --set 2026-11-21T12:00:00Z");
    room.ok("sandbox seed shop.seed.hcl --sandbox");
    let ended = room.run("audit --sandbox --format html --out page.html");
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    room.read("page.html")
}

#[test]
fn the_page_needs_nothing_else_and_holds_no_markup_of_others() {
    let room = Room::new();
    let page = page(&room);
    for fetched in ["http://", "https://", " src=", "@import", "url("] {
        let own = page.replace("&lt;img src=x", "");
        assert!(!own.contains(fetched), "the page fetches something: {fetched}");
    }
    assert!(page.contains("&lt;img src=x"), "the near miss of the tag is told");
    assert!(!page.contains("<img"), "markup of a tag takes effect");
    assert_eq!(page, {
        room.run("audit --sandbox --format html --out again.html");
        let at = |text: &str| {
            text.split("As of ").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().trim_end_matches('.').to_owned()
        };
        let again = room.read("again.html");
        again.replace(&at(&again), &at(&page))
    });
}

#[test]
fn a_real_browser_shows_the_page_and_its_filters_work() {
    let Some(browser) = browser() else { return };
    let room = Room::new();
    let page = page(&room);
    let (dom, log) = browser.shows(&room.file("page.html"));
    assert!(dom.contains("3 of 3 rows</output>"), "the script did not run under the page's own security policy\n{log}\n{dom}");
    assert!(!log.contains("CONSOLE"), "the console says something\n{log}");
    // What a reader does needs a script of its own, which the page's policy rightly keeps out.
    room.write("reader.html", with_script(&page, READER));
    let (dom, log) = browser.shows(&room.file("reader.html"));
    assert!(dom.contains("data-said=\"3 2 1 true true true\""), "{log}\n{dom}");
    assert!(dom.contains("<title>Backup audit</title>"), "markup of a tag ran");
}

/// A table that a rule backs up each night at half past two in Berlin, a time that does not come on 2027-03-28.
const NIGHTLY: &str = r#"
resource "aws_iam_role" "backups" {
  name = "AWSBackupDefaultServiceRole"
  managed_policy_arns = [
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
  ]
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_dynamodb_table" "orders" {
  name = "Orders"
  tags = { tier = "critical", backup = "nightly" }
}
resource "aws_backup_vault" "nightly" { name = "nightly" }
resource "aws_backup_plan" "nightly" {
  name = "nightly"
  rule {
    rule_name                    = "nightly"
    target_vault_name            = "nightly"
    schedule                     = "cron(30 2 * * ? *)"
    schedule_expression_timezone = "Europe/Berlin"
    start_window                 = 60
  }
  selection {
    name = "tagged"
    selection_tag {
      type  = "STRINGEQUALS"
      key   = "backup"
      value = "nightly"
    }
  }
}
"#;

const RESTORED: &str = r#"
tier "critical" {
  rpo  = "26h"
  rto  = "1h"
  tags = { tier = "critical" }
}
"#;

/// What a reader without a mouse, and one who prints, finds: what is wrong is said.
const WALK: &str = r##"
document.body.dataset.active = document.hasFocus();
const wrong = [];
const say = (holds, what) => { if (!holds) wrong.push(what); };
const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
say(new Set(ids).size === ids.length, "an id stands twice");
for (const name of ["aria-labelledby", "aria-controls"])
  for (const one of document.querySelectorAll(`[${name}]`)) say(document.getElementById(one.getAttribute(name)), `${name} leads nowhere`);
for (const link of document.querySelectorAll("a[href^='#']")) say(document.querySelector(link.getAttribute("href")), "a link leads nowhere");
for (const field of document.querySelectorAll("input, select")) say(field.labels.length === 1 && field.labels[0].textContent.trim(), "a field has no label");
for (const head of document.querySelectorAll("th")) say(head.scope && head.textContent.trim(), "a heading of a table is about nothing");
for (const table of document.querySelectorAll("table")) say(table.parentElement.tabIndex === 0 && table.parentElement.getAttribute("aria-label"), "a table cannot be reached");
for (const one of document.querySelectorAll("a, button, input, select, summary, .scroll")) {
  if (!one.checkVisibility()) continue;
  one.focus();
  say(document.activeElement === one, `${one.outerHTML.slice(0, 60)} takes no focus`);
  say(getComputedStyle(one).outlineStyle !== "none", `${one.outerHTML.slice(0, 60)} does not show its focus`);
}
say(document.documentElement.scrollWidth <= innerWidth, "the page is wider than its window");
document.querySelector("main").insertAdjacentHTML("beforeend", "<details id=probe><summary>x</summary>y</details>");
dispatchEvent(new Event("beforeprint"));
say(document.getElementById("probe").open, "what is folded stays so on paper");
dispatchEvent(new Event("afterprint"));
say(!document.getElementById("probe").open, "what was folded is not folded again");
const row = [...document.querySelectorAll("#runs-1 tbody tr")].find((row) => row.textContent.includes("nightly"));
const cells = [...row.cells].slice(1).map((cell) => cell.textContent);
document.body.dataset.cells = cells.join(" ");
document.body.dataset.wrong = wrong.join("; ") || "nothing";
"##;

fn nightly(room: &Room) -> String {
    room.write("shop.seed.hcl", NIGHTLY);
    room.write("policy.hcl", RESTORED);
    room.ok("sandbox seed shop.seed.hcl --sandbox");
    let ended = room.run("audit --sandbox --at 2027-03-20T12:00:00Z --format html --out page.html");
    assert!(matches!(ended.code, Some(2 | 3)), "{}", ended.output);
    room.read("page.html")
}

/// The page without the policy that rightly keeps out a script of ours, and with that script.
fn with_script(page: &str, script: &str) -> String {
    let policy = page.split("<meta http-equiv=").nth(1).and_then(|rest| rest.split("\">").next()).expect("the page has a policy");
    page.replace(&format!("<meta http-equiv={policy}\">"), "")
        .replace("</body>", &format!("<script>addEventListener(\"DOMContentLoaded\", () => {{{script}}});</script></body>"))
}

#[test]
fn the_calendar_holds_each_run_in_utc_on_both_sides_of_a_change_of_the_clocks() {
    let room = Room::new();
    let page = nightly(&room);
    let time = |day: &str, time: &str| page.contains(&format!("<time datetime=\"{day}T{time}Z\">{time}</time>"));
    assert!(time("2027-03-21", "01:30") && time("2027-03-27", "01:30"), "in winter Berlin is an hour ahead");
    assert!(time("2027-03-29", "00:30") && time("2027-04-19", "00:30"), "in summer two hours");
    assert!(!page.contains("<time datetime=\"2027-03-28"), "that night has no half past two");
    assert!(page.contains("2027-03-28 02:30 does not come in Europe/Berlin"), "and the page says so");
    assert!(page.contains("from 2027-03-20 12:00 UTC") || page.contains("after 2027-03-20 12:00 UTC"));
    assert!(page.contains("<h2 id=\"rto\">") && page.contains("not proven"), "no restore has proven what is promised");
}

#[test]
fn a_reader_without_a_mouse_reaches_all_and_paper_holds_what_is_folded() {
    let Some(browser) = browser() else { return };
    let room = Room::new();
    let page = nightly(&room);
    room.write("walk.html", with_script(&page, WALK));
    // In a window that is not active nothing shows its focus, and on a busy machine a window is active late.
    let walk = || browser.shows(&room.file("walk.html"));
    let (dom, log) = (0..20).map(|_| walk()).find(|(dom, _)| dom.contains("data-active=\"true\"")).unwrap_or_else(walk);
    assert!(dom.contains("data-wrong=\"nothing\""), "{log}\n{}", dom.split("data-wrong=").nth(1).unwrap_or(&dom));
    let cells = " 01:30 01:30 01:30 01:30 01:30 01:30 01:30  00:30 00:30 00:30 00:30 00:30 00:30 00:30";
    assert!(dom.contains(&format!("data-cells=\"{cells}\"")), "{}", dom.split("data-cells=").nth(1).unwrap_or_default());
}

/// A browser and what it needs around it.
struct Browser {
    program: PathBuf,
    libraries: Option<OsString>,
}

impl Browser {
    /// The document after its scripts ran, and what the browser said of it.
    fn shows(&self, page: &Path) -> (String, String) {
        let mut command = Command::new(&self.program);
        command.args([
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--window-size=1280,1800",
            "--virtual-time-budget=2000",
            "--dump-dom",
        ]);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        let out = command.arg(format!("file://{}", page.display())).output().expect("the browser starts");
        (String::from_utf8_lossy(&out.stdout).into_owned(), String::from_utf8_lossy(&out.stderr).into_owned())
    }
}

#[expect(clippy::disallowed_methods, reason = "a test finds the programs of the machine")]
fn browser() -> Option<Browser> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&paths).flat_map(|folder| PROGRAMS.map(|name| folder.join(name))).find(|program| program.is_file());
    let found = on_path.map(|program| Browser { program, libraries: None }).or_else(unpacked);
    if found.is_none() {
        // Past the capture of what passing tests print.
        let _ =
            std::io::stderr().write_all(b"NOT RUN: the page of an audit in a browser: there is no Chromium, and no Debian package of it\n");
    }
    found
}

/// Debian's package with the libraries that the machine lacks, unpacked into the target folder.
fn unpacked() -> Option<Browser> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?.join("chromium");
    let program = folder.join("usr/lib/chromium/chromium-headless-shell");
    // One of the libraries has a folder of its own.
    let own = folder.join("usr/lib/x86_64-linux-gnu");
    let libraries = std::env::join_paths([&own, &own.join("pulseaudio")]).ok();
    if program.is_file() {
        return Some(Browser { program, libraries });
    }
    let packages = folder.join("packages");
    std::fs::create_dir_all(&packages).ok()?;
    let plan = Command::new("apt-get").args(["install", "--simulate", "--no-install-recommends", PROGRAMS[0]]).output().ok()?;
    let plan = String::from_utf8_lossy(&plan.stdout).into_owned();
    let names: Vec<&str> = plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next()).collect();
    let loaded = Command::new("apt-get").arg("download").args(names).current_dir(&packages).output().ok()?;
    if !loaded.status.success() {
        return None;
    }
    for package in std::fs::read_dir(&packages).ok()?.flatten() {
        Command::new("dpkg-deb").arg("-x").arg(package.path()).arg(&folder).output().ok()?;
    }
    program.is_file().then_some(Browser { program, libraries })
}
