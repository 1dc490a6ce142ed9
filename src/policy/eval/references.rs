//! What an expression refers to, for the graph of dependencies.

use super::operators::from_hcl_number;
use super::range_of;
use crate::model::Value;
use hcl::edit::expr::{Expression, ForExpr, ObjectKey, Traversal, TraversalOperator};
use hcl::edit::template::{Directive, Element};
use std::ops::Range;

/// One step of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The root, or `.name`.
    Name(String),
    /// `[key]`: the key where it is a literal, else `None`.
    Index(Option<Value>),
    /// `.*` or `[*]`.
    Splat,
}

/// One name that an expression uses and no loop around it binds, with the steps from it: `var.tables[0].name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The root and the steps from it.
    pub path: Vec<Segment>,
    /// What stands in the first brackets behind `KIND.NAME`, where no loop around it binds a name of it.
    pub key: Option<Expression>,
    /// The whole reference.
    pub range: Range<usize>,
}

/// All references of an expression, in the order in which they stand.
pub fn references(expr: &Expression) -> Vec<Reference> {
    let mut finder = Finder::default();
    finder.visit(expr);
    finder.found
}

#[derive(Default)]
struct Finder {
    found: Vec<Reference>,
    bound: Vec<String>,
}

impl Finder {
    fn visit(&mut self, expr: &Expression) {
        match expr {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {}
            Expression::Array(items) => items.iter().for_each(|item| self.visit(item)),
            Expression::Object(object) => {
                for (key, value) in object {
                    if let ObjectKey::Expression(key) = key {
                        self.visit(key);
                    }
                    self.visit(value.expr());
                }
            }
            Expression::StringTemplate(template) => template.iter().for_each(|element| self.visit_element(element)),
            Expression::HeredocTemplate(heredoc) => heredoc.template.iter().for_each(|element| self.visit_element(element)),
            Expression::Parenthesis(inner) => self.visit(inner.inner()),
            Expression::Variable(name) => self.record(name.as_str(), &[], None, expr),
            Expression::Conditional(conditional) => {
                self.visit(&conditional.cond_expr);
                self.visit(&conditional.true_expr);
                self.visit(&conditional.false_expr);
            }
            Expression::FuncCall(call) => call.args.iter().for_each(|arg| self.visit(arg)),
            Expression::Traversal(traversal) => self.visit_traversal(traversal, expr),
            Expression::UnaryOp(operation) => self.visit(&operation.expr),
            Expression::BinaryOp(operation) => {
                self.visit(&operation.lhs_expr);
                self.visit(&operation.rhs_expr);
            }
            Expression::ForExpr(each) => self.visit_for(each),
        }
    }

    fn visit_traversal(&mut self, traversal: &Traversal, whole: &Expression) {
        match &traversal.expr {
            Expression::Variable(name) => {
                let steps: Vec<Segment> = traversal.operators.iter().map(|operator| segment(operator.value())).collect();
                let key = traversal.operators.get(1).and_then(|operator| match operator.value() {
                    TraversalOperator::Index(key) if !self.binds_any_of(key) => Some(key),
                    _ => None,
                });
                self.record(name.as_str(), &steps, key, whole);
            }
            other => self.visit(other),
        }
        for operator in &traversal.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.visit(index);
            }
        }
    }

    fn visit_for(&mut self, each: &ForExpr) {
        self.visit(&each.intro.collection_expr);
        let names = each.intro.key_var.iter().chain([&each.intro.value_var]);
        self.within(names.map(|name| name.as_str().to_owned()).collect(), |finder| {
            each.key_expr.iter().for_each(|key| finder.visit(key));
            finder.visit(&each.value_expr);
            each.cond.iter().for_each(|condition| finder.visit(&condition.expr));
        });
    }

    fn visit_element(&mut self, element: &Element) {
        match element {
            Element::Literal(_) => {}
            Element::Interpolation(part) => self.visit(&part.expr),
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(directive) => {
                    self.visit(&directive.if_expr.cond_expr);
                    directive.if_expr.template.iter().for_each(|inner| self.visit_element(inner));
                    if let Some(otherwise) = &directive.else_expr {
                        otherwise.template.iter().for_each(|inner| self.visit_element(inner));
                    }
                }
                Directive::For(directive) => {
                    let each = &directive.for_expr;
                    self.visit(&each.collection_expr);
                    let names = each.key_var.iter().chain([&each.value_var]);
                    self.within(names.map(|name| name.as_str().to_owned()).collect(), |finder| {
                        each.template.iter().for_each(|inner| finder.visit_element(inner));
                    });
                }
            },
        }
    }

    /// Visits with some more names bound.
    fn within(&mut self, names: Vec<String>, visit: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        self.bound.extend(names);
        visit(self);
        self.bound.truncate(outside);
    }

    /// Whether a loop around an expression binds a name that it uses.
    fn binds_any_of(&self, expression: &Expression) -> bool {
        let is_bound = |reference: &Reference| {
            let root = reference.path.first();
            self.bound.iter().any(|bound| matches!(root, Some(Segment::Name(name)) if name == bound))
        };
        !self.bound.is_empty() && references(expression).iter().any(is_bound)
    }

    fn record(&mut self, root: &str, steps: &[Segment], key: Option<&Expression>, whole: &Expression) {
        if self.bound.iter().any(|bound| bound == root) {
            return;
        }
        let mut path = vec![Segment::Name(root.to_owned())];
        path.extend_from_slice(steps);
        self.found.push(Reference { path, key: key.cloned(), range: range_of(whole) });
    }
}

fn segment(operator: &TraversalOperator) -> Segment {
    match operator {
        TraversalOperator::GetAttr(name) => Segment::Name(name.as_str().to_owned()),
        TraversalOperator::LegacyIndex(index) => Segment::Index(Some(Value::Number((*index.value()).into()))),
        TraversalOperator::Index(Expression::String(text)) => Segment::Index(Some(Value::String(text.value().clone()))),
        TraversalOperator::Index(Expression::Number(number)) => Segment::Index(Some(from_hcl_number(*number.value()))),
        TraversalOperator::Index(_) => Segment::Index(None),
        TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Segment::Splat,
    }
}
