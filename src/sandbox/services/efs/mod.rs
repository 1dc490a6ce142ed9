//! Amazon Elastic File System: file systems with their backup policy, their lifecycle rules and their tags. There are no files, and no
//! backup is made.

mod backup_policy;
mod systems;
mod tags;

use serde_json::Value;

use super::{AwsError, Operation, Protocol, Service};
use crate::sandbox::state::Caller;

pub(crate) use backup_policy::Policy;
pub(crate) use systems::{FileSystem, FileSystems, fill};
pub(crate) use tags::{ever_tagged, tag, untag};

/// Amazon Elastic File System, 2015-02-01.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "elasticfilesystem",
    signing_name: "elasticfilesystem",
    protocols: &[Protocol::RestJson],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("CreateFileSystem", systems::create).at("POST", "/2015-02-01/file-systems"),
        Operation::write("DeleteFileSystem", systems::delete).at("DELETE", "/2015-02-01/file-systems/{FileSystemId}"),
        Operation::read("DescribeBackupPolicy", backup_policy::describe).at("GET", "/2015-02-01/file-systems/{FileSystemId}/backup-policy"),
        Operation::read("DescribeFileSystems", systems::describe).at("GET", "/2015-02-01/file-systems"),
        Operation::read("DescribeLifecycleConfiguration", systems::lifecycle)
            .at("GET", "/2015-02-01/file-systems/{FileSystemId}/lifecycle-configuration"),
        Operation::read("ListTagsForResource", tags::list).at("GET", "/2015-02-01/resource-tags/{ResourceId}"),
        Operation::write("PutBackupPolicy", backup_policy::put).at("PUT", "/2015-02-01/file-systems/{FileSystemId}/backup-policy"),
        Operation::write("PutLifecycleConfiguration", systems::put_lifecycle)
            .at("PUT", "/2015-02-01/file-systems/{FileSystemId}/lifecycle-configuration"),
        Operation::write("TagResource", tags::tag).at("POST", "/2015-02-01/resource-tags/{ResourceId}"),
        Operation::write("UntagResource", tags::untag).at("DELETE", "/2015-02-01/resource-tags/{ResourceId}"),
    ],
    resources,
};

/// The ARN of a file system.
pub(crate) fn arn(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:elasticfilesystem:{region}:{account}:file-system/{id}")
}

/// The id in an id or an ARN.
fn id_of(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// What a request is about, for denials.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let named = ["FileSystemId", "ResourceId"].iter().find_map(|member| input.get(*member)?.as_str());
    // What asks for many is about all of them.
    vec![arn(&caller.account, &caller.region, named.map_or("*", id_of))]
}

fn fault(code: &str, status: u16, message: impl Into<String>) -> AwsError {
    AwsError { status, ..AwsError::service(code, message) }
}

fn invalid(message: impl Into<String>) -> AwsError {
    fault("BadRequest", 400, message)
}

fn missing(id: &str) -> AwsError {
    fault("FileSystemNotFound", 404, format!("File system '{id}' does not exist."))
}

#[cfg(test)]
mod tests;
