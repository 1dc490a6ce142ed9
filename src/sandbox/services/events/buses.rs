//! The operations on event buses, as far as rules need them.

use serde_json::{Value, json};

use super::{DEFAULT_BUS, bus, missing};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};

fn arn(call: &Call<'_>, bus: &str) -> String {
    format!("arn:aws:events:{}:{}:event-bus/{bus}", call.caller.region, call.caller.account)
}

/// `CreateEventBus`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = Input(input).required_text("Name", "name")?.to_owned();
    let arn = arn(call, &name);
    if call.region().events.has_bus(&name) {
        return Err(AwsError::service("ResourceAlreadyExistsException", format!("Event bus {name} already exists.")));
    }
    let tags = tag_set::read_list(Input(input), "Tags")?;
    call.region().events.buses.insert(name, (!tags.is_empty()).then_some(tags));
    Ok(json!({ "EventBusArn": arn }))
}

/// `DeleteEventBus`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = Input(input).required_text("Name", "name")?.to_owned();
    if name == DEFAULT_BUS {
        return Err(AwsError::validation("Cannot delete event bus default."));
    }
    let events = &mut call.region().events;
    if events.on(&name).next().is_some() {
        return Err(AwsError::validation(format!("Event bus {name} can't be deleted since it has rules.")));
    }
    events.buses.remove(&name);
    Ok(json!({}))
}

/// `DescribeEventBus`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = bus(Input(input), "Name")?;
    if !call.region().events.has_bus(&name) {
        return Err(missing(format!("Event bus {name} does not exist.")));
    }
    Ok(json!({ "Name": name, "Arn": arn(call, &name) }))
}

/// `ListEventBuses`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let prefix = Input(input).text("NamePrefix")?.unwrap_or_default().to_owned();
    let names: Vec<String> = call.region().events.buses.keys().cloned().chain([DEFAULT_BUS.to_owned()]).collect();
    let matching = names.into_iter().filter(|name| name.starts_with(&prefix));
    let buses: Vec<Value> = matching.map(|name| json!({ "Arn": arn(call, &name), "Name": name })).collect();
    Ok(json!({ "EventBuses": buses }))
}
