//! ARNs that can be computed from a name, for what the policy does not refer to.

use super::rewrite::{interpolated, is_plain_text};
use super::table;
use super::translator::Translator;
use crate::kinds;
use crate::model::ArnForm;
use hcl::edit::structure::Body;

impl Translator<'_> {
    /// The ARN of a thing as an expression; none where AWS makes it of an id that it alone gives out. `name` is its name as an expression.
    pub(super) fn computed_arn(&mut self, kind: &str, body: &Body, name: &str, target: &str) -> Option<String> {
        let name = interpolated(name);
        if let Some((_, service, before, is_global)) = table::ARNS.iter().find(|(of, ..)| *of == kind) {
            let region = if *is_global { String::new() } else { interpolated(&self.region_of(target)) };
            let account = interpolated(&self.account_of(target));
            let path = role_path(kind, body)?;
            return Some(format!("\"arn:aws:{service}:{region}:{account}:{before}{path}{name}\""));
        }
        let spec = kinds::spec(kind)?;
        Some(match spec.arn_form {
            ArnForm::Regional | ArnForm::RegionalWithId => {
                let (region, account) = (interpolated(&self.region_of(target)), interpolated(&self.account_of(target)));
                format!("\"arn:aws:{}:{region}:{account}:{}{name}\"", spec.service, spec.arn_prefix)
            }
            ArnForm::InAccount => {
                format!("\"arn:aws:{}::{}:{}{name}\"", spec.service, interpolated(&self.account_of(target)), spec.arn_prefix)
            }
            ArnForm::Global => format!("\"arn:aws:{}:::{}{name}\"", spec.service, spec.arn_prefix),
            ArnForm::ById | ArnForm::Nothing => return None,
        })
    }
}

/// What stands between `role` and the name of a role; nothing for other kinds. None where that is not a plain text.
fn role_path(kind: &str, body: &Body) -> Option<String> {
    if kind != "aws_iam_role" {
        return Some(String::new());
    }
    let Some(path) = body.get_attribute("path") else { return Some("/".to_owned()) };
    let text = path.value.as_str()?;
    is_plain_text(&format!("\"{text}\"")).then(|| text.to_owned())
}
