//! `backstay sandbox serve` as a process of its own, and a proxy in front of it that counts.

use super::room::Room;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// A sandbox of a room, served over loopback until it is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
}

impl Served {
    pub(crate) fn start(room: &Room) -> Self {
        let mut command = room.backstay(["sandbox", "serve"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the sandbox starts");
        let out = child.stdout.take().expect("its output is a pipe");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        let url = line.trim().trim_start_matches("listening on ").to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, url }
    }

    /// `backstay` that takes this sandbox for AWS.
    pub(crate) fn backstay(&self, room: &Room, line: &str) -> Command {
        through(&self.url, room, line)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `backstay` that takes what listens at `url` for AWS.
pub(crate) fn through(url: &str, room: &Room, line: &str) -> Command {
    let mut command = room.backstay(line.split_whitespace());
    command
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "123456789012")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "us-east-1");
    command
}

/// What a proxy saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Requests by operation: `DynamoDB_20120810.DescribeTable`, or the path where there is no such header.
    pub(crate) operations: BTreeMap<String, u64>,
    /// Requests that are waiting for their answer now.
    pub(crate) under_way: u64,
    /// The most that ever were.
    pub(crate) most_under_way: u64,
    /// Answers that were lost on the way.
    pub(crate) lost: u64,
}

/// A proxy that passes every request on, one connection each, and counts them.
pub(crate) struct Proxy {
    pub(crate) url: String,
    pub(crate) seen: Arc<Mutex<Seen>>,
}

impl Proxy {
    pub(crate) fn start(to: &str) -> Self {
        Self::losing(to, None)
    }

    /// A proxy that loses the answer to the first request whose text has this in it: the request itself is passed on.
    pub(crate) fn losing(to: &str, request: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (to, shared) = (to.trim_start_matches("http://").to_owned(), Arc::clone(&seen));
        let loses = Arc::new(Mutex::new(request.map(str::to_owned)));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (to, seen, loses) = (to.clone(), Arc::clone(&shared), Arc::clone(&loses));
                std::thread::spawn(move || pass_on(stream, &to, &seen, &loses));
            }
        });
        Self { url, seen }
    }
}

/// Passes the requests of one connection on until the client closes it. An error ends the connection, which the client sees.
fn pass_on(client: TcpStream, to: &str, seen: &Mutex<Seen>, loses: &Mutex<Option<String>>) {
    let Ok(mut answering) = client.try_clone() else { return };
    let mut asking = BufReader::new(client);
    let Ok(mut server) = TcpStream::connect(to) else { return };
    let Ok(copy) = server.try_clone() else { return };
    let mut answers = BufReader::new(copy);
    while let Some((operation, request)) = message(&mut asking) {
        {
            let mut seen = seen.lock().expect("no thread panics while it counts");
            *seen.operations.entry(operation).or_default() += 1;
            seen.under_way += 1;
            seen.most_under_way = seen.most_under_way.max(seen.under_way);
        }
        let answer = server.write_all(&request).ok().and_then(|()| message(&mut answers));
        seen.lock().expect("no thread panics while it counts").under_way -= 1;
        let Some((_, answer)) = answer else { return };
        let is_lost = |text: &mut String| String::from_utf8_lossy(&request).contains(text.as_str());
        if loses.lock().expect("no thread panics while it looks").take_if(is_lost).is_some() {
            seen.lock().expect("no thread panics while it counts").lost += 1;
            return;
        }
        if answering.write_all(&answer).is_err() {
            return;
        }
    }
}

/// One HTTP/1.1 message with a `content-length`, and the operation that it asks for.
fn message(from: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut operation = String::new();
    let mut length = 0;
    loop {
        let mut line = Vec::new();
        if from.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        bytes.extend(&line);
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        if text.is_empty() {
            break;
        }
        match text.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            Some((name, value)) if name.eq_ignore_ascii_case("x-amz-target") => value.trim().clone_into(&mut operation),
            _ if operation.is_empty() => text.split(' ').nth(1).unwrap_or_default().clone_into(&mut operation),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some((operation, bytes))
}
