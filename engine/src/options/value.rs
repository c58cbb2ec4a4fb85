//! A neutral value of an option, as it comes from outside, and how it reads as a flag, a number or a text.
//!
//! The readings are lenient, because configurations that work today must go on working: they follow the loose conversions of the
//! scripting world ("3" is 3, "12 MB" is 12, "abc" is 0). It must not know which options there are.

use std::fmt;

/// What somebody set an option to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Not set.
    Null,
    /// A flag.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text; it need not be UTF-8 (a path, for one).
    Str(Vec<u8>),
    /// Values in order.
    List(Vec<Value>),
    /// Something that only the caller understands (a function, an object): the name of its type.
    Other(&'static str),
}

impl Value {
    /// As a flag: null, false, 0, "", "0" and an empty list are off, everything else is on.
    pub fn is_on(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Str(text) => !matches!(text.as_slice(), b"" | b"0"),
            Value::List(values) => !values.is_empty(),
            Value::Other(_) => true,
        }
    }

    /// As a number; `None` if a value of this type is none. Text counts as far as it looks like a number, "abc" is 0; NaN is 0.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Null => Some(0.0),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            // Exact up to 2^53, more than any option's range; beyond it is clamped anyway.
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) if number.is_nan() => Some(0.0),
            Value::Float(number) => Some(*number),
            Value::Str(text) => Some(leading_number(text)),
            Value::List(_) | Value::Other(_) => None,
        }
    }

    /// As a whole number: [`Value::number`] without its fraction, at most what an `i64` holds.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            // A float-to-integer cast saturates.
            other => other.number().map(|number| number as i64),
        }
    }

    /// As text; `None` if there is none to speak of: null, false, "" and what is not a scalar.
    pub fn text(&self) -> Option<Vec<u8>> {
        match self {
            Value::Str(text) if text.is_empty() => None,
            Value::Str(text) => Some(text.clone()),
            Value::Int(number) => Some(number.to_string().into_bytes()),
            Value::Float(number) => Some(number.to_string().into_bytes()),
            Value::Bool(true) => Some(b"1".to_vec()),
            Value::Null | Value::Bool(false) | Value::List(_) | Value::Other(_) => None,
        }
    }

    /// Whether it is neither a scalar nor null.
    pub fn is_compound(&self) -> bool {
        matches!(self, Value::List(_) | Value::Other(_))
    }
}

/// The number that a text begins with, after white space; 0 if it begins with none.
fn leading_number(text: &[u8]) -> f64 {
    let text = text.trim_ascii_start();
    let digits = |from: usize| text.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let integer = digits(sign);
    let mut end = sign + integer;
    let mut fraction = 0;
    if text.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += if integer + fraction > 0 { 1 + fraction } else { 0 };
    }
    if integer + fraction == 0 {
        return 0.0;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    // What was cut out is ASCII and has a number's form.
    std::str::from_utf8(&text[..end]).ok().and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

/// The longest piece of a text that a message quotes, in characters.
const QUOTED: usize = 60;

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => out.write_str("null"),
            Value::Bool(flag) => write!(out, "{flag}"),
            Value::Int(number) => write!(out, "{number}"),
            Value::Float(number) => write!(out, "{number}"),
            Value::Str(text) => {
                let text = String::from_utf8_lossy(text);
                let head: String = text.chars().take(QUOTED).collect();
                // A message is one line of a log: control characters stay escaped.
                write!(out, "'{}'{}", head.escape_debug(), if text.chars().nth(QUOTED).is_some() { "…" } else { "" })
            }
            Value::List(values) => write!(out, "a list of {}", values.len()),
            Value::Other(name) => out.write_str(name),
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.as_bytes().to_vec())
    }
}
