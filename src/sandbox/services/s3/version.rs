//! Versions of objects, and how writes make and remove them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use md5::Digest as _;
use serde::{Deserialize, Serialize};

use super::bucket::{Bucket, Versioning};
use super::lifecycle::generated_id;
use crate::sandbox::state::State;

/// The id of a version that was made while versioning was not on.
pub(super) const NULL_ID: &str = "null";

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_marker: bool,
    /// MD5 in hexadecimal.
    pub(crate) etag: String,
    /// In bytes.
    pub(crate) size: u64,
    /// In base64; absent when a seed gave only the size, and then all bytes are zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    /// Headers that come back with the object: content type, checksums, metadata.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    /// Absent for `STANDARD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_class: Option<String>,
    /// `PENDING`, `COMPLETED`, `FAILED` or `REPLICA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replication: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retention: Option<Retention>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) legal_hold: bool,
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub(crate) encryption: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key: Option<String>,
}

/// Until when a version cannot be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retention {
    /// `GOVERNANCE` or `COMPLIANCE`.
    pub(crate) mode: String,
    pub(crate) until: Timestamp,
}

impl Version {
    /// A version with this content.
    pub(crate) fn with_body(bytes: &[u8], at: Timestamp) -> Self {
        let etag = hex(&md5::Md5::digest(bytes));
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { at, etag, size, body: Some(STANDARD.encode(bytes)), encryption: "AES256".to_owned(), ..Self::default() }
    }

    /// The content.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Some(body) => STANDARD.decode(body).unwrap_or_default(),
            None => vec![0; usize::try_from(self.size).unwrap_or_default()],
        }
    }

    /// The entity tag with its quotes.
    pub(super) fn quoted_etag(&self) -> String {
        format!("\"{}\"", self.etag)
    }

    /// The storage class by name.
    pub(super) fn class(&self) -> &str {
        self.storage_class.as_deref().unwrap_or("STANDARD")
    }

    /// Tells whether object lock keeps it from being deleted at `now`.
    pub(super) fn is_locked(&self, now: Timestamp, bypass_governance: bool) -> bool {
        let retained = self
            .retention
            .as_ref()
            .is_some_and(|retention| now < retention.until && !(bypass_governance && retention.mode == "GOVERNANCE"));
        self.legal_hold || retained
    }
}

/// An id for a new version.
pub(crate) fn fresh_id(state: &mut State) -> String {
    generated_id(state.fresh_number()).chars().take(32).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Bucket {
    /// The newest version of a key, which may be a delete marker.
    pub(crate) fn newest(&self, key: &str) -> Option<&Version> {
        self.objects.get(key)?.last()
    }

    /// A version of a key.
    pub(super) fn version(&self, key: &str, id: &str) -> Option<&Version> {
        self.objects.get(key)?.iter().find(|version| version.id == id)
    }

    /// A version of a key, to change; without an id the newest.
    pub(super) fn version_mut(&mut self, key: &str, id: Option<&str>) -> Option<&mut Version> {
        let versions = self.objects.get_mut(key)?;
        match id {
            Some(id) => versions.iter_mut().find(|version| version.id == id),
            None => versions.last_mut(),
        }
    }

    /// Makes a version (or a delete marker) the newest, under `fresh_id` where the bucket keeps versions.
    ///
    /// Where it does not, the version takes the place of the one that was made under the same circumstances. Returns the id.
    pub(crate) fn write(&mut self, key: &str, mut version: Version, fresh_id: String) -> String {
        let versions = self.objects.entry(key.to_owned()).or_default();
        version.id = match self.versioning {
            Versioning::Enabled => fresh_id,
            Versioning::Never | Versioning::Suspended => {
                versions.retain(|other| other.id != NULL_ID);
                NULL_ID.to_owned()
            }
        };
        let id = version.id.clone();
        versions.push(version);
        id
    }

    /// Removes a version for good, and returns it.
    pub(super) fn remove(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.objects.get_mut(key)?;
        let at = versions.iter().position(|version| version.id == id)?;
        let removed = versions.remove(at);
        if versions.is_empty() {
            self.objects.remove(key);
        }
        Some(removed)
    }
}
