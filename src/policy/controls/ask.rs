//! Asking a control of one live thing.
//!
//! The logic has three values. What could not be read is unknown, and so is what is made of it; `&&` and `||` look at the second side only
//! where the first does not decide, so that `x != null && x.days > 3` is safe to write. `try` and `can` see failures, never the unknown.

use super::RESOURCE;
use crate::model::{Control, Position, Value, Written};
use crate::policy::eval::{self, EvalError, Scope, Segment};
use hcl::edit::expr::{BinaryOperator, Expression, UnaryOperator};
use hcl::edit::structure::Body;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

/// A control that is ready to be asked of many things.
#[derive(Debug)]
pub struct Ask {
    when: Option<Ready>,
    condition: Ready,
    names: BTreeMap<String, Value>,
    folder: PathBuf,
}

/// An expression that is parsed.
#[derive(Debug)]
struct Ready {
    expression: Expression,
    text: String,
    at: Position,
    /// What of the thing it looks at, in the order in which it stands: the text, the names behind `resource`, and the expression.
    looks_at: Vec<(String, Vec<String>)>,
}

/// What came out for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'v> {
    /// Whether the condition holds; `None` where the control does not apply.
    pub holds: Option<Result<bool, NotAnswered>>,
    /// What was looked at.
    pub evidence: Vec<Evidence<'v>>,
}

/// Why nobody can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAnswered {
    /// It hangs on what is not known: the names behind `resource`, joined by dots.
    Unknown(Vec<String>),
    /// The expression fails for this thing.
    Failed {
        /// What is wrong.
        message: String,
        /// Where in the policy.
        at: Position,
    },
}

/// A value that a control looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence<'v> {
    /// The names behind `resource`: `settings.versioning.status`.
    pub path: &'v str,
    /// The value; `None` where it is not there.
    pub value: Option<&'v Value>,
}

/// What parsed text stands behind, so that its places can be told.
const BEFORE: &str = "x = ";

impl Ask {
    /// Makes a control ready.
    ///
    /// # Errors
    ///
    /// An expression is not one that [`super::super::check`] took.
    pub fn new(control: &Control) -> Result<Self, String> {
        Ok(Self {
            when: control.when.as_ref().map(Ready::new).transpose()?,
            condition: Ready::new(&control.condition)?,
            names: control.names.clone(),
            folder: control.folder.clone(),
        })
    }

    /// Asks it of a thing, `resource` in its expressions.
    pub fn of<'v>(&'v self, resource: &'v Value) -> Asked<'v> {
        let mut scope = Scope::new(&self.folder);
        for (name, value) in &self.names {
            scope = scope.with_ref(name.clone(), value);
        }
        // The names of a thing are checked beforehand, and `try` is to see what is missing below them.
        let scope = scope.child().with_ref(RESOURCE, resource);
        if let Some(when) = &self.when {
            match when.decide(&scope, resource) {
                Ok(false) => return Asked { holds: None, evidence: when.evidence(resource) },
                Ok(true) => {}
                Err(why) => return Asked { holds: Some(Err(why)), evidence: when.evidence(resource) },
            }
        }
        let holds = self.condition.decide(&scope, resource);
        Asked { holds: Some(holds), evidence: self.condition.evidence(resource) }
    }
}

impl Ready {
    fn new(written: &Written) -> Result<Self, String> {
        let text = format!("{BEFORE}{}\n", written.text);
        let body: Body = hcl::edit::parser::parse_body(&text).map_err(|error| error.to_string())?;
        let expression = body.get_attribute("x").map(|attribute| attribute.value.clone()).ok_or("there is no expression")?;
        let looks_at = without_wholes(&looked_at(&expression)).into_iter().map(|names| (names.join("."), names)).collect();
        Ok(Self { expression, text: written.text.clone(), at: written.at.clone(), looks_at })
    }

    fn decide(&self, scope: &Scope<'_>, resource: &Value) -> Result<bool, NotAnswered> {
        match decide(&self.expression, scope) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => {
                let mut leaves = Vec::new();
                undecided(&self.expression, scope, &mut leaves);
                let mut paths: Vec<Vec<String>> = leaves.into_iter().flat_map(looked_at).collect();
                paths.retain(|names| reach(resource, names).is_some_and(Value::has_unknown));
                Err(NotAnswered::Unknown(without_wholes(&paths).iter().map(|names| names.join(".")).collect()))
            }
            Err(error) => Err(NotAnswered::Failed { message: said(&error), at: self.place(&error.range) }),
        }
    }

    fn evidence<'v>(&'v self, resource: &'v Value) -> Vec<Evidence<'v>> {
        self.looks_at.iter().map(|(path, names)| Evidence { path, value: reach(resource, names) }).collect()
    }

    /// Where in the policy's file a range of the parsed text stands.
    fn place(&self, range: &Range<usize>) -> Position {
        let before = self.text.get(..range.start.saturating_sub(BEFORE.len())).unwrap_or_default();
        let lines = before.matches('\n').count();
        let last = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let column = if lines == 0 { self.at.column + last } else { last + 1 };
        Position { file: self.at.file.clone(), line: self.at.line + lines, column }
    }
}

fn said(error: &EvalError) -> String {
    error.help.as_ref().map_or_else(|| error.title.clone(), |help| format!("{}; {help}", error.title))
}

/// The names behind `resource` that an expression uses, in the order in which they stand.
fn looked_at(expression: &Expression) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for reference in eval::references(expression) {
        let mut path = reference.path.iter();
        if !matches!(path.next(), Some(Segment::Name(root)) if root == RESOURCE) {
            continue;
        }
        let names = path.map_while(|segment| match segment {
            Segment::Name(name) => Some(name.clone()),
            Segment::Index(Some(Value::String(key))) => Some(key.clone()),
            Segment::Index(_) | Segment::Splat => None,
        });
        let names: Vec<String> = names.collect();
        if !all.contains(&names) {
            all.push(names);
        }
    }
    all
}

/// Where a part of something is looked at beside the whole, it is the part that counts.
fn without_wholes(all: &[Vec<String>]) -> Vec<Vec<String>> {
    let has_part = |whole: &&Vec<String>| all.iter().any(|names| names.len() > whole.len() && names.starts_with(whole));
    all.iter().filter(|names| !has_part(names)).cloned().collect()
}

/// Finds the parts of an expression that leave it undecided.
fn undecided<'e>(expression: &'e Expression, scope: &Scope<'_>, leaves: &mut Vec<&'e Expression>) {
    if !matches!(decide(expression, scope), Ok(None)) {
        return;
    }
    match expression {
        Expression::Parenthesis(inner) => undecided(inner.inner(), scope, leaves),
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Not => undecided(&operation.expr, scope, leaves),
        Expression::BinaryOp(operation) if matches!(operation.operator.value(), BinaryOperator::And | BinaryOperator::Or) => {
            undecided(&operation.lhs_expr, scope, leaves);
            undecided(&operation.rhs_expr, scope, leaves);
        }
        leaf => leaves.push(leaf),
    }
}

/// The value behind some names; the unknown where a part of the way is.
fn reach<'v>(value: &'v Value, names: &[String]) -> Option<&'v Value> {
    let mut at = value;
    for name in names {
        at = match at {
            Value::Map(map) => map.get(name)?,
            Value::Unknown => return Some(at),
            _ => return None,
        };
    }
    Some(at)
}

/// Decides an expression that must be true or false; `None` where what is not known decides it.
pub(super) fn decide(expression: &Expression, scope: &Scope<'_>) -> Result<Option<bool>, EvalError> {
    match expression {
        Expression::Parenthesis(inner) => decide(inner.inner(), scope),
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Not => {
            Ok(decide(&operation.expr, scope)?.map(|answer| !answer))
        }
        Expression::BinaryOp(operation) if *operation.operator.value() == BinaryOperator::And => {
            either(&operation.lhs_expr, &operation.rhs_expr, false, scope)
        }
        Expression::BinaryOp(operation) if *operation.operator.value() == BinaryOperator::Or => {
            either(&operation.lhs_expr, &operation.rhs_expr, true, scope)
        }
        Expression::Conditional(conditional) => match decide(&conditional.cond_expr, scope)? {
            Some(true) => decide(&conditional.true_expr, scope),
            Some(false) => decide(&conditional.false_expr, scope),
            None => Ok(None),
        },
        other => eval::evaluate_condition(other, scope),
    }
}

/// Decides two sides of which one alone decides where it is `decisive`.
fn either(left: &Expression, right: &Expression, decisive: bool, scope: &Scope<'_>) -> Result<Option<bool>, EvalError> {
    let left = decide(left, scope)?;
    if left == Some(decisive) {
        return Ok(left);
    }
    let right = decide(right, scope)?;
    Ok(match (left, right) {
        (_, Some(right)) if right == decisive => Some(decisive),
        (Some(_), Some(_)) => Some(!decisive),
        _ => None,
    })
}
