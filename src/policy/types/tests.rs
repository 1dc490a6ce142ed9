use super::*;
use crate::policy::eval::{Scope, evaluate};
use hcl::edit::parser::parse_expr;
use proptest::prelude::*;
use std::path::Path;

fn of(text: &str) -> Type {
    Type::parse(&parse_expr(text).unwrap()).unwrap()
}

fn converted(of_type: &str, value: &str) -> String {
    let value = evaluate(&parse_expr(value).unwrap(), &Scope::new(Path::new("."))).unwrap();
    match of(of_type).convert(value) {
        Ok(value) => value.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn types_print_as_they_are_written() {
    for text in [
        "any",
        "list(string)",
        "set(number)",
        "map(list(bool))",
        "tuple([string, number])",
        "object({a = string, b = optional(number), c = optional(list(string), [\"x\"])})",
    ] {
        assert_eq!(of(text).to_string(), text);
    }
}

#[test]
fn values_convert_as_in_terraform() {
    for (to, value, expected) in [
        ("string", "5", "\"5\""),
        ("string", "true", "\"true\""),
        ("string", "null", "null"),
        ("string", "[]", "error: needs string, found a list"),
        ("number", "\"5\"", "5"),
        ("number", "\"x\"", "error: needs number, found \"x\""),
        ("bool", "\"true\"", "true"),
        ("bool", "1", "error: needs bool, found 1"),
        ("list(string)", "[1, \"a\", true]", "[\"1\", \"a\", \"true\"]"),
        ("list(any)", "[1, \"a\"]", "[\"1\", \"a\"]"),
        ("set(string)", "[\"b\", \"a\", \"b\"]", "[\"a\", \"b\"]"),
        ("map(number)", "{a = \"1\"}", "{ \"a\" = 1 }"),
        ("tuple([string, number])", "[1, \"2\"]", "[\"1\", 2]"),
        ("tuple([string])", "[1, 2]", "error: needs 1 item, found 2"),
        ("object({a = string})", "{a = 1, b = 2}", "{ \"a\" = \"1\" }"),
        ("object({a = string})", "{}", "error: needs the attribute `a`"),
        ("object({a = optional(number, 7)})", "{}", "{ \"a\" = 7 }"),
        ("object({a = optional(number, 7)})", "{a = null}", "{ \"a\" = 7 }"),
        ("object({a = optional(number)})", "{}", "{ \"a\" = null }"),
        ("list(object({n = number}))", "[{n = 1}, {n = \"x\"}]", "error: [1].n: needs number, found \"x\""),
    ] {
        assert_eq!(converted(to, value), expected, "{to} of {value}");
    }
}

#[test]
fn wrong_types_are_refused_with_a_way_to_mend_them() {
    for (text, title) in [
        ("strng", "there is no type `strng`"),
        ("list", "`list` needs the type of its items"),
        ("\"string\"", "a type is written without quotes"),
        ("object({a = optional(number, \"x\")})", "the default is not of type number: needs number, found \"x\""),
        ("optional(string)", "`optional` can only stand for an attribute of an object"),
        ("list(string, number)", "`list` needs one argument, found 2"),
        ("5", "this is not a type"),
    ] {
        assert_eq!(Type::parse(&parse_expr(text).unwrap()).unwrap_err().title, title);
    }
}

#[test]
fn raw_text_is_literal_for_strings_and_hcl_for_the_rest() {
    assert_eq!(of("string").parse_raw("[1]").unwrap(), Value::from("[1]"));
    assert_eq!(of("number").parse_raw("5").unwrap(), Value::from(5));
    assert_eq!(of("list(string)").parse_raw("[\"a\", 1]").unwrap().to_string(), "[\"a\", \"1\"]");
    assert_eq!(of("any").parse_raw("{a = -1}").unwrap().to_string(), "{ \"a\" = -1 }");
    assert!(of("list(string)").parse_raw("[file(\"x\")]").is_err());
    assert!(of("any").parse_raw("x").is_err());
}

proptest! {
    #[test]
    fn no_raw_text_panics(text in ".{0,60}") {
        let _ = of("any").parse_raw(&text);
        let _ = of("number").parse_raw(&text);
        let _ = parse_expr(&text).map(|expr| Type::parse(&expr));
    }
}
