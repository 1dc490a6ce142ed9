//! What CloudWatch does not take of a dashboard's body (CloudWatch API Reference, Dashboard body structure and syntax).

use crate::model::Severity;
use serde_json::{Map, Value};

/// The most widgets.
const WIDGETS: usize = 500;
const COLUMNS: i64 = 24;
const TYPES: [&str; 5] = ["metric", "text", "log", "alarm", "explorer"];

/// Something that is wrong with a body.
pub(super) struct Problem {
    pub(super) severity: Severity,
    pub(super) title: String,
    pub(super) help: String,
}

/// Everything that is wrong.
pub(super) fn check(text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |severity: Severity, title: String, help: &str| problems.push(Problem { severity, title, help: help.to_owned() });
    let Ok(Value::Object(body)) = serde_json::from_str::<Value>(text) else {
        say(Severity::Error, "a dashboard is a JSON object".to_owned(), "write `jsonencode({ widgets = [ … ] })`");
        return problems;
    };
    if let Some(found) = body.get("periodOverride").filter(|found| !["auto", "inherit"].map(Value::from).contains(found)) {
        say(Severity::Error, format!("`periodOverride` is \"auto\" or \"inherit\", found {found}"), "leave it out for `auto`");
    }
    match body.get("widgets") {
        Some(Value::Array(widgets)) if widgets.len() <= WIDGETS => {
            for (place, widget) in widgets.iter().enumerate() {
                match widget {
                    Value::Object(widget) => self::widget(place, widget, &mut say),
                    other => say(Severity::Error, format!("`widgets[{place}]` is an object, found {other}"), "write `{ type = … }`"),
                }
            }
        }
        Some(Value::Array(widgets)) => {
            let title = format!("a dashboard has up to {WIDGETS} widgets, found {}", widgets.len());
            say(Severity::Error, title, "split them over several dashboards");
        }
        Some(_) => say(Severity::Error, "`widgets` is a list".to_owned(), "write `widgets = [ … ]`"),
        None => say(Severity::Error, "a dashboard needs `widgets`".to_owned(), "add `widgets = [ … ]`; it may be empty"),
    }
    problems
}

fn widget(place: usize, widget: &Map<String, Value>, say: &mut dyn FnMut(Severity, String, &str)) {
    let at = |name: &str| format!("`widgets[{place}].{name}`");
    let kind = widget.get("type").and_then(Value::as_str);
    match kind {
        Some(kind) if TYPES.contains(&kind) => {}
        Some(kind) => {
            let known = TYPES.join(", ");
            say(
                Severity::Warning,
                format!("{} is \"{kind}\", which is not known to be a type of widget", at("type")),
                &format!("the types are {known}"),
            );
        }
        None => say(Severity::Error, format!("{} is missing", at("type")), "add `type = \"metric\"`, or another type"),
    }
    for (name, least, most) in [("x", 0, COLUMNS - 1), ("y", 0, i64::MAX), ("width", 1, COLUMNS), ("height", 1, 1000)] {
        let Some(found) = widget.get(name) else { continue };
        if !found.as_i64().is_some_and(|number| (least..=most).contains(&number)) {
            let range = if most == i64::MAX { format!("at least {least}") } else { format!("between {least} and {most}") };
            say(
                Severity::Error,
                format!("{} is a whole number {range}, found {found}", at(name)),
                "the grid has 24 columns, counted from 0",
            );
        }
    }
    match widget.get("properties") {
        Some(Value::Object(properties)) => {
            if kind == Some("text") && !properties.get("markdown").is_some_and(Value::is_string) {
                say(Severity::Error, format!("{} is missing", at("properties.markdown")), "add `markdown = \"…\"` to its `properties`");
            }
        }
        _ => say(Severity::Error, format!("{} is missing", at("properties")), "add `properties = { … }`"),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    fn wrong(text: &str) -> String {
        check(text).into_iter().map(|problem| problem.title).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn widgets_have_a_type_properties_and_a_place_on_the_grid() {
        assert_eq!(
            wrong(r#"{"widgets": [{"type": "text", "x": 0, "y": 40, "width": 24, "height": 2, "properties": {"markdown": ""}}]}"#),
            ""
        );
        assert_eq!(wrong("[]"), "a dashboard is a JSON object");
        assert_eq!(wrong("{}"), "a dashboard needs `widgets`");
        assert_eq!(
            wrong(r#"{"widgets": {}, "periodOverride": "no"}"#),
            "`periodOverride` is \"auto\" or \"inherit\", found \"no\"; `widgets` is a list"
        );
        assert_eq!(wrong(r#"{"widgets": [7]}"#), "`widgets[0]` is an object, found 7");
        assert_eq!(
            wrong(r#"{"widgets": [{"type": "text", "x": 24, "width": 25, "y": -1, "properties": {}}]}"#),
            "`widgets[0].x` is a whole number between 0 and 23, found 24; `widgets[0].y` is a whole number at least 0, found -1; `widgets[0].width` is a whole number between 1 and 24, found 25; `widgets[0].properties.markdown` is missing"
        );
        assert_eq!(
            wrong(r#"{"widgets": [{"type": "pie"}]}"#),
            "`widgets[0].type` is \"pie\", which is not known to be a type of widget; `widgets[0].properties` is missing"
        );
        let many = vec![r#"{"type": "log", "properties": {}}"#; 501].join(",");
        assert_eq!(wrong(&format!(r#"{{"widgets": [{many}]}}"#)), "a dashboard has up to 500 widgets, found 501");
    }
}
