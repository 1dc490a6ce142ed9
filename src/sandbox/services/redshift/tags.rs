//! Tags of clusters, which `DescribeClusters` shows.

use serde_json::{Value, json};

use super::clusters::{Cluster, Clusters, live, not_found};
use super::{fault, required};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};

fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Cluster, AwsError> {
    let arn = required(fields, "ResourceName")?.to_owned();
    let Some((_, name)) = arn.split_once(":cluster:") else {
        return Err(fault("ResourceNotFoundFault", 404, format!("The resource {arn} was not found.")));
    };
    live(call).get_mut(name).ok_or_else(|| not_found(name))
}

/// `CreateTags`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = tag_set::read_list(Input(input), "Tags").map_err(|error| fault("InvalidTagFault", 400, error.message))?;
    tag_set::add(&mut find(call, Input(input))?.tags, added).map_err(|error| fault("TagLimitExceededFault", 400, error.message))?;
    Ok(json!({}))
}

/// `DeleteTags`.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = Input(input).texts("TagKeys")?;
    tag_set::remove(&mut find(call, Input(input))?.tags, &keys);
    Ok(json!({}))
}

/// The ARNs and the tags of all clusters that have been tagged at any time.
pub(crate) fn ever_tagged(clusters: &Clusters) -> impl Iterator<Item = (String, Value)> {
    clusters.values().filter_map(|cluster| Some((cluster.arn.clone(), tag_set::listed(Some(cluster.tags.as_ref()?)))))
}
