//! The names of AWS's regions, to tell a misspelled one before anything is asked.

/// Regions by what stands before their number, as of 2026. AWS adds numbers to them, and now and then a name.
const NAMES: &[&str] = &[
    "af-south",
    "ap-east",
    "ap-northeast",
    "ap-south",
    "ap-southeast",
    "ca-central",
    "ca-west",
    "cn-north",
    "cn-northwest",
    "eu-central",
    "eu-north",
    "eu-south",
    "eu-west",
    "eusc-de-east",
    "il-central",
    "me-central",
    "me-south",
    "mx-central",
    "sa-east",
    "us-east",
    "us-gov-east",
    "us-gov-west",
    "us-west",
];

/// Whether a text has the form of a region: `eu-west-1`.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, words)) => words.len() >= 2 && words.iter().all(is_word) && number.parse::<u8>().is_ok(),
        None => false,
    }
}

/// The region that was meant, where a text is none that is known and nearly one that is. What is like none of them may be new.
pub(super) fn meant(text: &str) -> Option<String> {
    let (name, number) = text.rsplit_once('-')?;
    if NAMES.contains(&name) {
        return None;
    }
    let near = |known: &&&str| strsim::damerau_levenshtein(known, name);
    let nearest = NAMES.iter().min_by_key(near).filter(|known| near(known) <= 2)?;
    Some(format!("{nearest}-{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_region_is_told_from_a_new_one() {
        assert_eq!(meant("us-esat-1").as_deref(), Some("us-east-1"));
        assert_eq!(meant("ue-west-2").as_deref(), Some("eu-west-2"));
        assert_eq!([meant("us-east-1"), meant("ap-southeast-9"), meant("nz-pacific-1")], [None, None, None]);
        assert!(is_region("us-gov-west-1") && !is_region("production") && !is_region("eu-west"));
    }
}
