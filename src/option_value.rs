//! From a PHP value to the engine's neutral value of an option.

use engine::options::Value as Neutral;

use crate::zend::{Array, Bound, Key, Kind, Level, Object, Result, Value, raise};

/// Arrays as deep as this are a mistake, or refer to themselves.
const DEEPEST: usize = 8;

/// The value as the engine's options read it. Of an array the keys are left out.
pub fn neutral(value: &Value) -> Neutral {
    at_depth(value, 0)
}

/// Merges settings into an object's property `setting`, as they were given, and hands each with a name to `take`, which says what there is to
/// be said of it. [`warn`] says it.
///
/// # Errors
/// Those of `take`; `Pending` when PHP's memory limit is reached.
pub fn merge_settings<T: Bound>(
    object: &Object<T>,
    given: &Array,
    mut take: impl FnMut(&str, &Neutral) -> Result<Option<String>>,
) -> Result<Vec<String>> {
    let before = object.get("setting")?;
    let mut merged = match before.as_array() {
        Some(array) => array.clone(),
        None => Array::new(given.len())?,
    };
    drop(before);
    let mut notices = Vec::new();
    for (key, value) in given.iter() {
        merged.set_key(key, value.clone())?;
        if let Key::Name(name) = key
            && let Ok(name) = std::str::from_utf8(name)
        {
            notices.extend(take(name, &neutral(value))?);
        }
    }
    object.set("setting", merged)?;
    Ok(notices)
}

/// Says what there is to be said of settings, each as a warning.
///
/// # Errors
/// `Pending` when an error handler of the program threw.
pub fn warn(notices: &[String], name_the_function: bool) -> Result<()> {
    notices.iter().try_for_each(|notice| raise(Level::Warning, notice, name_the_function))
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
