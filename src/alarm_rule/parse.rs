//! From the text of a rule to an expression.

use super::{ELEMENTS, Expression, Problem, State, Threshold};
use std::ops::Range;

/// A sign or a word of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Comma,
    Word(String),
    Quoted(String),
}

impl Token {
    fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word))
    }

    /// As it is told of in a sentence.
    fn told(&self) -> String {
        match self {
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::Word(word) => format!("`{word}`"),
            Self::Quoted(text) => format!("\"{text}\""),
        }
    }
}

/// Reads a whole rule.
pub(super) fn parse(text: &str) -> Result<Expression, Problem> {
    let tokens = tokens(text)?;
    // Deep nesting is bounded before anything nests.
    let is_element = |token: &&(Token, Range<usize>)| matches!(token.0, Token::Open | Token::Close | Token::Quoted(_));
    if tokens.iter().filter(is_element).count() > ELEMENTS.saturating_mul(3) {
        return Err(too_many(text));
    }
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.len(), elements: 0 };
    let expression = parser.any()?;
    if let Some((token, range)) = parser.peek() {
        let problem = Problem::new(format!("expects `AND`, `OR` or its end, and finds {}", token.told()), range.clone());
        return Err(match token {
            Token::Close => problem.help("take the `)` away, or open it with a `(`"),
            _ => problem,
        });
    }
    if parser.elements > ELEMENTS { Err(too_many(text)) } else { Ok(expression) }
}

fn too_many(text: &str) -> Problem {
    let message = format!("has more than {ELEMENTS} elements: alarms, `TRUE`, `FALSE` and parentheses");
    Problem::new(message, 0..text.len()).help("combine some of its alarms in composite alarms of their own, and name those")
}

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Problem> {
    let mut tokens = Vec::new();
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        let token = match sign {
            sign if sign.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '"' => {
                let mut name = String::new();
                loop {
                    match signs.next() {
                        Some((end, '"')) => {
                            tokens.push((Token::Quoted(name), at..end + 1));
                            break;
                        }
                        Some((_, sign)) => name.push(sign),
                        None => {
                            let problem = Problem::new("has a quotation mark that is not closed", at..text.len());
                            return Err(problem.help("write a `\"` behind the alarm's name"));
                        }
                    }
                }
                continue;
            }
            first => {
                let mut word = String::from(first);
                let is_inside = |sign: char| !sign.is_whitespace() && !matches!(sign, '(' | ')' | ',' | '"');
                while let Some((_, sign)) = signs.next_if(|(_, sign)| is_inside(*sign)) {
                    word.push(sign);
                }
                let end = at + word.len();
                tokens.push((Token::Word(word), at..end));
                continue;
            }
        };
        tokens.push((token, at..at + sign.len_utf8()));
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [(Token, Range<usize>)],
    at: usize,
    /// The length of the text.
    end: usize,
    /// Those that were read: a group's two parentheses, but not those of a function.
    elements: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a (Token, Range<usize>)> {
        self.tokens.get(self.at)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_some_and(|(token, _)| token.is_word(word));
        self.at += usize::from(is_next);
        is_next
    }

    /// The problem of what stands here instead of what is expected.
    fn expected(&self, what: &str) -> Problem {
        match self.peek() {
            Some((token, range)) => Problem::new(format!("expects {what}, and finds {}", token.told()), range.clone()),
            None => Problem::new(format!("expects {what}, and ends"), self.end..self.end),
        }
    }

    fn sign(&mut self, sign: &Token, why: &str) -> Result<(), Problem> {
        match self.peek() {
            Some((token, _)) if token == sign => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.expected(&format!("{} {why}", sign.told()))),
        }
    }

    fn any(&mut self) -> Result<Expression, Problem> {
        let mut parts = vec![self.all()?];
        while self.take_word("OR") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, Problem> {
        let mut parts = vec![self.negated()?];
        while self.take_word("AND") {
            parts.push(self.negated()?);
        }
        Ok(one_or(parts, Expression::All))
    }

    fn negated(&mut self) -> Result<Expression, Problem> {
        let mut is_negated = false;
        // Two in a row mean nothing.
        while self.take_word("NOT") {
            is_negated = !is_negated;
        }
        let inner = self.one()?;
        Ok(if is_negated { Expression::Not(Box::new(inner)) } else { inner })
    }

    fn one(&mut self) -> Result<Expression, Problem> {
        let what = "an alarm's state such as `ALARM(\"name\")`, `TRUE`, `FALSE`, `NOT` or `(`";
        let Some((token, range)) = self.peek() else { return Err(self.expected(what)) };
        match token {
            Token::Open => {
                self.at += 1;
                self.elements += 2;
                let inner = self.any()?;
                self.sign(&Token::Close, "that closes the one before, or `AND` or `OR`")?;
                Ok(Expression::Group(Box::new(inner)))
            }
            Token::Word(word) => {
                self.at += 1;
                self.elements += 1;
                match (State::named(word), word.to_ascii_uppercase().as_str()) {
                    (Some(state), _) => {
                        self.sign(&Token::Open, &format!("and the name of an alarm behind `{word}`"))?;
                        let name = self.name()?;
                        self.close(&name)?;
                        Ok(Expression::Is(state, name))
                    }
                    (None, "TRUE") => Ok(Expression::Constant(true)),
                    (None, "FALSE") => Ok(Expression::Constant(false)),
                    (None, "AT_LEAST") => self.at_least(),
                    (None, _) => Err(unknown(word, range.clone(), what)),
                }
            }
            Token::Close | Token::Comma | Token::Quoted(_) => {
                let problem = self.expected(what);
                Err(match token {
                    Token::Quoted(name) => problem.help(format!("ask for its state: `ALARM(\"{name}\")`")),
                    _ => problem,
                })
            }
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Problem> {
        if let Some((Token::Word(_) | Token::Quoted(_), _)) = self.peek() {
            let problem = self.expected(&format!("`)` behind the alarm `{name}`"));
            return Err(problem.help("write a name that has spaces, commas or parentheses in quotation marks"));
        }
        self.sign(&Token::Close, &format!("behind the alarm `{name}`"))
    }

    /// The name or the ARN of an alarm.
    fn name(&mut self) -> Result<String, Problem> {
        match self.peek() {
            Some((Token::Word(name) | Token::Quoted(name), _)) if !name.trim().is_empty() => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(self.expected("the name or the ARN of an alarm")),
        }
    }

    /// `AT_LEAST(2, ALARM, (a, b, c))`, `AT_LEAST(50%, NOT OK, (a, b))`.
    fn at_least(&mut self) -> Result<Expression, Problem> {
        self.sign(&Token::Open, "behind `AT_LEAST`")?;
        let what = "how many, such as `2` or `50%`";
        let at = self.peek().map(|(_, range)| range.clone());
        let threshold = match self.peek() {
            Some((Token::Word(word), _)) => match word.strip_suffix('%') {
                Some(percent) => percent.parse().ok().filter(|percent| (1..=100).contains(percent)).map(Threshold::Percent),
                None => word.parse().ok().filter(|count| *count >= 1).map(Threshold::Count),
            },
            _ => None,
        };
        let Some(threshold) = threshold else { return Err(self.expected(what)) };
        self.at += 1;
        self.sign(&Token::Comma, "behind how many")?;
        let negated = self.take_word("NOT");
        let state = match self.peek() {
            Some((Token::Word(word), _)) => State::named(word),
            _ => None,
        };
        let Some(state) = state else { return Err(self.expected("`ALARM`, `OK` or `INSUFFICIENT_DATA`")) };
        self.at += 1;
        self.sign(&Token::Comma, "behind the state")?;
        self.sign(&Token::Open, "before the alarms")?;
        let mut names = vec![self.name()?];
        while self.peek().is_some_and(|(token, _)| *token == Token::Comma) {
            self.at += 1;
            names.push(self.name()?);
        }
        let last = names.last().cloned().unwrap_or_default();
        self.close(&last)?;
        self.sign(&Token::Close, "at the end of `AT_LEAST`")?;
        // The word was counted as its first alarm.
        self.elements = self.elements.saturating_add(names.len()).saturating_sub(1);
        if threshold.of(names.len()) > names.len() {
            let message = format!("asks for {} of {} alarms, which are never that many", threshold.of(names.len()), names.len());
            return Err(Problem::new(message, at.unwrap_or(0..self.end)));
        }
        Ok(Expression::AtLeast(threshold, negated, state, names))
    }
}

fn one_or(mut parts: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => several(parts),
    }
}

/// A word that is none of the grammar's.
fn unknown(word: &str, range: Range<usize>, what: &str) -> Problem {
    let words = ["ALARM", "OK", "INSUFFICIENT_DATA", "AT_LEAST", "TRUE", "FALSE"];
    let upper = word.to_ascii_uppercase();
    let near = words.into_iter().find(|known| strsim::normalized_damerau_levenshtein(known, &upper) > 0.6);
    let problem = Problem::new(format!("expects {what}, and finds `{word}`"), range);
    match (near, word) {
        (Some(near), _) => problem.help(format!("did you mean `{near}`?")),
        (None, "&&" | "||" | "!") => problem.help("write `AND`, `OR` and `NOT`"),
        (None, _) => problem.help(format!("ask for the state of an alarm: `ALARM(\"{word}\")`")),
    }
}
