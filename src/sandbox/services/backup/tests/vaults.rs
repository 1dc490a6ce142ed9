//! Vaults: names, locks, policies, notifications.

use serde_json::{Value, json};

use super::{DAY, world};
use crate::sandbox::Faults;
use crate::sandbox::testing::{World, seconds};

const ARN: &str = "arn:aws:backup:us-east-1:123456789012:backup-vault:daily";

#[test]
fn a_vault_is_made_with_aws_own_key_and_described() {
    let world = world();
    assert_eq!(
        world.backup("GET /backup-vaults/daily", Value::Null),
        json!({
            "BackupVaultName": "daily", "BackupVaultArn": ARN, "VaultType": "BACKUP_VAULT", "VaultState": "AVAILABLE",
            "EncryptionKeyArn": "arn:aws:kms:us-east-1:123456789012:key/aws-backup", "CreationDate": world.now(),
            "NumberOfRecoveryPoints": 0, "Locked": false,
        })
    );
}

#[test]
fn a_name_is_taken_once_except_by_the_same_request() {
    let world = World::new();
    let named = |id: &str| json!({"CreatorRequestId": id, "EncryptionKeyArn": "arn:aws:kms:us-east-1:123456789012:key/k"});
    world.backup("PUT /backup-vaults/daily", named("one"));
    world.advance(60);
    let again = world.backup("PUT /backup-vaults/daily", named("one"));
    assert_eq!(again["CreationDate"], json!(seconds("2026-11-21T00:00:00Z")));
    assert_eq!(
        world.backup_fails("PUT /backup-vaults/daily", named("two")),
        ("AlreadyExistsException".into(), "Backup vault with the same name already exists".into())
    );
    assert_eq!(world.backup_fails("PUT /backup-vaults/a", Value::Null).0, "InvalidParameterValueException");
    assert_eq!(world.backup_fails("PUT /backup-vaults/a.b", Value::Null).0, "InvalidParameterValueException");
    assert_eq!(world.backup_fails("PUT /backup-vaults/ok", json!({"EncryptionKeyArn": "k"})).0, "InvalidParameterValueException");
}

#[test]
fn a_missing_vault_is_denied_to_readers_and_not_found_by_writers() {
    let world = World::new();
    for path in ["", "/access-policy", "/notification-configuration"] {
        assert_eq!(
            world.backup_fails(&format!("GET /backup-vaults/nope{path}"), Value::Null),
            ("AccessDeniedException".into(), "Insufficient privileges to perform this action.".into())
        );
    }
    assert_eq!(world.backup_fails("DELETE /backup-vaults/nope", Value::Null).0, "ResourceNotFoundException");
}

#[test]
fn vaults_are_of_one_region_and_account_and_come_in_pages() {
    let world = world();
    world.backup("PUT /backup-vaults/weekly", Value::Null);
    let first = world.backup("GET /backup-vaults/?maxResults=1", Value::Null);
    assert_eq!((&first["BackupVaultList"][0]["BackupVaultName"], &first["NextToken"]), (&json!("daily"), &json!("daily")));
    let second = world.backup("GET /backup-vaults?maxResults=1&nextToken=daily", Value::Null);
    assert_eq!((&second["BackupVaultList"][0]["BackupVaultName"], second.get("NextToken")), (&json!("weekly"), None));
    for elsewhere in [world.in_region("us-west-2"), world.with_key("210987654321")] {
        assert_eq!(elsewhere.backup("GET /backup-vaults", Value::Null)["BackupVaultList"], json!([]));
    }
    world.backup("DELETE /backup-vaults/daily", Value::Null);
    assert_eq!(world.backup("GET /backup-vaults", Value::Null)["BackupVaultList"].as_array().unwrap().len(), 1);
}

#[test]
fn a_governance_lock_can_be_lifted() {
    let world = world();
    world.backup("PUT /backup-vaults/daily/vault-lock", json!({"MinRetentionDays": 7, "MaxRetentionDays": 365}));
    let vault = world.backup("GET /backup-vaults", Value::Null)["BackupVaultList"][0].clone();
    assert_eq!((&vault["Locked"], &vault["MinRetentionDays"], vault.get("LockDate")), (&json!(true), &json!(7), None));
    world.advance(400 * DAY);
    world.backup("DELETE /backup-vaults/daily/vault-lock", Value::Null);
    assert_eq!(world.backup("GET /backup-vaults/daily", Value::Null)["Locked"], false);
}

#[test]
fn a_compliance_lock_is_in_force_at_once_and_final_after_its_grace_time() {
    let world = world();
    world.backup("PUT /backup-vaults/daily/vault-lock", json!({"MinRetentionDays": 7, "ChangeableForDays": 3}));
    let vault = world.backup("GET /backup-vaults/daily", Value::Null);
    assert_eq!((&vault["Locked"], &vault["LockDate"]), (&json!(true), &json!(seconds("2026-11-24T00:00:00Z"))));
    world.advance(2 * DAY);
    world.backup("PUT /backup-vaults/daily/vault-lock", json!({"MinRetentionDays": 1, "ChangeableForDays": 3}));
    world.advance(2 * DAY);
    world.backup("PUT /backup-vaults/daily/vault-lock", json!({"MinRetentionDays": 2, "ChangeableForDays": 3}));
    world.advance(3 * DAY);
    assert_eq!(world.backup_fails("DELETE /backup-vaults/daily/vault-lock", Value::Null).0, "InvalidRequestException");
    assert_eq!(world.backup_fails("PUT /backup-vaults/daily/vault-lock", json!({})).0, "InvalidRequestException");
}

#[test]
fn the_days_of_a_lock_have_bounds() {
    let world = world();
    for wrong in [
        json!({"MinRetentionDays": 0}),
        json!({"MaxRetentionDays": 36_501}),
        json!({"MinRetentionDays": 8, "MaxRetentionDays": 7}),
        json!({"ChangeableForDays": 2}),
    ] {
        assert_eq!(world.backup_fails("PUT /backup-vaults/daily/vault-lock", wrong).0, "InvalidParameterValueException");
    }
}

#[test]
fn an_air_gapped_vault_is_locked_for_good_from_the_start() {
    let world = World::new();
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    let made = world.backup("PUT /logically-air-gapped-backup-vaults/gap", json!({"MinRetentionDays": 7, "MaxRetentionDays": 30}));
    assert_eq!(made["VaultState"], "CREATING");
    world.advance(60);
    let vault = world.backup("GET /backup-vaults?vaultType=LOGICALLY_AIR_GAPPED_BACKUP_VAULT", Value::Null)["BackupVaultList"][0].clone();
    assert_eq!((&vault["VaultState"], &vault["Locked"]), (&json!("AVAILABLE"), &json!(true)));
    assert_eq!(world.backup_fails("DELETE /backup-vaults/gap/vault-lock", Value::Null).0, "InvalidRequestException");
    let short = json!({"MinRetentionDays": 6, "MaxRetentionDays": 30});
    assert_eq!(world.backup_fails("PUT /logically-air-gapped-backup-vaults/g2", short).0, "InvalidParameterValueException");
}

#[test]
fn a_policy_is_kept_as_it_was_put_and_has_no_wildcard_actions() {
    let world = world();
    let path = "/backup-vaults/daily/access-policy";
    assert_eq!(world.backup_fails(&format!("GET {path}"), Value::Null).0, "ResourceNotFoundException");
    let policy = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}]}).to_string()
    };
    world.backup(&format!("PUT {path}"), json!({"Policy": policy("backup:DeleteRecoveryPoint")}));
    assert_eq!(world.backup(&format!("GET {path}"), Value::Null)["Policy"], policy("backup:DeleteRecoveryPoint"));
    for wrong in [policy("backup:*"), "{".into(), "{}".into()] {
        assert_eq!(world.backup_fails(&format!("PUT {path}"), json!({"Policy": wrong})).0, "InvalidParameterValueException");
    }
    world.backup(&format!("DELETE {path}"), Value::Null);
    assert_eq!(world.backup_fails(&format!("GET {path}"), Value::Null).0, "ResourceNotFoundException");
}

#[test]
fn failed_jobs_have_no_event_of_their_own() {
    let world = world();
    let path = "/backup-vaults/daily/notification-configuration";
    let topic = "arn:aws:sns:us-east-1:123456789012:alerts";
    let put = |events: Value| json!({"SNSTopicArn": topic, "BackupVaultEvents": events});
    assert_eq!(world.backup_fails(&format!("GET {path}"), Value::Null).0, "ResourceNotFoundException");
    let (code, message) = world.backup_fails(&format!("PUT {path}"), put(json!(["BACKUP_JOB_FAILED"])));
    assert_eq!(code, "InvalidParameterValueException");
    assert!(message.starts_with("Please select from the following list of notifications ") && !message.contains("BACKUP_JOB_FAILED"));
    let fifo = json!({"SNSTopicArn": format!("{topic}.fifo"), "BackupVaultEvents": ["BACKUP_JOB_STARTED"]});
    assert_eq!(world.backup_fails(&format!("PUT {path}"), fifo).0, "InvalidParameterValueException");
    world.backup(&format!("PUT {path}"), put(json!(["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"])));
    let read = world.backup(&format!("GET {path}"), Value::Null);
    assert_eq!((&read["SNSTopicArn"], &read["BackupVaultEvents"]), (&json!(topic), &json!(["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"])));
    world.backup(&format!("DELETE {path}"), Value::Null);
    assert_eq!(world.backup_fails(&format!("GET {path}"), Value::Null).0, "ResourceNotFoundException");
}

#[test]
fn a_denial_names_the_vault() {
    let world = world();
    world.set_faults(Faults { denied: vec!["backup:DescribeBackupVault@daily".into()], ..Faults::default() });
    let (code, message) = world.backup_fails("GET /backup-vaults/daily", Value::Null);
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains(&format!("backup:DescribeBackupVault on resource: {ARN}")), "{message}");
    world.backup("GET /backup-vaults", Value::Null);
    world.set_faults(Faults { throttle_first: 1, ..Faults::default() });
    assert_eq!(world.backup_fails("GET /backup-vaults", Value::Null), ("ThrottlingException".into(), "Rate exceeded".into()));
}
