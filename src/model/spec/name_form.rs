//! Which names AWS accepts.

/// Which names AWS accepts for a thing.
#[derive(Clone, Copy, Debug)]
pub struct NameForm {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
    /// The allowed characters beside ASCII letters and digits; [`NameForm::PRINTABLE`] is all but control characters.
    pub also: &'static [char],
    /// The document that says so.
    pub source: &'static str,
}

impl NameForm {
    /// Every character that is no control character.
    pub const PRINTABLE: &'static [char] = &[char::REPLACEMENT_CHARACTER];

    fn allows(&self, c: char) -> bool {
        c.is_ascii_alphanumeric() || self.also.contains(&c) || (self.also == Self::PRINTABLE && !c.is_control())
    }

    /// What is wrong with a name, or with a pattern of names, whose `*` and `?` stand for any characters.
    ///
    /// # Errors
    ///
    /// The rule that was broken.
    pub fn check(&self, name: &str) -> Result<(), String> {
        self.check_either(name, name.contains(['*', '?']))
    }

    /// What is wrong with a name, in which `*` and `?` are nothing special.
    ///
    /// # Errors
    ///
    /// The rule that was broken.
    pub fn check_literal(&self, name: &str) -> Result<(), String> {
        self.check_either(name, false)
    }

    fn check_either(&self, name: &str, is_pattern: bool) -> Result<(), String> {
        if let Some(wrong) = name.chars().find(|c| !(self.allows(*c) || (is_pattern && ['*', '?'].contains(c)))) {
            if self.also == Self::PRINTABLE {
                return Err(format!(
                    "`{}` cannot be a name: it has the control character `{}`",
                    name.escape_debug(),
                    wrong.escape_default()
                ));
            }
            let also: Vec<String> = self.also.iter().map(|c| format!("`{c}`")).collect();
            return Err(format!("`{name}` cannot be a name: `{}` is none of a-z, A-Z, 0-9, {}", wrong.escape_default(), also.join(", ")));
        }
        let length = name.chars().count();
        if !is_pattern && !(self.min..=self.max).contains(&length) {
            return Err(format!(
                "`{name}` cannot be a name: it has {}, not {} to {}",
                super::super::count(length, "character"),
                self.min,
                self.max
            ));
        }
        Ok(())
    }
}
