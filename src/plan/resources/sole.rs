//! What a region has one of: two blocks that declare it, and a thing that has it already.

use super::Planner;
use crate::model::{Code, Diagnostic, Holders, KindSpec, Live, Reading, Refusal, Resource, ResourceId, Value, path};

/// What there is one of: kind, account and region, setting and value.
pub(super) type Sole = (String, String, String, String);

impl<'a> Planner<'a> {
    /// The declared settings of which a region has one thing of each value.
    fn soles(spec: &KindSpec, resource: &'a Resource) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let is_sole = |path: &str| spec.setting(path).is_some_and(|setting| setting.holders == Holders::One);
        let declared = resource.wanted.iter().filter(move |(path, wanted)| is_sole(path) && !wanted.value.is_nothing());
        declared.map(|(path, wanted)| (path, &wanted.value))
    }

    /// Notes what a block takes; false, with a problem, where another block of the same place takes it.
    pub(super) fn takes(&mut self, spec: &KindSpec, resource: &'a Resource, id: &ResourceId) -> bool {
        let (kind, account, region, _) = self.identified(id);
        for (path, value) in Self::soles(spec, resource) {
            let sole = (kind.clone(), format!("{account}/{region}"), path.clone(), value.to_string());
            let Some(other) = self.taken.insert(sole, resource) else { continue };
            let title = format!("two blocks declare a {} with `{path} = {value}`, and {region} has one at the most", spec.title);
            let span = |block: &Resource| block.wanted.get(path).map_or(&block.span, |wanted| &wanted.span).clone();
            let problem = Diagnostic::error(Code::ConflictingClaims, title).at(span(resource));
            self.out.problems.push(problem.label(span(other), "declared here too").help("leave one of them out"));
            return false;
        }
        true
    }

    /// The live thing of a block, where nothing else has what it declares and a region has one of.
    ///
    /// # Errors
    ///
    /// Something else has it, so that AWS would not make this one.
    pub(super) fn untaken(
        &self,
        spec: &'static KindSpec,
        resource: &'a Resource,
        target: &'a str,
        live: Option<&'a Live>,
    ) -> Result<Option<&'a Live>, Refusal> {
        for (path, value) in Self::soles(spec, resource) {
            let has = |one: &Live| one.settings.get(path) == Some(&Reading::Known(value.clone()));
            if live.is_some_and(has) {
                continue;
            }
            let Some(other) = self.lives(spec.name, target).find(|one| has(one)) else { continue };
            return Err(self.held(spec, path::generic(path).as_str(), value, other));
        }
        Ok(live)
    }

    fn held(&self, spec: &KindSpec, path: &str, value: &Value, other: &Live) -> Refusal {
        let (called, own) = (&other.id.name, spec.name_argument);
        let reason = format!(
            "{} `{called}` is there already with `{path} = {value}`, and {} has one of them at the most",
            spec.title, other.id.region
        );
        let (code, remedy) = match &other.mark {
            None => (
                Code::Foreign,
                format!("write its `{own}`, \"{called}\", and `adopt = true` into the block to take it over, or leave the block out"),
            ),
            Some(mark) if mark.workspace == self.workspace() => (
                Code::ConflictingClaims,
                format!(
                    "write its `{own}`, \"{called}\", into the block, which changes it then, or remove that one in a run of its own before"
                ),
            ),
            Some(mark) => (
                Code::Foreign,
                format!("leave the block out, or release the thing first where workspace `{}` made it as {}", mark.workspace, mark.address),
            ),
        };
        Refusal { code: code.to_string(), reason, remedy }
    }
}
