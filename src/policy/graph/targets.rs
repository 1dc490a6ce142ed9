//! `target` blocks: where a policy is applied.

use super::{Edges, Evaluator, instances};
use crate::model::{Code, Target, Value};
use crate::policy::eval::{self, Scope};
use crate::policy::organizations;
use crate::policy::reader::Located;
use crate::policy::statements;
use std::collections::BTreeMap;

impl Evaluator<'_, '_> {
    /// Evaluates one, and keeps what others can refer to.
    pub(super) fn target(&mut self, name: &str, edges: &Edges) {
        let Some(located) = self.blocks.targets.get(name).copied() else {
            return;
        };
        let mut problems = Vec::new();
        let mut values = Vec::new();
        let scope = self.scope(edges);
        let is_unknown = located.block.body.get_attribute("for_each").map(|each| eval::evaluate(&each.value, &scope));
        let is_unknown = matches!(is_unknown, Some(Ok(Value::Unknown)));
        let instances = if is_unknown { Some(vec![organizations::anybody()]) } else { instances(located, &scope, &mut problems) };
        for (key, each) in instances.iter().flatten() {
            let scope = self.scope(edges);
            let scope = match each {
                Some(each) => scope.with("each", each.clone()),
                None => scope,
            };
            let full = key.as_ref().map_or_else(|| name.to_owned(), |key| format!("{name}/{key}"));
            let target = statements::target(full, located, &scope, &mut problems);
            let told = value(&target, located, &scope);
            values.push((key.clone(), target, told));
        }
        if is_unknown {
            // What hangs on the accounts themselves is told when they are known.
            problems.retain(|problem| problem.code != Code::Evaluation);
        }
        self.problems.extend(problems);
        let mut map = BTreeMap::new();
        let mut single = None;
        for (key, target, told) in values {
            match key {
                Some(key) => {
                    map.insert(key, told);
                }
                None => single = Some(told),
            }
            self.policy.targets.insert(target.name.clone(), target);
        }
        self.targets.insert(name.to_owned(), single.unwrap_or(Value::Map(map)));
    }
}

/// What others can refer to. What a block gives and is not known, as its variable has no value, is told there, and not null to others.
fn value(target: &Target, located: Located<'_>, scope: &Scope<'_>) -> Value {
    let is_null = |argument: &str| {
        let given = located.block.body.get_attribute(argument);
        given.is_none_or(|given| matches!(eval::evaluate(&given.value, scope), Ok(Value::Null)))
    };
    let text = |argument: &str, text: &Option<String>| match text {
        Some(text) => Value::from(text.as_str()),
        None if is_null(argument) => Value::Null,
        None => Value::Unknown,
    };
    Value::Map(BTreeMap::from([
        ("name".to_owned(), Value::from(target.name.as_str())),
        ("region".to_owned(), text("region", &target.region)),
        ("account_id".to_owned(), text("account_id", &target.account_id)),
    ]))
}
