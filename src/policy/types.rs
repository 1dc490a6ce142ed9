//! placeholder until merged
use super::eval::EvalError;
use crate::model::Value;
#[derive(Debug, Clone)]
pub enum Type {
    Any,
}
impl Type {
    pub fn parse(_e: &hcl::edit::expr::Expression) -> Result<Self, EvalError> {
        Ok(Self::Any)
    }
    pub fn convert(&self, v: Value) -> Result<Value, String> {
        Ok(v)
    }
    pub fn parse_raw(&self, v: &str) -> Result<Value, String> {
        Ok(v.into())
    }
}
impl std::fmt::Display for Type {
    fn fmt(&self, o: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        o.write_str("any")
    }
}
