//! Whether a metric math expression can be read at all: its brackets, and a value wherever one is due.
//!
//! Source: CloudWatch User Guide, Using math expressions with CloudWatch metrics. What a function takes is not checked. A Metrics Insights
//! query is another language, of which nothing is said here.

/// What an expression has next.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// A number, a name or a text.
    Value(String),
    /// An operator between two values.
    Operator(String),
    /// An operator that may stand before a value too.
    Sign(char),
    Comma,
    Open(char),
    Close(char),
}

/// Why nobody can read an expression, as the end of a sentence that starts with it; `None` where it can be read, or is in another language.
pub(super) fn mistake(expression: &str) -> Option<String> {
    if expression.trim_start().to_ascii_uppercase().starts_with("SELECT ") {
        return None;
    }
    let tokens = match tokens(expression) {
        Ok(tokens) => tokens?,
        Err(unclosed) => return Some(format!("has a text that no {unclosed} closes")),
    };
    let mut open: Vec<char> = Vec::new();
    // What stands before: a value is due after the start, an operator, a comma and an opening bracket.
    let mut before: Option<&Token> = None;
    for token in &tokens {
        let is_due = !matches!(before, Some(Token::Value(_) | Token::Close(_)));
        match token {
            Token::Value(value) if !is_due => return Some(format!("has no operator before `{value}`")),
            Token::Operator(operator) if is_due => return Some(format!("has no value before `{operator}`")),
            Token::Comma if is_due => return Some("has no value before a `,`".to_owned()),
            Token::Comma if open.is_empty() => return Some("has a `,` that is in no brackets".to_owned()),
            Token::Open('(') if matches!(before, Some(Token::Close(_))) => return Some("has no operator before a `(`".to_owned()),
            Token::Open('(') if matches!(before, Some(Token::Value(value)) if !is_name(value)) => {
                return Some("has no operator before a `(`".to_owned());
            }
            Token::Open(bracket) => open.push(*bracket),
            Token::Close(bracket) => {
                let opening = if *bracket == ')' { '(' } else { '[' };
                if open.pop() != Some(opening) {
                    return Some(format!("has a `{bracket}` that no `{opening}` opens"));
                }
                // A function may take nothing.
                if is_due && !matches!(before, Some(Token::Open(_))) {
                    return Some(format!("has no value before a `{bracket}`"));
                }
            }
            Token::Value(_) | Token::Operator(_) | Token::Sign(_) | Token::Comma => {}
        }
        before = Some(token);
    }
    match (before, open.last()) {
        (Some(Token::Value(_) | Token::Close(_)), None) => None,
        (_, Some(bracket)) => Some(format!("has a `{bracket}` that nothing closes")),
        _ => Some("ends where a value is due".to_owned()),
    }
}

fn is_name(value: &str) -> bool {
    value.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The tokens; none where a sign is in it that is not known, of which nothing is said.
///
/// # Errors
///
/// The quote that closes nothing.
fn tokens(expression: &str) -> Result<Option<Vec<Token>>, char> {
    let mut tokens = Vec::new();
    let mut rest = expression.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_whitespace() => {}
            '"' | '\'' => {
                if !rest.by_ref().any(|next| next == c) {
                    return Err(c);
                }
                tokens.push(Token::Value(format!("{c}…{c}")));
            }
            '(' | '[' => tokens.push(Token::Open(c)),
            ')' | ']' => tokens.push(Token::Close(c)),
            ',' => tokens.push(Token::Comma),
            '+' | '-' | '!' if rest.peek() != Some(&'=') => tokens.push(Token::Sign(c)),
            '*' | '/' | '^' | '<' | '>' | '=' | '!' | '&' | '|' => {
                let mut operator = String::from(c);
                while let Some(next) = rest.next_if(|next| "=&|".contains(*next)) {
                    operator.push(next);
                }
                tokens.push(Token::Operator(operator));
            }
            c if c.is_ascii_alphanumeric() || c == '_' || c == '.' => {
                let mut word = String::from(c);
                let starts_number = c.is_ascii_digit() || c == '.';
                loop {
                    let is_exponent = starts_number && word.ends_with(['e', 'E']);
                    let goes_on =
                        |next: &char| next.is_ascii_alphanumeric() || "_.".contains(*next) || (is_exponent && "+-".contains(*next));
                    let Some(next) = rest.next_if(goes_on) else { break };
                    word.push(next);
                }
                let is_operator = ["AND", "OR"].iter().any(|name| word.eq_ignore_ascii_case(name));
                tokens.push(if is_operator { Token::Operator(word) } else { Token::Value(word) });
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(tokens))
}

#[cfg(test)]
mod tests {
    use super::mistake;

    #[test]
    fn what_cloudwatch_documents_can_be_read() {
        for good in [
            "m1",
            "-m1 + 1e-3",
            "m1 / (m2 + m3) * 100",
            "SUM(METRICS())",
            "METRICS(\"errors\")",
            "IF(m1 > 1e3 AND m2 != 0, failed, .5)",
            "AVG([m1, m2])",
            "SORT(METRICS(), AVG, DESC, 10)",
            "SEARCH('{AWS/Backup,BackupVaultName} MetricName=\"NumberOfBackupJobsFailed\"', 'Sum')",
            "ANOMALY_DETECTION_BAND(m1, 2)",
            "m1 >= 3 || m2 == 1 && !m3",
            "SELECT SUM(jobs) FROM \"AWS/Backup\" WHERE (",
            "FILL(m1, REPEAT)^2",
        ] {
            assert_eq!(mistake(good), None, "{good}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let all = ["m1 + (", "m1 +", "m1 m2", "m1 + )", "(m1, ", "m1, m2", "* m1", "SUM([m1)", "2 (m1)", "SEARCH('x", "", "IF(m1 >, 1)"];
        let told: Vec<String> = all.iter().map(|text| format!("{text:<12} {}", mistake(text).unwrap_or_default())).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        m1 + (       has a `(` that nothing closes
        m1 +         ends where a value is due
        m1 m2        has no operator before `m2`
        m1 + )       has a `)` that no `(` opens
        (m1,         has a `(` that nothing closes
        m1, m2       has a `,` that is in no brackets
        * m1         has no value before `*`
        SUM([m1)     has a `)` that no `(` opens
        2 (m1)       has no operator before a `(`
        SEARCH('x    has a text that no ' closes
                     ends where a value is due
        IF(m1 >, 1)  has no value before a `,`
        ");
    }
}
