//! The table that says all there is to know of a kind: its settings, their ranges, and which direction is safer.

use super::effect::Effect;
use super::reading::Reading;
use super::value::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// All that is known of one AWS resource type, but for the calls that read and change it.
#[derive(Debug)]
pub struct KindSpec {
    /// The name in policies, as in the Terraform AWS provider: `aws_dynamodb_table`.
    pub name: &'static str,
    /// The thing's name in a sentence: `DynamoDB table`.
    pub title: &'static str,
    /// What backstay manages of it, in one sentence.
    pub doc: &'static str,
    /// Whether backstay owns the thing or only settings on it.
    pub ownership: Ownership,
    /// The service's name in ARNs and IAM actions: `dynamodb`.
    pub service: &'static str,
    /// What stands before the name in its ARN: `table/`.
    pub arn_prefix: &'static str,
    /// Which names AWS accepts for it.
    pub name_form: NameForm,
    /// Whether the thing can have copies in other regions that hold settings of their own, chosen with `replicas`.
    pub replicas: bool,
    /// Its settings, in the order in which they are shown.
    pub settings: &'static [Setting],
    /// IAM actions that finding the things by name or by tag needs.
    pub inventory_actions: &'static [&'static str],
}

/// Which names AWS accepts for a thing.
#[derive(Clone, Copy, Debug)]
pub struct NameForm {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
    /// The allowed characters beside ASCII letters and digits.
    pub also: &'static [char],
    /// The document that says so.
    pub source: &'static str,
}

impl NameForm {
    /// What is wrong with a name, or with a pattern of names, whose `*` and `?` stand for any characters.
    ///
    /// # Errors
    ///
    /// The rule that was broken.
    pub fn check(&self, name: &str) -> Result<(), String> {
        let is_pattern = name.contains(['*', '?']);
        if let Some(wrong) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !self.also.contains(c) && !['*', '?'].contains(c)) {
            let also: Vec<String> = self.also.iter().map(|c| format!("`{c}`")).collect();
            return Err(format!("`{name}` cannot be a name: `{}` is none of a-z, A-Z, 0-9, {}", wrong.escape_default(), also.join(", ")));
        }
        let length = name.chars().count();
        if !is_pattern && !(self.min..=self.max).contains(&length) {
            return Err(format!("`{name}` cannot be a name: it has {length} characters, not {} to {}", self.min, self.max));
        }
        Ok(())
    }
}

/// What backstay owns of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Only the declared settings, on things that somebody else owns: `protect`.
    Settings,
    /// The whole thing: `resource`.
    Whole,
}

/// One setting of a kind.
#[derive(Debug)]
pub struct Setting {
    /// Its name with those of the blocks around it: `point_in_time_recovery.enabled`.
    pub path: &'static str,
    /// Its type and range.
    pub shape: Shape,
    /// Whether the block around it must give it.
    pub required: bool,
    /// What AWS does where nobody set it.
    pub aws_default: Fallback,
    /// Means nothing unless this flag of the same thing is on.
    pub only_while: Option<&'static str>,
    /// Which direction protects more.
    pub safer: Safer,
    /// What the less safe direction takes away.
    pub loses: Loss,
    /// What it means, in a sentence or two.
    pub doc: &'static str,
    /// How what AWS returns is compared with what the policy says.
    pub normalisation: &'static str,
    /// What a change in the safer direction does.
    pub when_safer: &'static str,
    /// What a change in the other direction does, and what is lost.
    pub when_weaker: &'static str,
    /// The AWS document or API that says so.
    pub source: &'static str,
    /// IAM actions that reading it needs.
    pub reads: &'static [&'static str],
    /// IAM actions that changing it needs.
    pub writes: &'static [&'static str],
}

/// The type and range of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number of days within bounds, both included.
    Days {
        /// The least that AWS accepts.
        min: i64,
        /// The most that AWS accepts.
        max: i64,
    },
}

/// What AWS does where nobody set a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// It is this flag.
    Bool(bool),
    /// It is this whole number.
    Number(i64),
}

impl From<Fallback> for Value {
    fn from(fallback: Fallback) -> Self {
        match fallback {
            Fallback::Bool(flag) => Self::Bool(flag),
            Fallback::Number(number) => Self::from(number),
        }
    }
}

/// Which direction of a setting protects more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safer {
    /// On protects more than off.
    WhenTrue,
    /// A larger number protects more.
    WhenGreater,
}

/// What the less safe direction of a setting takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A guard, or what would be made later; what exists stays.
    Later,
    /// Recovery points that exist now.
    ExistingRecoveryPoints,
}

impl Shape {
    /// The word for the type in messages and docs, with its range.
    pub fn describe(self) -> String {
        match self {
            Self::Bool => "a bool".to_owned(),
            Self::Days { min, max } => format!("a whole number of days between {min} and {max}"),
        }
    }

    /// Takes a value of the policy, with Terraform's conversions (`"35"` is a number, `"true"` a bool).
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence that starts with the setting's name.
    pub fn accept(self, value: &Value) -> Result<Value, Misfit> {
        match self {
            Self::Bool => match value {
                Value::Bool(_) => Ok(value.clone()),
                Value::String(text) if text == "true" || text == "false" => Ok(Value::Bool(text == "true")),
                other => Err(Misfit::Type(format!("must be a bool, found {}", found(other)))),
            },
            Self::Days { min, max } => {
                let number = match value {
                    Value::Number(_) => value.clone(),
                    Value::String(text) => text.parse::<f64>().map_or(Value::Null, Value::number),
                    _ => Value::Null,
                };
                match (number.as_i64(), number.as_f64()) {
                    (Some(days), _) if (min..=max).contains(&days) => Ok(Value::from(days)),
                    (None, days) if days.is_none() || (Value::from(min).as_f64()..=Value::from(max).as_f64()).contains(&days) => {
                        Err(Misfit::Type(format!("must be a whole number of days, found {}", found(value))))
                    }
                    _ => Err(Misfit::Range {
                        message: format!("must be between {min} and {max}, found {number}"),
                        nearest: if number.as_f64() > Value::from(max).as_f64() { Value::from(max) } else { Value::from(min) },
                    }),
                }
            }
        }
    }
}

fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Unknown => value.type_name().to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => format!("{} `{value}`", value.type_name()),
    }
}

/// Why a value does not fit a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It has the wrong type.
    Type(String),
    /// It is out of range.
    Range {
        /// The rule that was broken.
        message: String,
        /// The nearest value that fits.
        nearest: Value,
    },
}

impl Setting {
    /// The last part of the path: `enabled`.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The blocks around it: `point_in_time_recovery`.
    pub fn block(&self) -> Option<&'static str> {
        self.path.rsplit_once('.').map(|(block, _)| block)
    }

    /// What changing this setting to `after` does to the thing's recoverability, given all that was read of it.
    ///
    /// `None` where the live value is not known, so that nothing can be said.
    pub fn effect(&self, live: &BTreeMap<String, Reading>, after: &Value) -> Option<Effect> {
        if let Some(flag) = self.only_while {
            match live.get(flag) {
                // The flag is being turned on by the same change: there is nothing yet that this could take away.
                Some(Reading::Known(Value::Bool(false)) | Reading::Unset) => return Some(Effect::Strengthens),
                Some(Reading::Unreadable { .. }) | None => return None,
                Some(Reading::Known(_)) => {}
            }
        }
        let before = live.get(self.path)?.effective(self.aws_default)?;
        let direction = match (self.safer, &before, after) {
            (Safer::WhenTrue, Value::Bool(before), Value::Bool(after)) => after.cmp(before),
            (Safer::WhenGreater, Value::Number(_), Value::Number(_)) => after.cmp(&before),
            _ => return Some(Effect::Neutral),
        };
        Some(match direction {
            Ordering::Greater => Effect::Strengthens,
            Ordering::Equal => Effect::Neutral,
            Ordering::Less => match self.loses {
                Loss::Later => Effect::Weakens,
                Loss::ExistingRecoveryPoints => Effect::LosesData,
            },
        })
    }
}

impl KindSpec {
    /// The setting of that path.
    pub fn setting(&self, path: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.path == path)
    }

    /// The ARN of the thing of that name.
    pub fn arn(&self, region: &str, account: &str, name: &str) -> String {
        format!("arn:{}:{}:{region}:{account}:{}{name}", partition(region), self.service, self.arn_prefix)
    }
}

/// The partition that a region belongs to: `aws`, `aws-cn`, `aws-us-gov`, or an isolated one.
pub fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        r if r.starts_with("us-iso-") => "aws-iso",
        r if r.starts_with("us-isob-") => "aws-iso-b",
        r if r.starts_with("eu-isoe-") => "aws-iso-e",
        r if r.starts_with("us-isof-") => "aws-iso-f",
        r if r.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}
