//! Whom a policy leaves free of its denials.

use super::conditions::{Holds, like};
use super::{Condition, Listed, PolicyDocument, Statement};
use std::collections::BTreeSet;

/// Everybody.
const EVERYBODY: &str = "*";

impl PolicyDocument {
    /// Who may still do something on every resource, if anything else allows it to them: ARNs or ids of principals, or patterns of such; `*` is
    /// everybody. Where several denials leave different ones free, they are those of the denial that leaves the fewest: no fewer than there are.
    ///
    /// A denial counts where it is of everybody and of every resource, or of all but some principals: by `NotPrincipal`, or by a condition on
    /// `aws:PrincipalArn` or `aws:userid`. So does AWS Config's rule `backup-recovery-point-manual-deletion-disabled`.
    ///
    /// # Errors
    ///
    /// Whether it is denied at all hangs on something else: what that is, in a sentence.
    pub fn undenied(&self, action: &str) -> Result<BTreeSet<String>, String> {
        let mut doubt = None;
        let mut fewest: Option<BTreeSet<String>> = None;
        for (statement, number) in self.statements.iter().zip(1..).filter(|(statement, _)| !statement.allows && statement.is_about(action))
        {
            match statement.left_free(self.has_variables()) {
                Ok(Some(free)) if fewest.as_ref().is_none_or(|fewest| free.len() < fewest.len()) => fewest = Some(free),
                Ok(_) => {}
                Err(key) => doubt = doubt.or(Some(format!("what statement {number} denies hangs on `{key}`"))),
            }
        }
        match (fewest, doubt) {
            (Some(fewest), _) => Ok(fewest),
            (None, Some(doubt)) => Err(doubt),
            (None, None) => Ok([EVERYBODY.to_owned()].into()),
        }
    }
}

impl Statement {
    /// Whether it is about an action on every resource.
    fn is_about(&self, action: &str) -> bool {
        let has =
            |actions: &BTreeSet<String>| Holds::from(actions.iter().any(|pattern| like(&pattern.to_lowercase(), &action.to_lowercase())));
        let is_all = |listed: &Listed<BTreeSet<String>>| matches!(listed, Listed::These(these) if these.contains(EVERYBODY));
        self.actions.holds(has) == Holds::Yes && self.resources.as_ref().is_none_or(is_all)
    }

    /// Whom a denial leaves free; none where it is of some alone. Or the condition key on which it hangs.
    fn left_free(&self, has_variables: bool) -> Result<Option<BTreeSet<String>>, String> {
        let mut free: BTreeSet<String> = match &self.principals {
            Some(Listed::These(kinds)) if kinds.get("AWS").is_some_and(|names| names.contains(EVERYBODY)) => BTreeSet::new(),
            Some(Listed::AllBut(kinds)) => kinds.values().flatten().cloned().collect(),
            Some(Listed::These(_)) | None => return Ok(None),
        };
        for condition in &self.conditions {
            if !condition.leaves_principals_free() || (has_variables && condition.values.iter().any(|value| value.contains("${"))) {
                return Err(condition.key.clone());
            }
            free.extend(condition.values.iter().cloned());
        }
        Ok(Some(free))
    }
}

impl Condition {
    /// Whether it holds of every principal but those that it lists.
    fn leaves_principals_free(&self) -> bool {
        let operator = self.operator.to_lowercase();
        let negates = ["stringnotequals", "stringnotlike", "arnnotequals", "arnnotlike"];
        negates.contains(&operator.strip_suffix("ifexists").unwrap_or(&operator))
            && ["aws:principalarn", "aws:userid"].contains(&self.key.to_lowercase().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    const DELETE: &str = "backup:DeleteRecoveryPoint";

    fn undenied(statements: &Json) -> Result<Vec<String>, String> {
        let document = PolicyDocument::from_json(&json!({ "Version": "2012-10-17", "Statement": statements })).unwrap();
        document.undenied(DELETE).map(|free| free.into_iter().collect())
    }

    fn deny(members: &Json) -> Json {
        let mut statement = json!({ "Effect": "Deny", "Principal": "*", "Action": [DELETE], "Resource": "*" });
        for (member, value) in members.as_object().unwrap() {
            statement[member] = value.clone();
        }
        statement
    }

    #[test]
    fn a_denial_of_everybody_leaves_nobody_free() {
        assert_eq!(undenied(&json!([deny(&json!({}))])), Ok(vec![]));
        assert_eq!(undenied(&json!(deny(&json!({ "Principal": { "AWS": "*" }, "Action": "backup:*" })))), Ok(vec![]));
    }

    #[test]
    fn a_denial_of_some_or_of_something_else_leaves_everybody_free() {
        let everybody = Ok(vec!["*".to_owned()]);
        assert_eq!(undenied(&json!([])), everybody);
        for near in [
            json!({ "Effect": "Allow" }),
            json!({ "Principal": { "AWS": "arn:aws:iam::123456789012:role/some" } }),
            json!({ "Action": "backup:DeleteBackupVault" }),
            json!({ "Resource": "arn:aws:backup:us-east-1:123456789012:backup-vault:daily" }),
        ] {
            assert_eq!(undenied(&json!([deny(&near)])), everybody, "{near}");
        }
    }

    #[test]
    fn those_that_a_denial_excepts_are_free() {
        let role = "arn:aws:iam::123456789012:role/breakglass";
        let all_but = deny(&json!({ "Condition": { "StringNotLike": { "aws:PrincipalArn": [role] } } }));
        assert_eq!(undenied(&json!([all_but])), Ok(vec![role.to_owned()]));
        let user = deny(&json!({ "Condition": { "StringNotEquals": { "aws:userId": ["AROAEXAMPLE:*", "AROAOTHER:*"] } } }));
        assert_eq!(undenied(&json!([user])).map(|free| free.len()), Ok(2));
        assert_eq!(undenied(&json!([user, all_but])), Ok(vec![role.to_owned()]), "both deny, and few are in both");
        let mut but = deny(&json!({ "NotPrincipal": { "AWS": role } }));
        but.as_object_mut().unwrap().remove("Principal");
        assert_eq!(undenied(&json!([but])), Ok(vec![role.to_owned()]));
    }

    #[test]
    fn what_hangs_on_another_condition_is_not_known() {
        let doubtful = deny(&json!({ "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "false" } } }));
        assert!(undenied(&json!([doubtful])).unwrap_err().contains("aws:MultiFactorAuthPresent"));
        assert_eq!(undenied(&json!([doubtful, deny(&json!({}))])), Ok(vec![]));
        let variable = deny(&json!({ "Condition": { "ArnNotLike": { "aws:PrincipalArn": "${aws:PrincipalTag/admin}" } } }));
        assert!(undenied(&json!([variable])).is_err());
    }
}
