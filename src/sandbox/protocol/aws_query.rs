//! awsQuery: a form in, XML out.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde_json::{Map, Value, json};

use crate::sandbox::services::{AwsError, Wire, from_epoch};
use crate::sandbox::wire::Response;

/// Reads the form into a structure: `Tags.member.1.Key=k` is `{"Tags": [{"Key": "k"}]}`, whatever the items of a list are called. All leaves
/// are text.
pub(crate) fn read(query: Option<&str>, body: &[u8], wire: &Wire) -> Value {
    let from_url = query.unwrap_or_default().as_bytes();
    let mut root = json!({});
    for (name, value) in form_urlencoded::parse(from_url).chain(form_urlencoded::parse(body)) {
        let mut parts: Vec<&str> = Vec::new();
        for part in name.split('.').filter(|part| !part.is_empty()) {
            let is_item = part == "member" || parts.last().is_some_and(|list| wire.item(list) == part);
            parts.extend((!is_item).then_some(part));
        }
        insert(&mut root, &parts, &value);
    }
    lists(root)
}

fn insert(into: &mut Value, path: &[&str], value: &str) {
    let Some((first, rest)) = path.split_first() else {
        *into = Value::from(value);
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    if let Some(fields) = into.as_object_mut() {
        insert(fields.entry((*first).to_owned()).or_insert(Value::Null), rest, value);
    }
}

/// Turns structures whose names are all numbers into lists in the order of the numbers.
fn lists(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let numbered: Option<Vec<(u32, Value)>> = fields.iter().map(|(name, inner)| Some((name.parse().ok()?, lists(inner.clone())))).collect();
    match numbered {
        Some(mut entries) if !entries.is_empty() => {
            entries.sort_by_key(|(number, _)| *number);
            Value::Array(entries.into_iter().map(|(_, inner)| inner).collect())
        }
        _ => {
            let fields: Map<String, Value> = fields.into_iter().map(|(name, inner)| (name, lists(inner))).collect();
            map_of(&fields).unwrap_or(Value::Object(fields))
        }
    }
}

/// Turns `{"entry": [{"key": …, "value": …}, …]}` into the map that it stands for. Some members say `Name` and `Value`.
fn map_of(fields: &Map<String, Value>) -> Option<Value> {
    let entries = fields.get("entry").filter(|_| fields.len() == 1)?.as_array()?;
    let pairs = entries.iter().map(|entry| {
        let key = entry.get("key").or_else(|| entry.get("Name"))?.as_str()?;
        Some((key.to_owned(), entry.get("value").or_else(|| entry.get("Value")).cloned().unwrap_or_default()))
    });
    pairs.collect::<Option<Map<_, _>>>().map(Value::Object)
}

/// Writes an answer.
pub(crate) fn answer((namespace, wire): (&str, &Wire), operation: &str, outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    let (status, body) = match outcome {
        Ok(value) => {
            let mut inner = String::new();
            element(&mut inner, &format!("{operation}Result"), &value, wire);
            let xml = format!(
                "<{operation}Response xmlns=\"{namespace}\">{inner}<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
            );
            (200, xml)
        }
        Err(error) => {
            let who = if error.status >= 500 { "Receiver" } else { "Sender" };
            let xml = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{who}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                escape(wire.query_code(&error.code)),
                escape(&error.message)
            );
            (error.status, xml)
        }
    };
    Response {
        status,
        headers: vec![("content-type", "text/xml".to_owned()), ("x-amzn-requestid", request_id.to_owned())],
        body: body.into_bytes(),
    }
}

fn element(xml: &mut String, name: &str, value: &Value, wire: &Wire) {
    let content = match value {
        Value::Null => return,
        Value::Object(fields) if wire.maps.contains(&name) => entries(fields, wire),
        Value::Object(fields) => structure(fields, wire),
        Value::Array(members) => members.iter().fold(String::new(), |mut inner, member| {
            inner += &member_of(name, member, wire);
            inner
        }),
        leaf => text(name, leaf, wire),
    };
    // Writing to a String cannot fail.
    let _ = write!(xml, "<{name}>{content}</{name}>");
}

/// A member of the list `name`; a list of times is known by its own name.
fn member_of(name: &str, member: &Value, wire: &Wire) -> String {
    let mut inner = String::new();
    let item = wire.item(name);
    if member.is_number() {
        return format!("<{item}>{}</{item}>", text(name, member, wire));
    }
    element(&mut inner, item, member, wire);
    inner
}

fn text(name: &str, leaf: &Value, wire: &Wire) -> String {
    match leaf {
        Value::String(text) => escape(text).into_owned(),
        Value::Number(number) if wire.times.contains(&name) => {
            number.as_f64().and_then(from_epoch).map_or_else(|| number.to_string(), |at| at.to_string())
        }
        other => other.to_string(),
    }
}

fn entries(fields: &Map<String, Value>, wire: &Wire) -> String {
    fields.iter().fold(String::new(), |mut inner, (key, value)| {
        inner += &format!("<entry><key>{}</key>", escape(key));
        element(&mut inner, "value", value, wire);
        inner += "</entry>";
        inner
    })
}

fn structure(fields: &Map<String, Value>, wire: &Wire) -> String {
    fields.iter().fold(String::new(), |mut inner, (name, value)| {
        element(&mut inner, name, value, wire);
        inner
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_a_structure() {
        let body = b"Action=AssumeRole&Tags.member.2.Key=b&Tags.member.1.Key=a%20b&Policy=x";
        assert_eq!(read(None, body, &Wire::PLAIN), json!({"Action": "AssumeRole", "Policy": "x", "Tags": [{"Key": "a b"}, {"Key": "b"}]}));
    }

    #[test]
    fn text_is_escaped_in_xml() {
        let response = answer(("urn:x", &Wire::PLAIN), "Get", Ok(json!({"Name": "a<b&c", "List": [1, 2]})), "R");
        let xml = String::from_utf8(response.body).unwrap();
        assert!(xml.contains("<Name>a&lt;b&amp;c</Name>"), "{xml}");
        assert!(xml.contains("<List><member>1</member><member>2</member></List>"), "{xml}");
    }

    #[test]
    fn maps_and_times_are_written_as_such() {
        let wire = Wire { times: &["At", "Times"], maps: &["Attributes"], items: &[], query_codes: &[("NotThereFault", "NotThere")] };
        let value = json!({"At": 1_795_219_200.5, "Times": [0], "Attributes": {"k": "v"}, "Count": 3});
        let xml = String::from_utf8(answer(("urn:x", &wire), "Get", Ok(value), "R").body).unwrap();
        assert!(
            xml.contains("<At>2026-11-21T00:00:00.5Z</At>") && xml.contains("<Times><member>1970-01-01T00:00:00Z</member></Times>"),
            "{xml}"
        );
        assert!(xml.contains("<Attributes><entry><key>k</key><value>v</value></entry></Attributes><Count>3</Count>"), "{xml}");
        let error = answer(("urn:x", &wire), "Get", Err(AwsError::service("NotThereFault", "x")), "R");
        assert!(String::from_utf8(error.body).unwrap().contains("<Code>NotThere</Code>"));
    }

    #[test]
    fn the_items_of_a_list_have_a_name_of_their_own() {
        let wire = Wire { items: &[("Filters", "Filter"), ("Values", "Value"), ("Tags", "Tag")], ..Wire::PLAIN };
        let body =
            b"Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=mysql&Filters.Filter.1.Values.Value.2=x&Tags.member.1.Key=k";
        let read = read(None, body, &wire);
        assert_eq!(read, json!({"Filters": [{"Name": "engine", "Values": ["mysql", "x"]}], "Tags": [{"Key": "k"}]}));
        let xml = String::from_utf8(answer(("urn:x", &wire), "Get", Ok(json!({"Tags": [{"Key": "k"}], "Ids": ["a"]})), "R").body).unwrap();
        assert!(xml.contains("<Tags><Tag><Key>k</Key></Tag></Tags>") && xml.contains("<Ids><member>a</member></Ids>"), "{xml}");
    }

    #[test]
    fn entries_become_a_map() {
        let body = b"Attributes.entry.1.key=Policy&Attributes.entry.1.value=%7B%7D&Attributes.entry.2.key=a.b&Attributes.entry.2.value=";
        assert_eq!(read(None, body, &Wire::PLAIN), json!({"Attributes": {"Policy": "{}", "a.b": ""}}));
    }
}
