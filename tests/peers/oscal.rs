//! `audit --format oscal` as NIST's own schema has it, and as a library reads it that is made for such documents.

use crate::support::{Peer, Policy, Python, Ran};
use std::path::Path;

/// A control whose texts are odd, one that applies to nothing, and one that holds.
const POLICY: &str = r#"
control "ODD-1" {
  title        = "<script>|`x`\n=cmd() \u202e \u001b[31m ]]> \"q\" 🦀 "
  condition    = can(resource.tags["<a>`|\n"])
  remediation  = " "
  requirements = { "own rules" = ["1 (a)", "1.a", "\u8981", "<b>"] }
}
control "NONE-1" {
  title        = "applies to nothing"
  when         = false
  condition    = true
  requirements = { none = ["x"] }
}
control "PASS-1" {
  title        = "holds of everything"
  condition    = true
  requirements = { kept = ["x"] }
}
"#;

#[test]
fn oscal_is_as_nist_publishes_it() {
    let world = Peer::Sandbox.start();
    world.table("orders");
    world.table("buyers");
    let policy = Policy::new(&world, POLICY);
    let file = policy.path("audit.oscal.json");
    let out = file.display().to_string();
    policy.backstay(&["audit", "--framework", "all", "--format", "oscal", "--out", &out]).says("of 2 protected");
    judge(&file).says("schema: 0 wrong").says("models: 0 wrong");

    // The judges see what is wrong, and do not only read the file.
    let text = std::fs::read_to_string(&file).expect("it was written");
    let broken = text.replacen("\"state\":\"satisfied\"", "\"state\":\"unknown\"", 1);
    assert_ne!(text, broken, "something is satisfied");
    backstay::files::write_atomically(&file, broken.as_bytes()).expect("temporary folders can be written");
    judge(&file).says("schema: 1 wrong").is_silent_on("models: 0 wrong");
}

fn judge(file: &Path) -> Ran {
    let mut command = Python::with_oscal().command();
    command.arg(format!("{}/tests/peers/oscal_judges.py", env!("CARGO_MANIFEST_DIR"))).arg(file);
    Ran::of(command.env("PYTHONUTF8", "1").env("PYTHONDONTWRITEBYTECODE", "1")).exits(0)
}
