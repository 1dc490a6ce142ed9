//! Versioning: on, suspended, or never touched, and no way back to that.

use serde_json::{Value, json};

use super::ask::{Ask, Said};
use super::bucket::Versioning;
use super::{Call, errors, find, find_mut, shapes};
use crate::sandbox::services::AwsError;

/// `GetBucketVersioning`: nothing at all where versioning was never on.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    let mut document = match bucket.versioning {
        Versioning::Never => json!({}),
        Versioning::Enabled => json!({ "Status": "Enabled" }),
        Versioning::Suspended => json!({ "Status": "Suspended" }),
    };
    if bucket.mfa_delete {
        document["MfaDelete"] = json!("Enabled");
    }
    Said::document("VersioningConfiguration", document).done()
}

/// `PutBucketVersioning`.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = find_mut(call, ask)?;
    let document = ask.document("VersioningConfiguration", &shapes::VERSIONING)?;
    if document["MfaDelete"] == "Enabled" || bucket.mfa_delete {
        // Only the root user can switch it, with a code of the device that no API client has.
        return Err(errors::without_device());
    }
    let wanted = match document["Status"].as_str() {
        Some("Enabled") => Versioning::Enabled,
        Some(_) => Versioning::Suspended,
        None => return Err(errors::error(400, "IllegalVersioningConfigurationException", "The Versioning element must be specified")),
    };
    if wanted == Versioning::Suspended {
        if bucket.object_lock.is_some() {
            return Err(errors::state(
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
            ));
        }
        if bucket.replication.is_some() {
            return Err(errors::state(
                "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.",
            ));
        }
    }
    bucket.versioning = wanted;
    Said::ok().done()
}
