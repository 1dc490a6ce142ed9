use super::*;
use std::path::Path;
fn run(text: &str) -> Result<Value, EvalError> {
    let expr = hcl::edit::parser::parse_expr(text).unwrap();
    evaluate(&expr, &Scope::new(Path::new(".")))
}
#[test]
fn adds() {
    assert_eq!(run("\"1\" + 2").unwrap(), Value::from(3));
}
