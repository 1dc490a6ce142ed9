//! The configurations of a bucket, but for lifecycle and replication.

use serde_json::json;

use super::{SUSPENDED, VERSIONED, call, fails, ok, versioned};
use crate::sandbox::testing::World;

fn bucket() -> World {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    world
}

#[test]
fn versioning_that_was_never_set_has_no_status_and_there_is_no_way_back() {
    let world = bucket();
    assert!(!ok(&world, "GET", "/mine?versioning", "").has("Status"));
    ok(&world, "PUT", "/mine?versioning", VERSIONED);
    assert_eq!(ok(&world, "GET", "/mine?versioning", "").element("Status"), Some("Enabled"));
    ok(&world, "PUT", "/mine?versioning", SUSPENDED);
    assert_eq!(ok(&world, "GET", "/mine?versioning", "").element("Status"), Some("Suspended"));
    let put =
        |inner: &str| fails(&world, "PUT", "/mine?versioning", &format!("<VersioningConfiguration>{inner}</VersioningConfiguration>")).1;
    assert_eq!(put(""), "IllegalVersioningConfigurationException");
    assert_eq!(put("<Status>Disabled</Status>"), "MalformedXML");
    assert_eq!(put("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>"), "AccessDenied");
}

#[test]
fn under_mfa_delete_nobody_without_a_device_changes_versioning_or_deletes_a_version() {
    let seed = "resource \"aws_s3_bucket\" \"mine\" {\n  bucket = \"mine\"\n  versioning {\n    status = \"Enabled\"\n    mfa_delete = \"Enabled\"\n  }\n}\n";
    let world = World::seeded(seed);
    let found = ok(&world, "GET", "/mine?versioning", "");
    assert_eq!((found.element("Status"), found.element("MfaDelete")), (Some("Enabled"), Some("Enabled")));
    for body in [VERSIONED, SUSPENDED] {
        let (status, code, message) = fails(&world, "PUT", "/mine?versioning", body);
        assert_eq!((status, code.as_str()), (403, "AccessDenied"));
        assert!(message.contains("Mfa Authentication"), "{message}");
    }
    let rule = "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
    assert_eq!(fails(&world, "PUT", "/mine?lifecycle", rule).1, "InvalidBucketState");
    let version = ok(&world, "PUT", "/mine/k", "one").header("x-amz-version-id").unwrap().to_owned();
    ok(&world, "DELETE", "/mine/k", "");
    assert_eq!(fails(&world, "DELETE", &format!("/mine/k?versionId={version}"), "").1, "AccessDenied");
}

#[test]
fn object_lock_needs_versioning_and_never_lets_it_go() {
    let world = bucket();
    let lock =
        |rule: &str| format!("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>");
    assert_eq!(fails(&world, "GET", "/mine?object-lock", "").1, "ObjectLockConfigurationNotFoundError");
    assert_eq!(fails(&world, "PUT", "/mine?object-lock", &lock("")).1, "InvalidBucketState");
    ok(&world, "PUT", "/mine?versioning", VERSIONED);
    let retention = |inner: &str| lock(&format!("<Rule><DefaultRetention><Mode>COMPLIANCE</Mode>{inner}</DefaultRetention></Rule>"));
    assert_eq!(fails(&world, "PUT", "/mine?object-lock", &retention("<Days>1</Days><Years>1</Years>")).1, "MalformedXML");
    assert_eq!(fails(&world, "PUT", "/mine?object-lock", &retention("<Days>0</Days>")).1, "InvalidArgument");
    assert_eq!(fails(&world, "PUT", "/mine?object-lock", "<ObjectLockConfiguration/>").1, "MalformedXML");
    ok(&world, "PUT", "/mine?object-lock", &retention("<Years>1</Years>"));
    let read = ok(&world, "GET", "/mine?object-lock", "");
    assert_eq!((read.element("Mode"), read.element("Years"), read.element("Days")), (Some("COMPLIANCE"), Some("1"), None));
    ok(&world, "PUT", "/mine?object-lock", &lock(""));
    assert_eq!(ok(&world, "GET", "/mine?object-lock", "").element("Rule"), None);
    let (status, code, message) = fails(&world, "PUT", "/mine?versioning", SUSPENDED);
    assert_eq!((status, code.as_str()), (409, "InvalidBucketState"));
    assert_eq!(message, "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
    let made = call(&world, "PUT", "/locked", &[("x-amz-bucket-object-lock-enabled", "true")], "");
    assert_eq!(made.status, 200);
    assert_eq!(ok(&world, "GET", "/locked?versioning", "").element("Status"), Some("Enabled"));
    assert_eq!(ok(&world, "GET", "/locked?object-lock", "").element("ObjectLockEnabled"), Some("Enabled"));
}

#[test]
fn encryption_is_aes256_until_it_is_something_else() {
    let world = bucket();
    assert_eq!(ok(&world, "GET", "/mine?encryption", "").element("SSEAlgorithm"), Some("AES256"));
    let kms = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:aws:kms:us-east-1:123456789012:key/k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    ok(&world, "PUT", "/mine?encryption", kms);
    let read = ok(&world, "GET", "/mine?encryption", "");
    assert_eq!((read.element("SSEAlgorithm"), read.element("BucketKeyEnabled")), (Some("aws:kms"), Some("false")));
    assert_eq!(fails(&world, "PUT", "/mine?encryption", &kms.replace("aws:kms<", "AES256<")).1, "InvalidArgument");
    ok(&world, "DELETE", "/mine?encryption", "");
    assert_eq!(ok(&world, "GET", "/mine?encryption", "").element("SSEAlgorithm"), Some("AES256"));
}

#[test]
fn tags_are_replaced_as_a_whole_and_found_by_the_tagging_api() {
    let world = bucket();
    assert_eq!(fails(&world, "GET", "/mine?tagging", ""), (404, "NoSuchTagSet".into(), "The TagSet does not exist".into()));
    let tags = |inner: &str| format!("<Tagging><TagSet>{inner}</TagSet></Tagging>");
    let tag = |key: &str, value: &str| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    ok(&world, "PUT", "/mine?tagging", &tags(&tag("a", "1")));
    ok(&world, "PUT", "/mine?tagging", &tags(&tag("env", "production")));
    assert_eq!(ok(&world, "GET", "/mine?tagging", "").elements("Key"), ["env"]);
    let twice = tag("a", "1") + &tag("a", "2");
    assert_eq!(fails(&world, "PUT", "/mine?tagging", &tags(&twice)).1, "InvalidTag");
    assert_eq!(fails(&world, "PUT", "/mine?tagging", &tags(&tag("aws:x", "1"))).1, "InvalidTag");
    let found =
        world.tagging("GetResources", json!({"ResourceTypeFilters": ["s3"], "TagFilters": [{"Key": "env", "Values": ["production"]}]}));
    assert_eq!(found["ResourceTagMappingList"][0]["ResourceARN"], "arn:aws:s3:::mine");
    let answer = world.tagging("TagResources", json!({"ResourceARNList": ["arn:aws:s3:::mine", "arn:aws:s3:::nope"], "Tags": {"b": "2"}}));
    assert_eq!(answer["FailedResourcesMap"].as_object().unwrap().len(), 1);
    assert_eq!(ok(&world, "GET", "/mine?tagging", "").elements("Key"), ["b", "env"]);
    world.tagging("UntagResources", json!({"ResourceARNList": ["arn:aws:s3:::mine"], "TagKeys": ["b"]}));
    ok(&world, "DELETE", "/mine?tagging", "");
    let found = world.tagging("GetResources", json!({"ResourceTypeFilters": ["s3:bucket"]}));
    assert_eq!(found["ResourceTagMappingList"][0]["Tags"], json!([]));
    let elsewhere = world.in_region("eu-west-1").tagging("GetResources", json!({"ResourceTypeFilters": ["s3"]}));
    assert_eq!(elsewhere["ResourceTagMappingList"], json!([]));
}

#[test]
fn a_policy_is_given_back_as_it_was_put() {
    let world = bucket();
    assert_eq!(fails(&world, "GET", "/mine?policy", "").1, "NoSuchBucketPolicy");
    let policy = "{ \"Version\": \"2012-10-17\",\n \"Statement\": [] }";
    assert_eq!(ok(&world, "PUT", "/mine?policy", policy).status, 204);
    assert_eq!(ok(&world, "GET", "/mine?policy", "").text, policy);
    assert_eq!(fails(&world, "PUT", "/mine?policy", "no").1, "MalformedPolicy");
    ok(&world, "DELETE", "/mine?policy", "");
    assert_eq!(fails(&world, "GET", "/mine?policyStatus", "").1, "NoSuchBucketPolicy");
}

#[test]
fn an_untouched_bucket_answers_every_read_that_terraform_makes() {
    let world = bucket();
    for query in ["acl", "accelerate", "encryption", "logging", "notification", "ownershipControls", "publicAccessBlock", "requestPayment"]
    {
        assert_eq!(ok(&world, "GET", &format!("/mine?{query}"), "").status, 200, "{query}");
    }
    assert_eq!(ok(&world, "GET", "/mine?requestPayment", "").element("Payer"), Some("BucketOwner"));
    assert!(ok(&world, "GET", "/mine?acl", "").has("xsi:type=\"CanonicalUser\""));
    assert_eq!(fails(&world, "GET", "/mine?website", "").1, "NoSuchWebsiteConfiguration");
    assert_eq!(fails(&world, "GET", "/mine?cors", "").1, "NoSuchCORSConfiguration");
    ok(&world, "DELETE", "/mine?publicAccessBlock", "");
    assert_eq!(fails(&world, "GET", "/mine?publicAccessBlock", "").1, "NoSuchPublicAccessBlockConfiguration");
    ok(
        &world,
        "PUT",
        "/mine?publicAccessBlock",
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
    );
    assert_eq!(ok(&world, "GET", "/mine?publicAccessBlock", "").element("RestrictPublicBuckets"), Some("false"));
    ok(&world, "PUT", "/mine?notification", "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>");
    assert!(ok(&world, "GET", "/mine?notification", "").has("<EventBridgeConfiguration></EventBridgeConfiguration>"));
    assert_eq!(
        call(&world, "PUT", "/mine?acl", &[("x-amz-acl", "public-read")], "").element("Code"),
        Some("AccessControlListNotSupported")
    );
}

#[test]
fn a_bucket_outlives_the_process() {
    let world = bucket();
    versioned(&world, "kept");
    let again = world.reopened();
    assert_eq!(ok(&again, "GET", "/kept?versioning", "").element("Status"), Some("Enabled"));
}
