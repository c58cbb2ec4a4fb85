//! [`Failure`]: why a caller gets no answer, and the exception that says it. It must not know who fails.

use std::rc::Rc;

use engine::client::Cause;

use crate::zend::{AnyObject, Class, Error, Kind, Result, Value};

/// Why there is no answer.
#[derive(Clone, Debug)]
pub struct Failure {
    text: Rc<str>,
    code: i32,
    /// What PHP code threw.
    previous: Option<AnyObject>,
}

/// The class of the exceptions.
const CLASS: Class = Class::CoroutineSocketChannelException;

impl Failure {
    /// With a text and a number, of the system if it has one.
    pub fn new(text: impl Into<Rc<str>>, code: i32) -> Failure {
        Failure { text: text.into(), code, previous: None }
    }

    /// What the system or TLS said of `peer`.
    pub fn of(peer: &str, cause: &Cause) -> Failure {
        Failure::new(format!("{peer}: {}", cause.text), cause.code)
    }

    /// PHP code threw, where it should have done `what`.
    pub fn thrown(what: &str, exception: &AnyObject) -> Failure {
        let text = format!("{what}: {}: {}", exception.class_name(), exception.exception_message());
        Failure { text: text.into(), code: 0, previous: Some(exception.clone()) }
    }

    /// The channel was closed.
    pub fn closed() -> Failure {
        Failure::new("the channel is closed", libc::ECANCELED)
    }

    /// The time is over before there was an answer.
    pub fn no_answer(peer: &str) -> Failure {
        Failure::new(format!("{peer}: no answer in time"), libc::ETIMEDOUT)
    }

    /// The time is over before there was a connection.
    pub fn no_connection() -> Failure {
        Failure::new("no connection in time", libc::ETIMEDOUT)
    }

    /// Another caller has given its answer up, which will come all the same.
    pub fn given_up(peer: &str) -> Failure {
        let text = format!("{peer}: the connection was given up: another request does not wait for its answer any more");
        Failure::new(text, libc::ECONNABORTED)
    }

    /// `cancel()` ended the wait.
    pub fn canceled() -> Failure {
        Failure::new("the coroutine was cancelled", crate::zend::constants::SWOOLE_ERROR_CO_CANCELED as i32)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// Throws it in the handler that runs.
    pub fn throw(&self) -> Error {
        throw(&self.text, self.code, None, self.previous.as_ref()).unwrap_or_else(|error| error)
    }
}

/// Throws the error that is an answer, in the handler that runs.
pub fn throw_result(result: &Value) -> Error {
    let text = match result.kind() {
        Kind::String(text) => String::from_utf8_lossy(text).into_owned(),
        Kind::Int(number) => number.to_string(),
        Kind::Float(number) => number.to_string(),
        Kind::Null | Kind::Bool(_) | Kind::Array(_) | Kind::Object(_) | Kind::Resource => "the answer is an error".into(),
    };
    throw(&text, 0, Some(result), None).unwrap_or_else(|error| error)
}

fn throw(text: &str, code: i32, result: Option<&Value>, previous: Option<&AnyObject>) -> Result<Error> {
    let exception = AnyObject::new(CLASS)?;
    exception.set(CLASS, "message", Value::string(text.as_bytes())?)?;
    exception.set(CLASS, "code", code)?;
    if let Some(result) = result {
        exception.set(CLASS, "result", result.clone())?;
    }
    Ok(exception.throw(previous))
}
