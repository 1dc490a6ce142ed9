//! What others need that no policy declares: roles of IAM and keys of KMS.

use serde::{Deserialize, Serialize};

/// What was found where such a thing was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// It is not there.
    Absent,
    /// It could not be read.
    Unread {
        /// The IAM action that failed: `iam:GetRole`.
        action: String,
        /// Why, in a sentence that says what to do.
        reason: String,
    },
    /// A role.
    Role {
        /// Its ARN, in which its path stands.
        arn: String,
        /// Who may assume it, as JSON.
        trust: String,
    },
    /// A key.
    Key {
        /// As KMS has it: `Enabled`, `Disabled`, `PendingDeletion`, …
        state: String,
        /// As KMS has it: `SYMMETRIC_DEFAULT`, `RSA_2048`, …
        spec: String,
    },
}
