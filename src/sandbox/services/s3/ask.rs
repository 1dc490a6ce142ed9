//! A request and an answer as S3's operations see them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::errors;
use super::schema::{self, Shape};
use crate::sandbox::services::AwsError;

/// The bytes of an upload, and the headers behind them.
type Upload = (Vec<u8>, Vec<(String, String)>);

/// Reads the members of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a>(pub(super) &'a Value);

impl<'a> Ask<'a> {
    /// The bucket in the path or the host.
    pub(super) fn bucket(self) -> &'a str {
        self.0.get("Bucket").and_then(Value::as_str).unwrap_or_default()
    }

    /// The object's key in the path.
    pub(super) fn key(self) -> &'a str {
        self.0.get("Key").and_then(Value::as_str).unwrap_or_default()
    }

    /// A parameter of the query.
    pub(super) fn query(self, name: &str) -> Option<&'a str> {
        self.0.get("Query")?.get(name)?.as_str()
    }

    /// A header, by its name in lower case.
    pub(super) fn header(self, name: &str) -> Option<&'a str> {
        self.0.get("Headers")?.get(name)?.as_str()
    }

    /// All headers.
    pub(super) fn headers(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let headers = self.0.get("Headers").and_then(Value::as_object).into_iter().flatten();
        headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    /// A whole number of the query within bounds.
    pub(super) fn number(self, name: &str, bounds: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, AwsError> {
        let Some(text) = self.query(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = |message: String| errors::argument(name, text, message);
        let number: i64 = text.parse().map_err(|_| wrong(format!("Provided {name} not an integer or within integer range")))?;
        if bounds.contains(&number) {
            return Ok(Some(number));
        }
        Err(wrong(format!("Argument {name} must be an integer between {} and {}", bounds.start(), bounds.end())))
    }

    /// The body as it came, but for the chunks that an SDK may have cut it into.
    pub(super) fn body(self) -> Result<Vec<u8>, AwsError> {
        self.body_and_trailers().map(|(body, _)| body)
    }

    /// The same, with the headers that stood behind the chunks.
    pub(super) fn body_and_trailers(self) -> Result<Upload, AwsError> {
        let encoded = self.0.get("Body").and_then(Value::as_str).unwrap_or_default();
        let body = STANDARD.decode(encoded).map_err(|_| errors::malformed())?;
        let chunked = self.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
        if chunked { unchunked(&body).ok_or_else(errors::incomplete) } else { Ok((body, Vec::new())) }
    }

    /// The body as a document of this shape.
    pub(super) fn document(self, root: &str, shape: &'static Shape) -> Result<Value, AwsError> {
        let body = self.body()?;
        let element = std::str::from_utf8(&body).ok().and_then(crate::xml::parse).filter(|element| element.name == root);
        schema::read(&element.ok_or_else(errors::malformed)?, shape)
    }
}

/// Puts the chunks of an `aws-chunked` body together: `SIZE[;extension]` in hexadecimal, the bytes, and so on to a chunk of size 0.
fn unchunked(body: &[u8]) -> Option<Upload> {
    let (mut rest, mut whole) = (body, Vec::with_capacity(body.len()));
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let (head, tail) = rest.split_at_checked(end)?;
        let size = std::str::from_utf8(head).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let tail = tail.strip_prefix(b"\r\n")?;
        if size == 0 {
            return Some((whole, trailers(tail)));
        }
        let (chunk, tail) = tail.split_at_checked(size)?;
        whole.extend_from_slice(chunk);
        rest = tail.strip_prefix(b"\r\n")?;
    }
}

fn trailers(text: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(text);
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect()
}

/// Builds an answer.
#[derive(Debug, Default)]
pub(super) struct Said {
    status: Option<u16>,
    headers: Map<String, Value>,
    body: Map<String, Value>,
}

impl Said {
    /// Nothing but the status 200.
    pub(super) fn ok() -> Self {
        Self::default()
    }

    /// Nothing but the status 204, as deletions have it.
    pub(super) fn no_content() -> Self {
        Self::ok().status(204)
    }

    /// A document.
    pub(super) fn document(root: &str, document: Value) -> Self {
        let body = [("Root".to_owned(), Value::from(root)), ("Document".to_owned(), document)];
        Self { body: body.into_iter().collect(), ..Self::default() }
    }

    /// Bytes.
    pub(super) fn data(bytes: &[u8]) -> Self {
        let body = [("Data".to_owned(), Value::from(STANDARD.encode(bytes)))];
        Self { body: body.into_iter().collect(), ..Self::default() }
    }

    /// The same with a status.
    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same with a header. Only headers that the protocol knows are sent.
    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_owned(), Value::from(value.into()));
        self
    }

    /// The same with a header if there is a value for it.
    pub(super) fn maybe(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// The same with the headers of another answer.
    pub(super) fn with_headers_of(mut self, other: Self) -> Self {
        self.headers.extend(other.headers);
        self
    }

    /// The answer as the protocol takes it.
    #[expect(clippy::unnecessary_wraps, reason = "every operation ends with it, and operations can fail")]
    pub(super) fn done(self) -> Result<Value, AwsError> {
        let mut answer = self.body;
        answer.insert("Status".to_owned(), Value::from(self.status.unwrap_or(200)));
        answer.insert("Headers".to_owned(), Value::Object(self.headers));
        Ok(Value::Object(answer))
    }
}

/// A time as S3's documents write it: `2026-11-21T00:00:00.000Z`.
pub(super) fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// A time as HTTP headers write it: `Sat, 21 Nov 2026 00:00:00 GMT`.
pub(super) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_and_trailers_read() {
        let body = b"5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
        let trailers = vec![("x-amz-checksum-crc32".to_owned(), "AAAA".to_owned())];
        assert_eq!(unchunked(body).unwrap(), (b"hello!".to_vec(), trailers));
        assert_eq!(unchunked(b"5\r\nhel"), None);
        assert_eq!(unchunked(b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), None);
    }

    #[test]
    fn times_are_written_as_s3_does() {
        let at: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        assert_eq!((iso(at).as_str(), http_date(at).as_str()), ("2026-11-21T00:00:00.000Z", "Sat, 21 Nov 2026 00:00:00 GMT"));
    }
}
