//! Smithy RPC v2 CBOR: CBOR both ways, service and operation in the path, errors known by `__type`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minicbor::data::{IanaTag, Type};
use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder};
use serde_json::{Map, Number, Value, json};

use crate::sandbox::services::{AwsError, Wire};
use crate::sandbox::wire::{Request, Response};

/// How deep structures may be nested; AWS's deepest input has about ten levels.
const MAX_DEPTH: usize = 64;

/// Tells whether a request says that it speaks this protocol.
pub(crate) fn is_spoken(request: &Request) -> bool {
    request.header("smithy-protocol") == Some("rpc-v2-cbor")
}

/// Splits `/service/GraniteServiceVersion20100801/operation/DescribeAlarms` into service and operation.
pub(crate) fn target(request: &Request) -> Option<(&str, &str)> {
    let (service, operation) = request.path.rsplit_once("/service/")?.1.split_once("/operation/")?;
    is_spoken(request).then_some((service, operation))
}

/// Reads the body; an empty one is an empty structure. Times become seconds since 1970, and bytes Base64.
pub(crate) fn read(body: &[u8]) -> Result<Value, AwsError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    match value(&mut Decoder::new(body), 0) {
        Ok(read @ Value::Object(_)) => Ok(read),
        Ok(_) => Err(malformed("expected a map")),
        Err(error) => Err(malformed(&error.to_string())),
    }
}

fn malformed(why: &str) -> AwsError {
    AwsError::front_door("SerializationException", format!("the body is not the CBOR of a structure: {why}"))
}

fn value(decoder: &mut Decoder<'_>, depth: usize) -> Result<Value, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::message("nested too deeply"));
    }
    Ok(match decoder.datatype()? {
        Type::Bool => decoder.bool()?.into(),
        Type::Null => decoder.null().map(|()| Value::Null)?,
        Type::Undefined => decoder.undefined().map(|()| Value::Null)?,
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => decoder.u64()?.into(),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => decoder.i64()?.into(),
        Type::F32 => number(decoder.f32()?.into())?,
        Type::F64 => number(decoder.f64()?)?,
        Type::Bytes | Type::BytesIndef => {
            let parts: Vec<&[u8]> = decoder.bytes_iter()?.collect::<Result<_, _>>()?;
            STANDARD.encode(parts.concat()).into()
        }
        Type::String | Type::StringIndef => decoder.str_iter()?.collect::<Result<String, _>>()?.into(),
        Type::Array | Type::ArrayIndef => {
            let length = decoder.array()?;
            let mut members = Vec::new();
            while goes_on(decoder, length, members.len())? {
                members.push(value(decoder, depth + 1)?);
            }
            Value::Array(members)
        }
        Type::Map | Type::MapIndef => {
            let length = decoder.map()?;
            let (mut fields, mut count) = (Map::new(), 0);
            while goes_on(decoder, length, count)? {
                let key = decoder.str_iter()?.collect::<Result<String, _>>()?;
                fields.insert(key, value(decoder, depth + 1)?);
                count += 1;
            }
            Value::Object(fields)
        }
        Type::Tag => {
            decoder.tag()?;
            value(decoder, depth + 1)?
        }
        other => return Err(Error::type_mismatch(other)),
    })
}

/// Tells whether a list or map has another member, and steps over the break at the end of one of unknown length.
fn goes_on(decoder: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Result<bool, Error> {
    if let Some(length) = length {
        return Ok(u64::try_from(read).is_ok_and(|read| read < length));
    }
    let ends = decoder.datatype()? == Type::Break;
    if ends {
        decoder.set_position(decoder.position() + 1);
    }
    Ok(!ends)
}

/// JSON has no infinities; AWS takes none either.
fn number(number: f64) -> Result<Value, Error> {
    Number::from_f64(number).map(Value::Number).ok_or_else(|| Error::message("expected a finite number"))
}

/// Writes an answer.
pub(crate) fn answer(wire: &Wire, outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    let (status, body) = match outcome {
        Ok(value) => (200, value),
        Err(error) => (error.status, json!({ "__type": error.code, "message": error.message })),
    };
    let mut encoder = Encoder::new(Vec::new());
    // Writing to a Vec cannot fail.
    let _ = write(&mut encoder, "", &body, wire);
    Response {
        status,
        headers: vec![
            ("content-type", "application/cbor".to_owned()),
            ("smithy-protocol", "rpc-v2-cbor".to_owned()),
            ("x-amzn-requestid", request_id.to_owned()),
        ],
        body: encoder.into_writer(),
    }
}

type Written = Result<(), encode::Error<std::convert::Infallible>>;

/// Writes a value; `name` is the member that it, or the list around it, stands in.
fn write(encoder: &mut Encoder<Vec<u8>>, name: &str, value: &Value, wire: &Wire) -> Written {
    match value {
        Value::Null => encoder.null()?,
        Value::Bool(flag) => encoder.bool(*flag)?,
        Value::String(text) => encoder.str(text)?,
        Value::Number(number) => {
            if wire.times.contains(&name) {
                encoder.tag(IanaTag::Timestamp)?;
            }
            match (number.as_u64(), number.as_i64()) {
                (Some(positive), _) => encoder.u64(positive)?,
                (_, Some(negative)) => encoder.i64(negative)?,
                _ => encoder.f64(number.as_f64().unwrap_or_default())?,
            }
        }
        Value::Array(members) => {
            encoder.begin_array()?;
            for member in members {
                write(encoder, name, member, wire)?;
            }
            encoder.end()?
        }
        Value::Object(fields) => {
            encoder.begin_map()?;
            for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                encoder.str(name)?;
                write(encoder, name, value, wire)?;
            }
            encoder.end()?
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMED: Wire = Wire { times: &["At"], ..Wire::PLAIN };

    #[test]
    fn what_is_written_is_read_again() {
        let value = json!({"Name": "é", "Flag": true, "Count": 3, "Less": -3, "Half": 0.5, "List": [1.0, "x"], "Inner": {"a": {}}});
        let response = answer(&TIMED, Ok(value.clone()), "R");
        assert_eq!(read(&response.body).unwrap(), value);
    }

    #[test]
    fn a_time_is_tagged_and_a_number_is_not() {
        let body = answer(&TIMED, Ok(json!({"At": 1.5})), "R").body;
        // {_ "At": 1(1.5)}
        assert_eq!(body, [0xbf, 0x62, b'A', b't', 0xc1, 0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xff]);
        assert_eq!(read(&body).unwrap(), json!({"At": 1.5}));
    }

    #[test]
    fn hostile_bodies_are_refused_not_run_into() {
        let lists = [&[0xa1, 0x61, b'a'][..], &vec![0x81; 100_000]].concat();
        assert!(read(&lists).unwrap_err().message.contains("nested too deeply"));
        for body in [
            &[0x80][..],
            &[0xbf],
            &[0xa1],
            &[0xa1, 0x61, b'a', 0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(read(body).unwrap_err().code, "SerializationException", "{body:?}");
        }
        assert_eq!(read(b"").unwrap(), json!({}));
    }
}
