use super::*;
use hcl::edit::parser::parse_expr;
use proptest::prelude::*;
use std::path::Path;

fn scope() -> Scope<'static> {
    let tables = Value::from(vec![Value::from("Sales"), Value::from("Buyers")]);
    let local = BTreeMap::from([
        ("tables".to_owned(), tables),
        ("nothing".to_owned(), Value::Null),
        ("vault".to_owned(), Value::Map(BTreeMap::from([("name".to_owned(), Value::from("daily"))]))),
        ("later".to_owned(), Value::Unknown),
    ]);
    Scope::new(Path::new("."))
        .with("local", Value::Map(local))
        .with("var", Value::Map(BTreeMap::from([("environment".to_owned(), Value::from("production"))])))
}

fn run(text: &str) -> Result<Value, EvalError> {
    evaluate(&parse_expr(text).unwrap_or_else(|error| panic!("{text}: {error}")), &scope())
}

fn failure(text: &str) -> (String, String, Option<String>) {
    let error = run(text).unwrap_err();
    (text.get(error.range.clone()).unwrap().to_owned(), error.title, error.help)
}

#[test]
fn the_smallest_part_is_to_blame() {
    for (text, part, title) in [
        ("1 + (2 * \"x\")", "\"x\"", "`*` needs a number, found `\"x\"`"),
        ("[1, lower([])]", "[]", "`lower`: needs a string, found a list"),
        ("\"a-${local.nothing}\"", "local.nothing", "a template can hold strings, numbers and bools, found null"),
        ("local.tables[5]", "5", "there is no item 5: the list has 2 items"),
        ("local.tables[-1]", "-1", "the index -1 is negative; the list has 2 items"),
        ("local.vault.nam", "nam", "there is no attribute `nam`"),
        ("1 / 0", "0", "division by zero"),
        ("[for t in local.nothing : t]", "local.nothing", "`for` needs a list, a set or a map, found null"),
        ("{for t in [1, 1] : t => t}", "t", "two items give the key `1`"),
        ("local.nothing ? 1 : 2", "local.nothing", "a condition must be true or false, found null"),
        ("join(\",\")", "join(\",\")", "`join`: needs at least one list: join(separator, lists...)"),
        ("substr(\"a\")", "substr(\"a\")", "`substr`: 1 argument given, but the call is substr(string, offset, length)"),
        ("{a.b = 1}", "a.b", "a key that is a reference is ambiguous"),
        (
            "timestamp()",
            "timestamp()",
            "`timestamp`: no function reads the clock, the network or randomness, so that one policy is always one plan; give the time as a variable",
        ),
    ] {
        let (blamed, said, _) = failure(text);
        assert_eq!((blamed.as_str(), said.as_str()), (part, title), "{text}");
    }
}

#[test]
fn what_nothing_declares_is_an_unknown_reference_with_a_suggestion() {
    for (text, part, help) in [
        ("vars.environment", "vars", "did you mean `var`?"),
        ("local.tabels", "local.tabels", "did you mean `tables`?"),
        ("lenght([])", "lenght", "did you mean `length`?"),
        ("try(var.enviroment, 1)", "var.enviroment", "did you mean `environment`?"),
    ] {
        let error = run(text).unwrap_err();
        assert_eq!(error.code, Code::UnknownReference, "{text}");
        assert_eq!(text.get(error.range.clone()), Some(part), "{text}");
        assert_eq!(error.help.as_deref(), Some(help), "{text}");
    }
    // Deeper, or of a loop's name, it is a value that is absent, which `try` may replace.
    assert_eq!(run("try(local.vault.arn, \"none\")").unwrap(), Value::from("none"));
    assert_eq!(run("[for x in [{a = 1}, {}] : try(x.a, 0)]").unwrap().to_string(), "[1, 0]");
}

#[test]
fn only_the_branch_that_is_taken_can_fail() {
    assert_eq!(run("true ? 1 : local.tables[9]").unwrap(), Value::from(1));
    assert_eq!(run("can(local.tables[9]) ? local.tables[9] : \"none\"").unwrap(), Value::from("none"));
}

#[test]
fn what_is_known_after_apply_stays_unknown() {
    for text in [
        "local.later",
        "local.later + 1",
        "!local.later",
        "local.later == 1",
        "\"x-${local.later}\"",
        "local.later.name[0]",
        "local.tables[local.later]",
        "local.later[*].a",
        "local.later ? 1 : 2",
        "[for x in local.later : x]",
        "{(local.later) = 1}",
        "upper(local.later)",
        "jsonencode([local.later])",
        "join(\",\", [local.later])",
        "max(local.later...)",
        "can(local.later)",
        "\"%{ if local.later }a%{ endif }\"",
    ] {
        assert_eq!(run(text).unwrap(), Value::Unknown, "{text}");
    }
    assert_eq!(run("length([local.later, 1])").unwrap(), Value::from(2));
    assert_eq!(run("concat([local.later], [1])[1]").unwrap(), Value::from(1));
    assert_eq!(run("merge({a = local.later}, {b = 1}).b").unwrap(), Value::from(1));
    assert_eq!(run("coalesce(1, local.later)").unwrap(), Value::from(1));
    assert_eq!(run("[local.later] == null").unwrap(), Value::Bool(false));
}

#[test]
fn references_leave_out_what_loops_bind() {
    let expr = parse_expr(
        "[for t in local.tables : \"${t}-${var.environment}-%{ for k, v in aws_backup_vault.dr[\"eu\"].tags }${k}${each.key}%{ endfor }\" if t != local.x[t].*.y]",
    )
    .unwrap();
    let found: Vec<String> = references(&expr)
        .into_iter()
        .map(|reference| {
            let steps = reference.path.iter().map(|segment| match segment {
                Segment::Name(name) => name.clone(),
                Segment::Index(Some(key)) => format!("[{key}]"),
                Segment::Index(None) => "[?]".to_owned(),
                Segment::Splat => "*".to_owned(),
            });
            steps.collect::<Vec<_>>().join(".")
        })
        .collect();
    assert_eq!(found, ["local.tables", "var.environment", "aws_backup_vault.dr.[\"eu\"].tags", "each.key", "local.x.[?].*.y"]);
}

#[test]
fn a_child_scope_hides_and_does_not_change_its_parent() {
    let outer = scope();
    let inner = outer.child().with("local", Value::from(1));
    let expr = parse_expr("local").unwrap();
    assert_eq!(evaluate(&expr, &inner).unwrap(), Value::from(1));
    assert_ne!(evaluate(&expr, &outer).unwrap(), Value::from(1));
}

#[test]
fn long_and_deep_expressions_do_not_overflow_the_stack() {
    assert_eq!(run(&vec!["1"; 128].join(" + ")).unwrap(), Value::from(128));
    // The parser refuses longer chains; what matters is that nothing overflows.
    let _ = parse_expr(&vec!["1"; 20_000].join(" + ")).map(|expr| evaluate(&expr, &scope()));
    let _ = parse_expr(&format!("x{}", ".a".repeat(20_000))).map(|expr| evaluate(&expr, &scope()));
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("[for x in [1] : ", "]"),
        ("\"${", "}\""),
        ("upper(", ")"),
        ("{a = ", "}"),
        ("-", ""),
        ("true ? 1 : ", ""),
    ] {
        for depth in [60, 64, 1000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let _ = parse_expr(&text).map(|expr| (references(&expr), evaluate(&expr, &scope()).is_ok()));
        }
    }
}

#[test]
fn numbers_at_the_edge_of_64_bits_do_not_overflow() {
    for text in [
        "9223372036854775807 + 9223372036854775807",
        "-9223372036854775807 - 9223372036854775807",
        "18446744073709551615 * 18446744073709551615",
        "1e308 * 1e308",
        "1e308 / 1e-308",
        "0 / 0",
        "5 % 0",
        "0.1 % 0",
        "-18446744073709551615",
        "abs(-9223372036854775808)",
        "pow(10, 400)",
        "range(0, 1, 1e-300)",
        "ceil(1e300)",
    ] {
        let _ = run(text);
    }
}

#[test]
fn a_result_can_not_take_all_memory() {
    for text in [
        "format(\"%999999999999s\", \"x\")",
        "format(\"%.99999999999f\", 1)",
        "indent(99999999999, \"a\\nb\")",
        "setproduct(range(1000), range(1000), range(1000))",
    ] {
        assert!(run(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,80}") {
        if let Ok(expr) = parse_expr(&text) {
            references(&expr);
            let _ = evaluate(&expr, &scope());
        }
    }

    #[test]
    fn no_expression_panics(words in proptest::collection::vec(proptest::sample::select(WORDS), 1..24)) {
        if let Ok(expr) = parse_expr(&words.concat()) {
            references(&expr);
            let _ = evaluate(&expr, &scope());
        }
    }

    #[test]
    fn no_function_panics(
        name in proptest::sample::select(crate::policy::functions::names().filter(|name| *name != "fileset").collect::<Vec<_>>()),
        args in proptest::collection::vec(proptest::sample::select(ARGUMENTS), 0..5),
    ) {
        let _ = run(&format!("{name}({})", args.join(", ")));
    }
}

const WORDS: &[&str] = &[
    "1",
    "-",
    "0.5",
    "\"a\"",
    "\"${",
    "}\"",
    "local.tables",
    "local.later",
    "local.nothing",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ",",
    "=",
    " + ",
    " * ",
    " / ",
    " % ",
    " == ",
    " && ",
    " ? ",
    " : ",
    "[0]",
    "[*]",
    ".*",
    ".a",
    "for x in ",
    "x",
    " if ",
    " => ",
    "...",
    "!",
    "null",
    "true",
    "length(",
    "try(",
    "format(",
];

const ARGUMENTS: &[&str] = &[
    "null",
    "true",
    "0",
    "1",
    "-1",
    "3.7",
    "9223372036854775807",
    "1e300",
    "\"\"",
    "\"a\"",
    "\"é👨‍👩‍👧\"",
    "\"%s %5.2f %[9]d %\"",
    "\"[a-\"",
    "\"(a)|(?P<n>b)\"",
    "\"/x*/\"",
    "\"2018-01-02T23:12:01Z\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"1h30m\"",
    "\"99999999999999999999h\"",
    "\"YYYY 'x\"",
    "[]",
    "[1, \"a\"]",
    "[[1], [\"b\"]]",
    "[null]",
    "{}",
    "{a = 1}",
    "{a = [\"x\"]}",
    "toset([\"b\", \"a\"])",
    "local.later",
    "[local.later]",
    "\"a: [1, {b: c}]\"",
    "\"a,b\\n1,2\"",
];
