use super::*;
use crate::policy::eval::{Scope, evaluate};
use proptest::prelude::*;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const TEXTS: &[&str] = &[
    "a=1\nbcd   =   2\n\ne = 3\n",
    "a = 1 # one\nbcd = 22 // two\n# alone\n   # indented\ne = 3\n",
    "block \"x\" {\na=1\n  nested {\n  b = 2\n}\n}\n",
    "block   \"x\"   \"y\"{\na=1\n}\n",
    "x = [\n1,\n2,\n]\ny=[1,2,3]\n",
    "x = {\na = 1\n\"b c\" = 2\nlong_name = [\n1\n]\nd : 5\n}\n",
    "x=foo( a,b , c... )\ny=!a&&b||-c\nz=a-b*-c\nw = (1+2)*3\n",
    "x = [for v in [1,2] : v if v>1]\ny={for k,v in m : k=>v...}\n",
    "x = a . b [0] . c\ny = a[*].b\nz = a.*.b\n",
    "x = cond?a:b\n",
    "x = <<EOT\n  keep   this = as is  \nEOT\nlong = 1\n",
    "x = <<-EOT\n    a = b\n      EOT\ny=2\n",
    "x = {}\ny = [ ]\nz = { }\nblock {}\n",
    "x = \"a  b\"\ny = \"${var.a}-x\"\n",
    "\n\n\nx = 1\n\n\n\ny = 2\n\n\n",
    "x = 1   \n   \ny = 2\n",
    "x = [{\na = 1\n}, {\nb = 2\n}]\n",
    "x = f({\na = 1\n})\nyy = 2\n",
    "/* block\n  comment */\nx = 1 /* in */ + 2\n",
    "a { b = 1 }\n",
    "été = 1\na = 2 # c\nlonger = 3 # d\n",
    "x = 1\n# c\nlong = 2\n",
    "x = -1\ny = [-1, - 2]\nz = a == -1\n",
    "x = a ? [\n1,\n] : [\n2\n]\n",
    "x = merge(\n{a=1},\n{\nb = 2\n},\n)\n",
    "locals {\n  tables = [\"a\",\"b\"]\n\n\n  other=\"c\" # why\n  third = true # because\n}\n",
    "x = 5 % 2\ny = 1.5e3\nz = a[-1]\n",
    "a = \"\"\nb = f()\nc = core::length([])\n",
    "# only a comment\n",
    "x = [\n  1, # one\n  22, # two\n]\n",
    "x = {\n  a = <<EOT\nz\nEOT\n  bb = 2\n}\n",
    "x = 1\r\nyy = 2\r\n",
    "x = f(a, [\n1], {\nb = 1 })\n",
    r#"backstay {
  required_version = ">= 0.1"
  workspace = "sale-module-${var.environment}"   # the owner name
}
variable "environment" {
type = string
  validation {
    condition     = contains(["staging","production"], var.environment)
    error_message="environment must be staging or production"
  }
}
protect "aws_dynamodb_table" "sales" {
  select {
    names   = [for t in local.tables : "${t}Table-${var.environment}"]   # globs
    # tags  = { env = "production" }
  except { 
  names = ["*-scratch"]
      tags  = { backup = "none" }
 }
  }
}
"#,
];

fn terraform_fmt(text: &str) -> Option<String> {
    let mut child = Command::new("terraform")
        .args(["fmt", "-"])
        .env("TF_CLI_CONFIG_FILE", "/none")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_layout_is_that_of_terraform_fmt() {
    let mut wrong = Vec::new();
    for text in TEXTS {
        let got = format(text).unwrap();
        let Some(expected) = terraform_fmt(text) else {
            eprintln!("NOT RUN: there is no `terraform` on the PATH, so no layout was compared with it");
            return;
        };
        if got != expected {
            wrong.push(format!("from:\n{text}\nexpected:\n{expected}\ngot:\n{got}\n"));
        }
    }
    assert!(wrong.is_empty(), "{} texts differ:\n{}", wrong.len(), wrong.join("\n----\n"));
}

#[test]
fn a_second_time_changes_nothing() {
    for text in TEXTS {
        let once = format(text).unwrap();
        assert_eq!(format(&once).unwrap(), once, "{text}");
    }
}

#[test]
fn runs_of_attributes_and_comments_are_aligned() {
    let text = "a=1 # x\nlong   = 22#  y\n\nb {\nc=[\n1\n]\n}";
    assert_eq!(format(text).unwrap(), "a    = 1  # x\nlong = 22 #  y\n\nb {\n  c = [\n    1\n  ]\n}\n");
}

#[test]
fn no_value_changes() {
    let text = "x = <<-EOT\n    a ${ 1+1 }  b\n      c\n  EOT\n";
    let value = |text: &str| {
        let body = hcl::edit::parser::parse_body(text).unwrap();
        evaluate(&body.get_attribute("x").unwrap().value, &Scope::new(Path::new("."))).unwrap()
    };
    assert_eq!(value(text), value(&format(text).unwrap()));
}

#[test]
fn what_is_not_hcl_is_refused_with_its_place() {
    let error = format("a = \nb = 2\n").unwrap_err();
    assert_eq!(error.range.start, 4);
}

proptest! {
    #[test]
    fn nothing_panics_and_what_parses_stays_stable(text in "([a-z]{1,3}|[ \t]|\n|[0-9]|\"|=|==|\\$\\{|\\{|\\}|\\[|\\]|\\(|\\)|<<E\n|E\n|#|//|/\\*|\\*/|,|\\.|-|!|é|:|\\?){0,40}") {
        if let Ok(once) = format(&text) {
            let again = format(&once);
            prop_assert_eq!(again.as_ref(), Ok(&once));
        }
    }
}

#[test]
fn text_that_would_change_its_meaning_is_refused() {
    // Found by the fuzzer: the parser takes the bare quotes inside the directive for text, and the layout took them for the string's end.
    let text = "a = \"%{ if true }ye(\"(?P<s%{ else }no%{ endif }\"\nb = format(\"%03d %s\", 7)\n";
    assert!(parse_body(text).is_ok(), "hcl-edit refuses it now, so the check behind it can go");
    assert!(format(text).is_err());
}
