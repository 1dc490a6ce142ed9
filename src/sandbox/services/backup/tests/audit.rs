//! Frameworks, report plans and restore testing.

use serde_json::{Value, json};

use super::in_path;
use crate::sandbox::Faults;
use crate::sandbox::testing::World;

fn report(name: &str) -> Value {
    json!({
        "ReportPlanName": name,
        "ReportDeliveryChannel": {"S3BucketName": "reports"},
        "ReportSetting": {"ReportTemplate": "BACKUP_JOB_REPORT"},
        "ReportPlanTags": {"owner": "shop"},
    })
}

#[test]
fn a_report_plan_is_kept_with_its_default_format_and_found_by_tag() {
    let world = World::new();
    let arn = world.backup("POST /audit/report-plans", report("jobs"))["ReportPlanArn"].as_str().unwrap().to_owned();
    assert!(arn.starts_with("arn:aws:backup:us-east-1:123456789012:report-plan:jobs-"), "{arn}");
    let plan = world.backup("GET /audit/report-plans/jobs", Value::Null)["ReportPlan"].clone();
    assert_eq!((&plan["ReportDeliveryChannel"]["Formats"], &plan["DeploymentStatus"]), (&json!(["CSV"]), &json!("COMPLETED")));
    assert_eq!(world.backup_fails("POST /audit/report-plans", report("jobs")).0, "AlreadyExistsException");
    assert_eq!(world.backup_fails("POST /audit/report-plans", report("1-jobs")).0, "InvalidParameterValueException");
    let found = world.tagging("GetResources", json!({"ResourceTypeFilters": ["backup:report-plan"]}));
    assert_eq!(found["ResourceTagMappingList"][0]["ResourceARN"], json!(arn));
    assert_eq!(world.backup(&format!("GET /tags/{}", in_path(&arn)), Value::Null)["Tags"], json!({"owner": "shop"}));
    world.backup("DELETE /audit/report-plans/jobs", Value::Null);
    assert_eq!(world.backup_fails("GET /audit/report-plans/jobs", Value::Null).0, "ResourceNotFoundException");
}

#[test]
fn what_is_being_deployed_is_neither_changed_nor_removed() {
    let world = World::new();
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    let framework = json!({
        "FrameworkName": "rules",
        "FrameworkControls": [{"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}],
    });
    world.backup("POST /audit/frameworks", framework);
    assert_eq!(world.backup("GET /audit/frameworks/rules", Value::Null)["DeploymentStatus"], "CREATE_IN_PROGRESS");
    assert_eq!(world.backup_fails("DELETE /audit/frameworks/rules", Value::Null).0, "ConflictException");
    let listed = world.backup("GET /audit/frameworks", Value::Null)["Frameworks"][0].clone();
    assert_eq!((&listed["NumberOfControls"], listed.get("FrameworkControls")), (&json!(1), None));
    let unknown = json!({"FrameworkName": "other", "FrameworkControls": [{"ControlName": "NO_SUCH"}]});
    assert_eq!(world.backup_fails("POST /audit/frameworks", unknown).0, "InvalidParameterValueException");
}

#[test]
fn a_restore_testing_plan_has_defaults_and_goes_after_its_selections() {
    let world = World::new();
    let points = json!({"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]});
    let plan = json!({"RestoreTestingPlanName": "monthly", "ScheduleExpression": "cron(0 5 1 * ? *)", "RecoveryPointSelection": points});
    world.backup("PUT /restore-testing/plans", json!({ "RestoreTestingPlan": plan }));
    let kept = world.backup("GET /restore-testing/plans/monthly", Value::Null)["RestoreTestingPlan"].clone();
    assert_eq!((&kept["StartWindowHours"], &kept["RecoveryPointSelection"]["SelectionWindowDays"]), (&json!(24), &json!(30)));
    let selection = |arns: Value| {
        json!({"RestoreTestingSelection": {
            "RestoreTestingSelectionName": "tables",
            "ProtectedResourceType": "DynamoDB",
            "IamRoleArn": "arn:aws:iam::123456789012:role/restores",
            "ProtectedResourceArns": arns,
        }})
    };
    let at = "PUT /restore-testing/plans/monthly/selections";
    assert_eq!(world.backup_fails(at, selection(json!(["*", "arn:aws:s3:::b"]))).0, "InvalidParameterValueException");
    assert_eq!(world.backup_fails(at, selection(json!([]))).0, "InvalidParameterValueException");
    world.backup(at, selection(json!(["*"])));
    assert_eq!(world.backup_fails("DELETE /restore-testing/plans/monthly", Value::Null).0, "InvalidRequestException");
    world.backup("DELETE /restore-testing/plans/monthly/selections/tables", Value::Null);
    world.backup("DELETE /restore-testing/plans/monthly", Value::Null);
    assert_eq!(world.backup("GET /restore-testing/plans", Value::Null)["RestoreTestingPlans"], json!([]));
}
