//! Numbers of things in sentences.

use std::fmt::Display;

/// `1 change`, `2 changes`, of any whole number.
pub fn count<N: Copy + Display + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    if number == N::from(1) { format!("1 {thing}") } else { format!("{number} {}", plural(thing)) }
}

/// The plural of a noun: `change` is `changes`, `policy` is `policies`.
pub fn plural(thing: &str) -> String {
    match thing.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_everything_else_is_not() {
        assert_eq!(count(1_i64, "day"), "1 day");
        assert_eq!(count(0_usize, "policy"), "0 policies");
        assert_eq!(count(2_usize, "key"), "2 keys");
    }
}
