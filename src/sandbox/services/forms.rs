//! What the services of the query protocol have in common: their errors, and pages with a marker.

use super::input::Input;
use super::{AwsError, Call};

/// An error of this code and status.
pub(crate) fn fault(code: &str, status: u16, message: impl Into<String>) -> AwsError {
    AwsError { status, ..AwsError::service(code, message) }
}

/// `InvalidParameterValue`.
pub(crate) fn invalid(message: impl Into<String>) -> AwsError {
    fault("InvalidParameterValue", 400, message)
}

/// `InvalidParameterCombination`.
pub(crate) fn together(message: impl Into<String>) -> AwsError {
    fault("InvalidParameterCombination", 400, message)
}

/// A member that must be there.
pub(crate) fn required<'a>(fields: Input<'a>, member: &str) -> Result<&'a str, AwsError> {
    let missing = || fault("MissingParameter", 400, format!("The request must contain the parameter {member}"));
    fields.text(member)?.filter(|text| !text.is_empty()).ok_or_else(missing)
}

/// Cuts a page out of a list that is sorted by what `name` says of each.
///
/// Source: RDS API reference, "Pagination": `MaxRecords` 20 to 100, `Marker`; ElastiCache and Redshift have the same.
pub(crate) fn page<T>(
    call: &Call<'_>,
    fields: Input<'_>,
    all: Vec<T>,
    name: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    page_within(call, fields, all, 100, name)
}

/// The same of a list of which AWS gives no more than so many at once, asked or not.
pub(crate) fn page_within<T>(
    call: &Call<'_>,
    fields: Input<'_>,
    all: Vec<T>,
    most: usize,
    name: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let asked = fields.integer("MaxRecords")?;
    let size = asked.map(|asked| usize::try_from(asked).ok().filter(|size| (20..=most).contains(size)));
    if let (Some(asked), Some(None)) = (asked, size) {
        return Err(invalid(format!("Invalid value {asked} for MaxRecords. Must be between 20 and {most}")));
    }
    let size = call.page(size.flatten(), most);
    let after = fields.text("Marker")?.unwrap_or_default();
    let mut rest: Vec<T> = all.into_iter().filter(|one| after.is_empty() || name(one).as_str() > after).collect();
    let more = rest.len() > size;
    rest.truncate(size);
    let marker = rest.last().filter(|_| more).map(name);
    Ok((rest, marker))
}
