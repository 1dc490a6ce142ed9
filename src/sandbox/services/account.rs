//! AWS Account Management: which regions an account may use.

use serde_json::{Value, json};

use super::input::Input;
use super::{Access, AwsError, Call, Operation, Protocol, Service};

/// Regions that every account has.
const ENABLED_BY_DEFAULT: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Regions that an account must opt into.
const OPT_IN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// AWS Account Management, 2021-02-01.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "account",
    signing_name: "account",
    protocols: &[Protocol::RestJson],
    throttle_code: "TooManyRequestsException",
    operations: &[
        Operation { name: "ListRegions", access: Access::Read, route: Some(("POST", "/listRegions")), run: list_regions },
        Operation { name: "GetRegionOptStatus", access: Access::Read, route: Some(("POST", "/getRegionOptStatus")), run: region_status },
        Operation { name: "EnableRegion", access: Access::Write, route: Some(("POST", "/enableRegion")), run: enable_region },
    ],
    resources: |_, _| Vec::new(),
};

/// Tells whether calls to this region fail until the account opts into it.
pub(crate) fn is_opt_in(region: &str) -> bool {
    OPT_IN.contains(&region)
}

/// Tells whether there is such a region.
pub(crate) fn is_region(name: &str) -> bool {
    ENABLED_BY_DEFAULT.contains(&name) || OPT_IN.contains(&name)
}

fn status(call: &Call<'_>, region: &str) -> Option<&'static str> {
    if call.region_off.iter().any(|off| off == region) {
        return Some("DISABLED");
    }
    if ENABLED_BY_DEFAULT.contains(&region) {
        return Some("ENABLED_BY_DEFAULT");
    }
    is_opt_in(region).then(|| if call.state.is_enabled(&call.caller.account, region) { "ENABLED" } else { "DISABLED" })
}

fn list_regions(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let wanted = fields.texts("RegionOptStatusContains")?;
    let after = fields.text("NextToken")?.unwrap_or_default();
    let size = call.page(fields.page_limit("MaxResults", "maxResults", 50)?, 50);
    let mut names: Vec<&str> = ENABLED_BY_DEFAULT.iter().chain(OPT_IN).copied().collect();
    names.sort_unstable();
    let matching: Vec<(&str, &str)> = names
        .into_iter()
        .filter_map(|name| Some((name, status(call, name)?)))
        .filter(|(name, status)| *name > after && (wanted.is_empty() || wanted.contains(status)))
        .collect();
    let regions: Vec<Value> =
        matching.iter().take(size).map(|(name, status)| json!({ "RegionName": name, "RegionOptStatus": status })).collect();
    let mut answer = json!({ "Regions": regions });
    if let (true, Some((last, _))) = (matching.len() > size, matching.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last);
    }
    Ok(answer)
}

fn region_status(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = Input(input).required_text("RegionName", "regionName")?;
    let status = status(call, name).ok_or_else(|| unknown_region(name))?;
    Ok(json!({ "RegionName": name, "RegionOptStatus": status }))
}

fn enable_region(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = Input(input).required_text("RegionName", "regionName")?;
    if !is_opt_in(name) {
        return Err(unknown_region(name));
    }
    let account = call.caller.account.clone();
    call.state.enable_region(&account, name);
    Ok(json!({}))
}

fn unknown_region(name: &str) -> AwsError {
    AwsError::validation(format!("{name} is not a region that can be opted into"))
}

/// The region that a caller of this global service signs for.
#[cfg(test)]
const SIGNED_FOR: &str = "us-east-1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Faults;
    use crate::sandbox::testing::World;

    #[test]
    fn regions_are_listed_by_status_in_pages() {
        let world = World::new().in_region(SIGNED_FOR);
        let first = world.rest("account", "/listRegions", json!({"RegionOptStatusContains": ["ENABLED_BY_DEFAULT"], "MaxResults": 16}));
        assert_eq!(first["Regions"].as_array().unwrap().len(), 16);
        let second = world.rest(
            "account",
            "/listRegions",
            json!({"RegionOptStatusContains": ["ENABLED_BY_DEFAULT"], "MaxResults": 16, "NextToken": first["NextToken"]}),
        );
        assert_eq!(second, json!({"Regions": [{"RegionName": "us-west-2", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]}));
    }

    #[test]
    fn a_region_that_is_off_is_listed_as_disabled() {
        let world = World::new();
        world.set_faults(Faults { region_off: vec!["eu-west-1".into()], ..Faults::default() });
        let status = world.rest("account", "/getRegionOptStatus", json!({"RegionName": "eu-west-1"}));
        assert_eq!(status["RegionOptStatus"], "DISABLED");
    }

    #[test]
    fn an_opt_in_region_answers_only_after_opting_in() {
        let world = World::new();
        let cape = world.in_region("af-south-1");
        assert_eq!(cape.fails("ListTables", json!({})).0, "UnrecognizedClientException");
        world.rest("account", "/enableRegion", json!({"RegionName": "af-south-1"}));
        assert_eq!(cape.dynamodb("ListTables", json!({}))["TableNames"], json!([]));
    }
}
