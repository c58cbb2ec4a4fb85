//! The settings of framing, by name. It must not know who frames.

use super::{Framer, Framing, LengthType, Lengths};
use crate::options::Value;

/// What a message may have where nobody says otherwise: 2 MiB.
const MOST: usize = 2 << 20;

/// How messages are to be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramingOptions {
    eof_check: bool,
    length_check: bool,
    eof: Vec<u8>,
    of: LengthType,
    offset: usize,
    body_offset: usize,
    most: usize,
}

impl Default for FramingOptions {
    fn default() -> FramingOptions {
        FramingOptions {
            eof_check: false,
            length_check: false,
            eof: b"\r\n".to_vec(),
            of: LengthType::Long { signed: false, order: super::length::Order::Big },
            offset: 0,
            body_offset: 0,
            most: MOST,
        }
    }
}

impl FramingOptions {
    /// Sets one option from outside; false if it is none of framing. Null changes nothing.
    ///
    /// # Errors
    /// In words: the value makes no sense.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<bool, String> {
        let is_ours = matches!(
            name,
            "open_eof_check"
                | "open_eof_split"
                | "package_eof"
                | "open_length_check"
                | "package_length_type"
                | "package_length_offset"
                | "package_body_offset"
                | "package_max_length"
        );
        if !is_ours || *value == Value::Null {
            return Ok(is_ours);
        }
        let number = || {
            value
                .whole()
                .map(|number| usize::try_from(number).unwrap_or(0))
                .ok_or(format!("{name} must be a number, got {value}"))
        };
        match name {
            "open_eof_check" | "open_eof_split" => self.eof_check = value.is_on(),
            "open_length_check" => self.length_check = value.is_on(),
            "package_eof" => self.eof = value.text().ok_or("package_eof must have at least one byte")?,
            "package_length_type" => {
                let letter = value.text().and_then(|text| LengthType::from_letter(*text.first()?));
                self.of =
                    letter.ok_or(format!("package_length_type must be one of cCsSnvlLNVqQJP as for pack(), got {value}"))?;
            }
            "package_length_offset" => self.offset = number()?,
            "package_body_offset" => self.body_offset = number()?,
            // 0 would let nothing through.
            _ => self.most = Some(number()?).filter(|most| *most > 0).unwrap_or(MOST),
        }
        Ok(true)
    }

    /// What finds messages; none where bytes are taken as they come. Lengths go before terminators, as in Swoole.
    pub fn framer(&self) -> Option<Framer> {
        let framing = match (self.length_check, self.eof_check) {
            (true, _) => Framing::Length(Lengths { of: self.of, offset: self.offset, body_offset: self.body_offset }),
            (false, true) => Framing::Terminator(self.eof.clone()),
            (false, false) => return None,
        };
        Some(Framer::new(framing, self.most))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Step, *};

    fn text(text: &str) -> Value {
        Value::Str(text.into())
    }

    #[test]
    fn settings_make_a_framer() {
        let mut options = FramingOptions::default();
        assert!(options.framer().is_none());
        for (name, value) in
            [("open_eof_check", Value::Bool(true)), ("package_eof", text("--")), ("package_max_length", text("10"))]
        {
            assert_eq!(options.set(name, &value), Ok(true), "{name}");
        }
        assert_eq!(options.framer().unwrap().next(b"ab--c"), Ok(Step::Frame(4)));
        for (name, value) in [
            ("open_length_check", Value::Int(1)),
            ("package_length_type", text("n")),
            ("package_length_offset", Value::Int(1)),
            ("package_body_offset", Value::Int(3)),
        ] {
            assert_eq!(options.set(name, &value), Ok(true), "{name}");
        }
        assert_eq!(options.framer().unwrap().next(b"x\0\x01y"), Ok(Step::Frame(4)));
    }

    #[test]
    fn values_that_make_no_sense_are_named() {
        let mut options = FramingOptions::default();
        assert!(options.set("package_eof", &text("")).unwrap_err().contains("package_eof"));
        assert!(options.set("package_length_type", &text("x")).unwrap_err().contains("'x'"));
        assert!(options.set("package_max_length", &Value::List(vec![])).is_err());
        assert_eq!(options.set("package_eof", &Value::Null), Ok(true));
        assert_eq!(options.set("timeout", &Value::Int(1)), Ok(false));
        assert_eq!(options, FramingOptions::default());
    }
}
