use super::{AlarmRule, State, alarm_name};
use std::cmp::Ordering;

fn rule(text: &str) -> AlarmRule {
    AlarmRule::parse(text).unwrap()
}

/// What is wrong with a rule, the part of it that is, and what to write instead.
fn wrong(text: &str) -> String {
    let problem = AlarmRule::parse(text).unwrap_err();
    let part = text.get(problem.range).unwrap();
    format!("{} | {part} | {}", problem.message, problem.help.unwrap_or_default())
}

#[test]
fn white_space_case_and_quotation_marks_mean_nothing() {
    let written = "alarm(a-1)\n  and not Ok( \"b c\" ) OR\t( true )";
    assert_eq!(rule(written).to_string(), r#"ALARM("a-1") AND NOT OK("b c") OR (TRUE)"#);
    assert_eq!(rule(&rule(written).to_string()), rule(written));
    assert_eq!(rule("NOT NOT ALARM(a)").to_string(), r#"ALARM("a")"#);
    assert_eq!(rule("at_least(50%, not ok, (a, \"b\"))").to_string(), r#"AT_LEAST(50%, NOT OK, ("a", "b"))"#);
    assert_eq!(
        rule("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)").alarms(),
        ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"]
    );
}

#[test]
fn and_binds_tighter_than_or_and_not_tighter_than_both() {
    let holds = |text: &str, firing: &[&str]| rule(text).holds(&|name| if firing.contains(&name) { State::Alarm } else { State::Ok });
    assert!(holds("ALARM(a) OR ALARM(b) AND ALARM(c)", &["a"]));
    assert!(!holds("(ALARM(a) OR ALARM(b)) AND ALARM(c)", &["a"]));
    assert!(holds("NOT ALARM(a) AND ALARM(b)", &["b"]));
    assert!(!holds("NOT (ALARM(a) OR ALARM(b))", &["b"]));
    assert!(holds("AT_LEAST(2, ALARM, (a, b, c))", &["a", "c"]));
    assert!(!holds("AT_LEAST(2, ALARM, (a, b, c))", &["a"]));
    assert!(holds("AT_LEAST(34%, ALARM, (a, b, c))", &["a", "b"]));
    assert!(!holds("AT_LEAST(34%, ALARM, (a, b, c))", &["a"]), "34 percent of three are more than one");
    assert!(holds("AT_LEAST(2, NOT ALARM, (a, b, c))", &["a"]));
    assert!(!holds("INSUFFICIENT_DATA(a) OR FALSE", &["a"]));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    assert_eq!(wrong("()"), "expects an alarm's state such as `ALARM(\"name\")`, `TRUE`, `FALSE`, `NOT` or `(`, and finds `)` | ) | ");
    assert_eq!(
        wrong("ALRM(a)"),
        "expects an alarm's state such as `ALARM(\"name\")`, `TRUE`, `FALSE`, `NOT` or `(`, and finds `ALRM` | ALRM | did you mean `ALARM`?"
    );
    assert_eq!(
        wrong("ALARM(no backup)"),
        "expects `)` behind the alarm `no`, and finds `backup` | backup | write a name that has spaces, commas or parentheses in quotation marks"
    );
    assert_eq!(wrong("ALARM(a) ALARM(b)"), "expects `AND`, `OR` or its end, and finds `ALARM` | ALARM | ");
    assert_eq!(wrong("ALARM(a) AND"), "expects an alarm's state such as `ALARM(\"name\")`, `TRUE`, `FALSE`, `NOT` or `(`, and ends |  | ");
    assert_eq!(wrong("ALARM(\"a)"), "has a quotation mark that is not closed | \"a) | write a `\"` behind the alarm's name");
    assert_eq!(wrong("ALARM(a))"), "expects `AND`, `OR` or its end, and finds `)` | ) | take the `)` away, or open it with a `(`");
    assert_eq!(wrong("AT_LEAST(4, ALARM, (a, b))"), "asks for 4 of 2 alarms, which are never that many | 4 | ");
    assert_eq!(wrong("AT_LEAST(some, ALARM, (a))"), "expects how many, such as `2` or `50%`, and finds `some` | some | ");
    assert_eq!(wrong("AT_LEAST(1, RED, (a))"), "expects `ALARM`, `OK` or `INSUFFICIENT_DATA`, and finds `RED` | RED | ");
    assert!(wrong("ALARM(é) ÄND").contains("| ÄND |"));
    assert!(wrong("").starts_with("expects"));
}

#[test]
fn limits_are_kept_and_nothing_nests_too_deep() {
    let many = |count: usize| (0..count).map(|number| format!("ALARM(a{number})")).collect::<Vec<_>>().join(" OR ");
    assert_eq!(rule(&many(100)).alarms().len(), 100);
    assert!(wrong(&many(101)).starts_with("is about 101 alarms, and can be about 100"));
    assert!(wrong(&["TRUE"; 501].join(" AND ")).starts_with("has more than 500 elements"));
    assert!(AlarmRule::parse(&["TRUE"; 500].join(" AND ")).is_ok());
    assert!(wrong(&"(".repeat(100_000)).starts_with("has more than 500 elements"));
    assert!(AlarmRule::parse(&format!("{}TRUE{}", "(".repeat(249), ")".repeat(249))).is_ok());
    assert!(wrong(&format!("ALARM({})", "a".repeat(10_240))).starts_with("has 10249 characters, and can have 10240"));
    assert!(AlarmRule::parse(&format!("{}TRUE", "NOT ".repeat(100_000))).is_ok());
}

#[test]
fn a_rule_that_is_true_in_more_cases_is_greater() {
    let direction = |before: &str, after: &str| rule(before).direction(&rule(after));
    assert_eq!(direction("ALARM(a)", "ALARM(a) OR ALARM(b)"), Ordering::Greater);
    assert_eq!(direction("ALARM(a) OR ALARM(b)", "ALARM(b) OR ALARM(a)"), Ordering::Equal);
    assert_eq!(direction("ALARM(a) OR ALARM(b)", "ALARM(a) AND ALARM(b)"), Ordering::Less);
    assert_eq!(direction("ALARM(a)", "ALARM(b)"), Ordering::Less, "what fired for a alone does no more");
    assert_eq!(direction("ALARM(a)", "ALARM(a) AND NOT ALARM(quiet)"), Ordering::Less);
    assert_eq!(direction("ALARM(a)", "NOT OK(a)"), Ordering::Greater, "too little data counts too");
    assert_eq!(direction("AT_LEAST(2, ALARM, (a, b, c))", "AT_LEAST(1, ALARM, (a, b, c))"), Ordering::Greater);
    assert_eq!(direction("ALARM(a)", "FALSE"), Ordering::Less);
    let many = |count: usize| (0..count).map(|number| format!("ALARM(a{number})")).collect::<Vec<_>>().join(" OR ");
    assert_eq!(direction(&many(40), &many(41)), Ordering::Greater);
    assert_eq!(direction(&many(41), &format!("({})", many(40))), Ordering::Less);
    let several = |enough: usize, count: usize| {
        format!("AT_LEAST({enough}, ALARM, ({}))", (0..count).map(|number| format!("a{number}")).collect::<Vec<_>>().join(", "))
    };
    assert_eq!(direction(&several(3, 12), &several(2, 12)), Ordering::Greater);
    assert_eq!(direction(&several(3, 13), &several(2, 13)), Ordering::Less, "of so many cases not all are looked at");
}

#[test]
fn an_alarm_by_its_arn_is_the_one_of_that_name() {
    const ARN: &str = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a:b";
    assert_eq!((alarm_name(ARN), alarm_name("a:b"), alarm_name("arn:aws:sns:us-east-1:1:a")), ("a:b", "a:b", "arn:aws:sns:us-east-1:1:a"));
    let direction = |before: &str, after: &str| rule(before).direction(&rule(after));
    assert_eq!(direction("ALARM(\"a:b\") OR OK(c)", &format!("OK(c) OR ALARM({ARN})")), Ordering::Equal);
    assert_eq!(direction(&format!("ALARM({ARN})"), "ALARM(\"a:b\") OR ALARM(c)"), Ordering::Greater);
    let many = |first: &str| (0..40).fold(format!("ALARM({first})"), |rule, number| format!("{rule} OR NOT OK(a{number})"));
    assert_eq!(direction(&many("\"a:b\""), &many(ARN)), Ordering::Equal, "of too many cases the parts are compared");
}

#[test]
fn a_rule_that_is_always_or_never_true_is_known_as_far_as_its_cases_can_be_looked_at() {
    let always = |text: &str| rule(text).always();
    for text in [
        "TRUE",
        "NOT FALSE",
        "ALARM(a) OR NOT ALARM(a)",
        "ALARM(a) OR OK(a) OR INSUFFICIENT_DATA(a)",
        "AT_LEAST(1, NOT OK, (a, b)) OR OK(a)",
        "ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a) OR NOT ALARM(a)",
    ] {
        assert_eq!(always(text), Some(true), "{text}");
    }
    for text in ["FALSE", "ALARM(a) AND OK(a)", "ALARM(a) AND NOT ALARM(a)", "OK(a) AND FALSE"] {
        assert_eq!(always(text), Some(false), "{text}");
    }
    for text in ["ALARM(a)", "ALARM(a) OR OK(a)", "ALARM(a) AND TRUE"] {
        assert_eq!(always(text), None, "{text}");
    }
    let many = (0..40).fold("TRUE".to_owned(), |rule, number| format!("{rule} OR ALARM(a{number})"));
    assert_eq!(always(&many), None, "there are too many cases");
}
