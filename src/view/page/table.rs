//! Tables of the page: their heads, the forms that filter them, and what becomes of very long ones.

use crate::model::count;
use crate::view::escape::html;
use std::collections::BTreeSet;

/// So many rows a table has at most: a browser opens more, and nobody reads them.
pub(super) const MOST_ROWS: usize = 20_000;

/// So many names stand in a line; of more the first, and the others are counted or folded.
pub(super) const NAMED: usize = 12;

/// Opens a table and its body. It scrolls by itself where the window is narrow, and can be reached by key for that.
pub(super) fn open(out: &mut String, id: &str, label: &str, headings: &[&str]) {
    put!(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table id=\"{id}\">\n<thead><tr>", html(label));
    for heading in headings {
        put!(out, "<th scope=\"col\">{heading}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
}

/// Closes it.
pub(super) fn close(out: &mut String) {
    out.push_str("</tbody>\n</table></div>\n");
}

/// Closes one that a form filters: what shows more of it stands below.
pub(super) fn close_filtered(out: &mut String, id: &str) {
    close(out);
    put!(
        out,
        "<p class=\"more\" data-of=\"{id}\" hidden><button type=\"button\">show more</button> <button type=\"button\" class=\"all\">show all</button></p>\n"
    );
}

/// The form that filters the rows of a table: by the values that rows have, and by text.
pub(super) fn filters(out: &mut String, table: &str, label: &str, by: &[(&str, BTreeSet<String>)]) {
    put!(out, "<form class=\"filters\" data-of=\"{table}\" role=\"search\" aria-label=\"Filter {}\">\n", html(label));
    for (name, values) in by {
        put!(out, "<label>{name}<select name=\"{name}\"><option value=\"\">all</option>");
        for value in values {
            put!(out, "<option>{}</option>", html(value));
        }
        out.push_str("</select></label>\n");
    }
    put!(out, "<label>text<input type=\"search\" aria-controls=\"{table}\"></label>\n");
    out.push_str("<button type=\"reset\">all</button>\n<output aria-live=\"polite\" aria-atomic=\"true\"></output>\n</form>\n");
}

/// The rows that a table shows: all, or of too many those that matter most, in the order in which they were. `rank` is lower for what matters
/// more.
pub(super) fn shown<T>(rows: Vec<T>, rank: impl Fn(&T) -> u8) -> (Vec<T>, usize) {
    let left = rows.len().saturating_sub(MOST_ROWS);
    if left == 0 {
        return (rows, 0);
    }
    let mut ranks: Vec<(u8, usize)> = rows.iter().enumerate().map(|(place, row)| (rank(row), place)).collect();
    ranks.sort_unstable();
    let kept: BTreeSet<usize> = ranks.into_iter().take(MOST_ROWS).map(|(_, place)| place).collect();
    (rows.into_iter().enumerate().filter(|(place, _)| kept.contains(place)).map(|(_, row)| row).collect(), left)
}

/// Says how many rows are left out, which they are, and where they stand.
pub(super) fn left_out(out: &mut String, left: usize, which: &str) {
    if left > 0 {
        put!(
            out,
            "<p class=\"doubt\"><b>{} {} left out here</b>, {which}: <code>backstay audit --format json</code> has all of them.</p>\n",
            count(left, "more row"),
            if left == 1 { "is" } else { "are" }
        );
    }
}

/// Names in a line; of many the first, and all of them where somebody unfolds them.
pub(super) fn names<'n>(names: &[&'n str]) -> String {
    let shown =
        |names: &[&'n str]| names.iter().map(|name| format!("<span class=\"name\">{}</span>", html(name))).collect::<Vec<_>>().join(", ");
    if names.len() <= NAMED {
        return shown(names);
    }
    let first = names.get(..NAMED).unwrap_or_default();
    let rest = names.get(NAMED..).unwrap_or_default();
    format!("{}<details><summary>and {} more</summary>{}</details>", shown(first), rest.len(), shown(rest))
}

/// Names in a line; of many the first, and how many more there are.
pub(super) fn first_names(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| format!("<span class=\"name\">{}</span>", html(name))).collect();
    let more = names.len().saturating_sub(NAMED);
    if more == 0 { first.join(", ") } else { format!("<b>{}</b>: {} and {more} more", names.len(), first.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_rows_those_that_matter_most_stay_in_their_order() {
        let rows: Vec<usize> = (0..MOST_ROWS + 10).collect();
        let (kept, left) = shown(rows, |row| u8::from(*row < 15));
        assert_eq!((kept.len(), left), (MOST_ROWS, 10));
        assert_eq!(kept.get(..6), Some([0, 1, 2, 3, 4, 15].as_slice()));
    }

    #[test]
    fn many_names_are_folded_or_counted_and_none_is_markup() {
        let many: Vec<&str> = std::iter::repeat_n("<b>", NAMED + 2).collect();
        assert!(names(&many).contains("<summary>and 2 more</summary>"));
        assert!(first_names(&many).ends_with("and 2 more"));
        assert!(!names(&many).contains("<b>"));
    }
}
