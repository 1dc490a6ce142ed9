//! Kinds of which there is exactly one thing, always there and without a name.

/// Of what there is exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single {
    /// In each region of an account.
    InRegion,
    /// In each account, whichever region is asked.
    InAccount,
}

impl Single {
    /// Where there is one, in words: `in each region of an account`.
    pub fn place(self) -> &'static str {
        match self {
            Self::InRegion => "in each region of an account",
            Self::InAccount => "in each account",
        }
    }

    /// What stands in the place of its name: the region, or the account.
    pub fn name<'a>(self, region: &'a str, account: &'a str) -> &'a str {
        match self {
            Self::InRegion => region,
            Self::InAccount => account,
        }
    }
}
