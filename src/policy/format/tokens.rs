//! HCL's tokens, as far as layout needs them.

/// What kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end of a line.
    Newline,
    /// A comment; one that reaches to the end of its line holds the line end.
    Comment,
    Identifier,
    Number,
    /// A quoted string or a heredoc, whole.
    Text,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParenthesis,
    CloseParenthesis,
    Equal,
    Comma,
    Dot,
    Ellipsis,
    Colons,
    Bang,
    Minus,
    /// `:`, `?`, and the operators between two values.
    Operator,
    /// Whatever else the parser lets through.
    Other,
}

impl Kind {
    pub(super) fn bracket_change(self) -> i32 {
        match self {
            Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParenthesis => 1,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParenthesis => -1,
            _ => 0,
        }
    }

    /// Whether a value can end with it, so that a minus after it subtracts.
    pub(super) fn ends_value(self) -> bool {
        !matches!(
            self,
            Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::OpenParenthesis
                | Kind::Equal
                | Kind::Comma
                | Kind::Bang
                | Kind::Minus
                | Kind::Operator
        )
    }
}

/// One token and how many spaces stand before it.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) spaces: usize,
}

impl Token<'_> {
    pub(super) fn bracket_change(&self) -> i32 {
        self.kind.bracket_change()
    }

    pub(super) fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || (self.kind == Kind::Comment && self.text.ends_with('\n'))
    }
}

/// All tokens of a text; only the space between them is left out.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, length) = next(rest);
        let Some((token, after)) = rest.split_at_checked(length.max(1)) else {
            // A cut within a character cannot come from the rules below; the rest then stays as it is.
            found.push(token_of(Kind::Other, rest));
            break;
        };
        if let Some(kind) = kind {
            found.push(token_of(kind, token));
        }
        rest = after;
    }
    found
}

fn token_of(kind: Kind, text: &str) -> Token<'_> {
    Token { kind, text, spaces: 0 }
}

const OPERATORS: &[(&str, Kind)] = &[
    ("...", Kind::Ellipsis),
    ("::", Kind::Colons),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("=>", Kind::Other),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("{", Kind::OpenBrace),
    ("}", Kind::CloseBrace),
    ("[", Kind::OpenBracket),
    ("]", Kind::CloseBracket),
    ("(", Kind::OpenParenthesis),
    (")", Kind::CloseParenthesis),
    ("=", Kind::Equal),
    (",", Kind::Comma),
    (".", Kind::Dot),
    ("!", Kind::Bang),
    ("-", Kind::Minus),
    (":", Kind::Operator),
    ("?", Kind::Operator),
    ("+", Kind::Operator),
    ("*", Kind::Operator),
    ("/", Kind::Operator),
    ("%", Kind::Operator),
    ("<", Kind::Operator),
    (">", Kind::Operator),
];

/// The kind and length in bytes of what a text starts with; no kind for space.
fn next(rest: &str) -> (Option<Kind>, usize) {
    if rest.starts_with("\r\n") {
        return (Some(Kind::Newline), 2);
    }
    if rest.starts_with('\n') {
        return (Some(Kind::Newline), 1);
    }
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\u{feff}']).len();
    if blank > 0 {
        return (None, blank);
    }
    if rest.starts_with('#') || rest.starts_with("//") {
        return (Some(Kind::Comment), rest.find('\n').map_or(rest.len(), |end| end + 1));
    }
    if rest.starts_with("/*") {
        return (Some(Kind::Comment), comment(rest));
    }
    if rest.starts_with('"') {
        return (Some(Kind::Text), quoted(rest));
    }
    if let Some(length) = heredoc(rest) {
        return (Some(Kind::Text), length);
    }
    if let Some(length) = number(rest) {
        return (Some(Kind::Number), length);
    }
    let word = rest.len() - rest.trim_start_matches(|ch: char| ch.is_alphanumeric() || ch == '_' || ch == '-').len();
    if word > 0 && !rest.starts_with('-') {
        return (Some(Kind::Identifier), word);
    }
    match OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
        Some((sign, kind)) => (Some(*kind), sign.len()),
        None => (Some(Kind::Other), rest.chars().next().map_or(1, char::len_utf8)),
    }
}

/// The length of a comment between `/*` and `*/`.
fn comment(rest: &str) -> usize {
    // `/*/` opens a comment and does not close it.
    let end = rest.get(2..).and_then(|inside| inside.find("*/"));
    end.map_or(rest.len(), |end| end + 4)
}

fn number(rest: &str) -> Option<usize> {
    let digits = |text: &str| text.len() - text.trim_start_matches(|ch: char| ch.is_ascii_digit()).len();
    let whole = digits(rest);
    if whole == 0 {
        return None;
    }
    let mut length = whole;
    let tail = |from: usize| rest.get(from..).unwrap_or_default();
    if let Some(fraction) = tail(length).strip_prefix('.').map(digits).filter(|count| *count > 0) {
        length += 1 + fraction;
    }
    if let Some(exponent) = tail(length).strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(unsigned);
        if count > 0 {
            length += 1 + (exponent.len() - unsigned.len()) + count;
        }
    }
    Some(length)
}

/// The length of a quoted string, with the expressions in it.
fn quoted(rest: &str) -> usize {
    let mut length = 1;
    while let Some(here) = rest.get(length..).filter(|here| !here.is_empty()) {
        if here.starts_with('"') {
            return length + 1;
        }
        length += if here.starts_with('\\') {
            1 + here.chars().nth(1).map_or(0, char::len_utf8)
        } else if here.starts_with("$${") || here.starts_with("%%{") {
            3
        } else if here.starts_with("${") || here.starts_with("%{") {
            2 + expression(here.get(2..).unwrap_or_default())
        } else {
            here.chars().next().map_or(1, char::len_utf8)
        };
    }
    rest.len()
}

/// The length up to and with the brace that closes an interpolation.
fn expression(rest: &str) -> usize {
    let mut length = 0;
    let mut open = 1;
    while let Some(here) = rest.get(length..).filter(|here| !here.is_empty()) {
        let (kind, size) = next(here);
        length += size.max(1);
        match kind {
            Some(Kind::OpenBrace) => open += 1,
            Some(Kind::CloseBrace) => open -= 1,
            _ => {}
        }
        if open == 0 {
            return length;
        }
    }
    rest.len()
}

/// The length of a heredoc up to its closing word; `None` where none starts.
fn heredoc(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("<<")?;
    let after = after.strip_prefix('-').unwrap_or(after);
    let word: &str = after.split(['\r', '\n']).next()?;
    let starts = word.chars().next().is_some_and(|ch| ch.is_alphabetic() || ch == '_');
    if !starts || !word.chars().all(|ch| ch.is_alphanumeric() || ch == '_' || ch == '-') {
        return None;
    }
    let mut length = rest.find('\n')? + 1;
    for line in rest.get(length..)?.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t']);
        if let Some(tail) = bare.strip_prefix(word)
            && !tail.chars().next().is_some_and(|ch| ch.is_alphanumeric() || ch == '_' || ch == '-')
        {
            return Some(length + line.len() - tail.len());
        }
        length += line.len();
    }
    None
}
