//! What roles of AWS Backup need, and what they surely do not.

/// Policies of AWS that let their holder do nearly everything, or give itself more, or destroy what backups and their owners keep.
///
/// Source: AWS Managed Policy Reference Guide, of each of these names: all of them allow whole services on `*`.
pub const MIGHTY: [&str; 8] = [
    "AdministratorAccess",
    "PowerUserAccess",
    "IAMFullAccess",
    "AWSBackupFullAccess",
    "AmazonS3FullAccess",
    "AmazonDynamoDBFullAccess",
    "AmazonRDSFullAccess",
    "AmazonEC2FullAccess",
];

/// Actions that neither backups nor restores need of their role, in lower case: whoever has one of them on everything has too much.
pub const NEVER_NEEDED: [&str; 17] = [
    "backup:deletebackupplan",
    "backup:deletebackupselection",
    "backup:deletebackupvault",
    "backup:deletebackupvaultaccesspolicy",
    "backup:deletebackupvaultlockconfiguration",
    "backup:putbackupvaultaccesspolicy",
    "dynamodb:deletetable",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createaccesskey",
    "iam:createpolicyversion",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:updateassumerolepolicy",
    "kms:putkeypolicy",
    "kms:schedulekeydeletion",
    "s3:deletebucket",
];

/// Actions by which AWS Backup makes backups, in lower case, and which change nothing of what they are made of.
///
/// Source: AWS Managed Policy Reference Guide, `AWSBackupServiceRolePolicyForBackup` and `AWSBackupServiceRolePolicyForS3Backup`, without
/// those that delete, and without those that both policies hold under conditions. UNCONFIRMED action by action; one that is missing here leaves
/// a role in doubt, and never passes it.
pub const NEEDED: [&str; 26] = [
    "backup:copyintobackupvault",
    "backup:describebackupvault",
    "dynamodb:createbackup",
    "dynamodb:describebackup",
    "dynamodb:describetable",
    "dynamodb:listtagsofresource",
    "dynamodb:startawsbackupjob",
    "elasticfilesystem:backup",
    "elasticfilesystem:describetags",
    "kms:describekey",
    "rds:addtagstoresource",
    "rds:copydbsnapshot",
    "rds:createdbsnapshot",
    "rds:describedbinstances",
    "rds:describedbsnapshots",
    "rds:listtagsforresource",
    "s3:getbucketlocation",
    "s3:getbuckettagging",
    "s3:getbucketversioning",
    "s3:getobject",
    "s3:getobjectversion",
    "s3:listallmybuckets",
    "s3:listbucket",
    "s3:listbucketversions",
    "s3:getinventoryconfiguration",
    "tag:getresources",
];
