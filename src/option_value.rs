//! From a PHP value to the engine's neutral value of an option.

use engine::options::Value as Neutral;

use crate::zend::{Kind, Value};

/// Arrays as deep as this are a mistake, or refer to themselves.
const DEEPEST: usize = 8;

/// The value as the engine's options read it. Of an array the keys are left out.
pub fn neutral(value: &Value) -> Neutral {
    at_depth(value, 0)
}

fn at_depth(value: &Value, depth: usize) -> Neutral {
    match value.kind() {
        Kind::Null => Neutral::Null,
        Kind::Bool(on) => Neutral::Bool(on),
        Kind::Int(number) => Neutral::Int(number),
        Kind::Float(number) => Neutral::Float(number),
        Kind::String(bytes) => Neutral::Str(bytes.to_vec()),
        Kind::Array(_) if depth == DEEPEST => Neutral::Other("array"),
        Kind::Array(array) => Neutral::List(array.iter().map(|(_, element)| at_depth(element, depth + 1)).collect()),
        Kind::Object(_) => Neutral::Other("object"),
        Kind::Resource => Neutral::Other("resource"),
    }
}
