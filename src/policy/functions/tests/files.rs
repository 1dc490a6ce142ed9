use crate::model::Value;
use crate::policy::eval::{Scope, evaluate};
use std::path::Path;

const FILES: &[(&str, &[u8])] = &[
    ("hello.txt", b"Hi\n"),
    ("list.tpl", b"Hi ${name}!\n%{ for i in x ~}\n  - ${i}\n%{ endfor ~}\nend\n"),
    ("wrap.tpl", b"${x}"),
    ("again.tpl", b"${templatefile(\"wrap.tpl\", {x = 1})}"),
    ("wrong.tpl", b"one\n${x.b}\n"),
    ("latin1.txt", b"\xe9"),
    ("sub/a.json", b"{}"),
    ("sub/deep/b.json", b"{}"),
];

fn in_folder(test: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("sub/deep")).unwrap();
    for (name, bytes) in FILES {
        let mut file = std::fs::File::create(folder.path().join(name)).unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
    }
    test(folder.path());
}

fn answer(folder: &Path, text: &str) -> String {
    let expr = hcl::edit::parser::parse_expr(text).unwrap();
    match evaluate(&expr, &Scope::new(folder)) {
        Ok(value) => Value::to_string(&value),
        Err(error) => format!("error: {}", error.title),
    }
}

/// The results are those of `terraform console` beside the same files.
#[test]
fn files_are_read_from_the_policys_folder() {
    in_folder(|folder| {
        for (text, expected) in [
            ("file(\"hello.txt\")", "\"Hi\\n\""),
            ("filebase64(\"wrap.tpl\")", "\"JHt4fQ==\""),
            ("fileexists(\"hello.txt\")", "true"),
            ("fileexists(\"no\")", "false"),
            ("fileset(\".\", \"*.tpl\")", "[\"again.tpl\", \"list.tpl\", \"wrap.tpl\", \"wrong.tpl\"]"),
            ("fileset(\".\", \"**/*.json\")", "[\"sub/a.json\", \"sub/deep/b.json\"]"),
            ("fileset(\"sub\", \"*.json\")", "[\"a.json\"]"),
            ("fileset(\".\", \"{hello,latin?}.txt\")", "[\"hello.txt\", \"latin1.txt\"]"),
            ("templatefile(\"list.tpl\", {x = [\"a\", \"b\"], name = \"n\"})", "\"Hi n!\\n  - a\\n  - b\\nend\\n\""),
            ("templatefile(\"wrap.tpl\", {x = [1]})", "[1]"),
        ] {
            assert_eq!(answer(folder, text), expected, "{text}");
        }
    });
}

#[test]
fn what_cannot_be_read_says_why() {
    in_folder(|folder| {
        std::fs::File::create(folder.join("big")).unwrap().set_len(2 << 20).unwrap();
        for (text, part) in [
            ("file(\"no\")", "`no` cannot be read"),
            ("file(\"sub\")", "is not a file"),
            ("file(\"latin1.txt\")", "not UTF-8"),
            ("file(\"big\")", "larger than 1 MiB"),
            ("templatefile(\"again.tpl\", {})", "a template file cannot use another"),
            ("templatefile(\"wrong.tpl\", {x = {a = 1}})", "line 2 of \"wrong.tpl\": there is no attribute `b`"),
            ("templatefile(\"list.tpl\", {})", "nothing here is named `name`"),
        ] {
            let got = answer(folder, text);
            assert!(got.starts_with("error: ") && got.contains(part), "{text}: {got}");
        }
    });
}

#[test]
fn every_signature_and_doc_is_in_one_form() {
    for function in crate::policy::functions::all() {
        assert!(function.signature.starts_with(&format!("{}(", function.name)), "{}", function.name);
        assert!(function.doc.ends_with('.'), "{}", function.name);
        assert!(
            crate::policy::functions::find(function.name).is_some_and(|found| std::ptr::eq(found, function)),
            "{} twice",
            function.name
        );
    }
}
