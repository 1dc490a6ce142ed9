//! `required_version`: Terraform's version constraints.

/// Whether `version` is allowed by constraints such as `>= 0.1, < 2.0` or `~> 1.2`.
///
/// # Errors
///
/// What is wrong with the constraint.
pub(super) fn allows(constraints: &str, version: &str) -> Result<bool, String> {
    let (version, _) = parse(version)?;
    let mut allowed = true;
    for constraint in constraints.split(',') {
        let constraint = constraint.trim();
        let digits = constraint.find(|c: char| c.is_ascii_digit()).unwrap_or(constraint.len());
        let (operator, wanted) = constraint.split_at_checked(digits).unwrap_or((constraint, ""));
        if wanted.is_empty() {
            return Err(format!("`{constraint}` has no version such as 1.2.3"));
        }
        let (wanted, parts) = parse(wanted)?;
        allowed &= match operator.trim() {
            "" | "=" => version == wanted,
            "!=" => version != wanted,
            ">" => version > wanted,
            ">=" => version >= wanted,
            "<" => version < wanted,
            "<=" => version <= wanted,
            // Only the last given part may grow.
            "~>" => version >= wanted && version < next(wanted, parts),
            other => return Err(format!("`{other}` is no comparison; use =, !=, >, >=, <, <= or ~>")),
        };
    }
    Ok(allowed)
}

fn parse(text: &str) -> Result<([u64; 3], usize), String> {
    let mut numbers = [0; 3];
    let parts: Vec<&str> = text.trim().split('.').collect();
    if parts.len() > numbers.len() {
        return Err(format!("`{text}` has more than three parts"));
    }
    for (number, part) in numbers.iter_mut().zip(&parts) {
        *number = part.parse().map_err(|_| format!("`{text}` is no version such as 1.2.3"))?;
    }
    Ok((numbers, parts.len()))
}

fn next([major, minor, patch]: [u64; 3], parts: usize) -> [u64; 3] {
    match parts {
        3 => [major, minor.saturating_add(1), 0],
        2 => [major.saturating_add(1), 0, 0],
        _ => [u64::MAX, minor, patch],
    }
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn constraints_are_terraforms() {
        let cases = [
            (">= 0.1", "0.1.0", true),
            (">= 0.1, < 0.2", "0.2.0", false),
            ("~> 1.2", "1.9.0", true),
            ("~> 1.2", "2.0.0", false),
            ("~> 1.2.3", "1.3.0", false),
            ("!= 1.0.0", "1.0.0", false),
            ("1.0", "1.0.0", true),
        ];
        for (constraint, version, expected) in cases {
            assert_eq!(allows(constraint, version), Ok(expected), "{constraint} of {version}");
        }
        assert!(allows("=> 1", "1.0.0").is_err());
        assert!(allows(">= one", "1.0.0").is_err());
    }
}
