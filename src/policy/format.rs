//! placeholder until merged
use std::ops::Range;
/// x
pub fn format(text: &str) -> Result<String, (Range<usize>, String)> {
    Ok(text.to_owned())
}
