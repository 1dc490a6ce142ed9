//! Who is told of drift: topics and webhooks, what they are sent, and that nothing says a webhook's URL.
#![cfg(feature = "sandbox")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use support::room::{Ended, Room, finish};

const SECRET: &str = "T000/B000/very-secret";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:drift";

/// A room with a table whose recovery is on, as declared; `moved` turns it off.
fn room() -> Room {
    let room = Room::new();
    room.write(
        "t.seed.hcl",
        "resource \"aws_dynamodb_table\" \"t\" { name = \"Sales\" }\nresource \"aws_sns_topic\" \"t\" { name = \"drift\" }\n",
    );
    room.write(
        "policy/policy.hcl",
        "protect \"aws_dynamodb_table\" \"shop\" {\n  select { names = [\"Sales\"] }\n  deletion_protection_enabled = true\n}\n",
    );
    room.ok("sandbox seed t.seed.hcl");
    room.ok("apply policy --sandbox --auto-approve");
    room
}

fn moved(room: &Room) {
    room.ok("sandbox seed t.seed.hcl");
}

/// `drift`, with the URL of a webhook in the environment where one is given.
fn drift(room: &Room, more: &str, webhook: Option<&str>) -> Ended {
    let mut command = room.backstay(format!("drift policy --sandbox {more}").split_whitespace());
    // Everything that any library would log: a bare level is backstay's own.
    command.env("BACKSTAY_LOG", "trace,hyper=trace");
    if let Some(url) = webhook {
        command.env("BACKSTAY_NOTIFY_WEBHOOK", url);
    }
    let ended = finish(&mut command);
    assert!(!ended.output.contains("very-secret"), "{}", ended.output);
    ended
}

/// A webhook that answers every message with a status; the messages come out of the channel.
fn hook(status: &'static str) -> (String, Receiver<(String, serde_json::Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("it is there");
    let url = format!("http://{}/services/{SECRET}?x=1", listener.local_addr().expect("it is there"));
    let (sender, messages) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (line, body) = request(&stream);
            let _ = sender.send((line, serde_json::from_slice(&body).expect("it is there")));
            let _ = write!(&stream, "HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        }
    });
    (url, messages)
}

fn request(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).expect("it is there");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("it is there");
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("it is there");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("it is there");
    (first, body)
}

/// The first list of messages in a state.
fn find(value: &serde_json::Value) -> Option<&Vec<serde_json::Value>> {
    match value {
        serde_json::Value::Object(members) => match members.get("messages") {
            Some(serde_json::Value::Array(messages)) => Some(messages),
            _ => members.values().find_map(find),
        },
        serde_json::Value::Array(items) => items.iter().find_map(find),
        _ => None,
    }
}

/// The messages that the topic was sent.
fn published(room: &Room) -> Vec<serde_json::Value> {
    let state: serde_json::Value = serde_json::from_str(&room.read(".backstay/sandbox/state.json")).expect("it is there");
    find(&state["accounts"]).cloned().unwrap_or_default()
}

#[test]
fn a_webhook_is_sent_a_text_when_something_moved_and_else_nothing() {
    let room = room();
    let (url, messages) = hook("200 OK");
    assert_eq!(drift(&room, "--notify webhook", Some(&url)).code, Some(0));
    assert!(messages.try_recv().is_err(), "no drift is no news");
    assert_eq!(drift(&room, "--notify webhook --notify-always", Some(&url)).code, Some(0));
    assert!(messages.recv().unwrap().1["text"].as_str().unwrap().contains("No drift"));
    moved(&room);
    assert_eq!(drift(&room, "--notify webhook", Some(&url)).code, Some(2));
    let (line, message) = messages.recv().unwrap();
    assert_eq!(line.trim(), format!("POST /services/{SECRET}?x=1 HTTP/1.1"));
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("aws_dynamodb_table.shop[\"Sales\"]: deletion_protection_enabled: true -&gt; false"), "{text}");
    assert!(text.chars().count() <= 3000);
    assert_eq!(message.as_object().unwrap().len(), 1, "other members are Slack's alone");
}

#[test]
fn what_could_not_be_read_is_news_too() {
    let room = room();
    room.ok("sandbox faults --deny dynamodb:DescribeTable");
    let (url, messages) = hook("200 OK");
    assert_eq!(drift(&room, "--notify webhook", Some(&url)).code, Some(3));
    assert!(messages.recv().unwrap().1["text"].as_str().unwrap().contains("could not be read"));
}

#[test]
fn a_message_that_does_not_arrive_is_told_and_drift_stays_drift() {
    let room = room();
    let (url, _messages) = hook("404 Not Found");
    let ended = drift(&room, "--notify webhook --notify-always", Some(&url));
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    assert!(
        ended.output.contains("a message did not arrive: webhook 127.0.0.1:") && ended.output.contains("answered HTTP 404"),
        "{}",
        ended.output
    );
    moved(&room);
    assert_eq!(drift(&room, "--notify webhook", Some(&url)).code, Some(2));
    // Nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = drift(&room, "--notify webhook", Some(&format!("http://{free}/{SECRET}")));
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    assert!(ended.output.contains(&format!("webhook {free} could not be reached")), "{}", ended.output);
}

#[test]
fn no_error_says_the_url_of_a_webhook() {
    let room = room();
    for wrong in [
        format!("--notify webhook:http://hooks.example.com/{SECRET}"),
        format!("--notify webhook:{SECRET}"),
        format!("--notify slack:https://hooks.example.com/{SECRET}"),
        format!("--notify https://hooks.example.com/{SECRET}"),
        "--notify webhook".to_owned(),
        "--notify sns:drift".to_owned(),
        "--notify-always".to_owned(),
    ] {
        assert_eq!(drift(&room, &wrong, None).code, Some(1), "{wrong}");
    }
}

#[test]
fn a_topic_is_sent_a_mail_through_a_connection_that_can_do_nothing_else() {
    let room = room();
    moved(&room);
    let ended = drift(&room, &format!("--notify sns:{TOPIC}"), None);
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    let messages = published(&room);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["subject"], "backstay: Drift: 1 moved (1 weakens), 0 things as declared.");
    let text = messages[0]["text"].as_str().unwrap();
    assert!(text.contains("deletion_protection_enabled: true -> false") && text.len() <= 8192, "{text}");
    room.ok("sandbox faults --deny sns:Publish");
    let ended = drift(&room, &format!("--notify sns:{TOPIC}"), None);
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    assert!(
        ended.output.contains(&format!("a message did not arrive: {TOPIC}: ")) && ended.output.contains("allow sns:Publish"),
        "{}",
        ended.output
    );
}
