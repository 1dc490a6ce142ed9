//! Names and ids by their form alone: the ids of accounts, and the name that is meant where a wrong one is near it.

/// Whether a text has the form of an account's id: 12 digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The nearest of the names, where it is near enough to be meant: at most one letter in three is another. What all names of AWS's kinds begin
/// with says nothing.
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    const OF_ALL: &str = "aws_";
    let own = |name: &'_ str| name.strip_prefix(OF_ALL).unwrap_or(name).chars().count();
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= (own(wrong).max(own(name)) / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_meant() {
        let names = ["aws_sns_topic", "aws_kms_key", "aws_iam_role", "aws_s3_bucket"];
        assert_eq!(nearest("aws_sns_topics", names), Some("aws_sns_topic"));
        assert_eq!(nearest("s3_bucket", names), None, "the other rules tell what is left out");
        for silly in ["aws_lamp", "aws_ami_rule", "aws_key"] {
            assert_eq!(nearest(silly, names), None, "{silly}");
        }
    }
}
