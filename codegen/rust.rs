//! Writes the Rust side of the surface: a trait a class with a method a handler, so that one that is missing, or that no stub names, does not
//! compile; the shims that Zend reaches them by; and the constants.

use std::fmt::Write;

use super::model::{Function, Surface, Value};

/// The Rust source, included by src/zend/surface.rs.
pub fn write(surface: &Surface) -> Result<String, std::fmt::Error> {
    let mut out = String::from("// Written by build.rs from php-stubs.\n\n");
    class_enum(&mut out, surface)?;
    for class in &surface.classes {
        if !surface.state_of(class).is_some_and(|owner| std::ptr::eq(owner, class)) {
            assert!(class.methods.is_empty(), "{} has methods, and a parent with a Rust type: no form for that yet", class.name);
            continue;
        }
        let ident = class.ident();
        if surface.has_foreign_parent(class) {
            writeln!(
                out,
                "const _: () = assert!(size_of::<classes::{ident}>() == 0, \"a class of PHP's makes its objects: no place\");"
            )?;
        }
        let handlers: Vec<(&Function, bool)> = class.handlers().map(|method| (&method.function, method.is_static)).collect();
        writeln!(out, "{}pub trait {ident}Methods: State {{", doc(&format!("What handles the methods of `{}`.", class.name)))?;
        signatures(&mut out, &handlers, "Self")?;
        let at_once = || handlers.iter().map(|(function, _)| *function).filter(|function| class.is_tried_at_once(function));
        for function in at_once() {
            writeln!(
                out,
                "/// What `{0}` ends in where that can be said at once; none otherwise, and `{0}` is called.\n\
                 fn {0}_at_once(call: &Call<Self>) -> Option<Value>;",
                function.ident()
            )?;
        }
        writeln!(out, "}}")?;
        writeln!(out, "impl Bound for classes::{ident} {{ const CLASS: Class = Class::{ident}; }}")?;
        writeln!(out, "#[unsafe(no_mangle)] static zg_state_{ident}: StateTable = state_table::<classes::{ident}>();")?;
        shims(&mut out, &ident, &format!("{ident}Methods"), &handlers)?;
        for function in at_once() {
            writeln!(
                out,
                "#[unsafe(no_mangle)] unsafe extern \"C\" fn h_{ident}_{0}(frame: *mut ffi::zend_execute_data, result: *mut ffi::zval) {{\n\
                 // SAFETY: as for the handler, whose call this is.\n\
                 unsafe {{ enter_at_once(frame, result, <classes::{ident} as {ident}Methods>::{1}_at_once, zg_call_{ident}_{0}) }}\n}}",
                function.c_name(),
                function.ident()
            )?;
        }
    }
    let functions: Vec<(&Function, bool)> =
        surface.functions.iter().filter(|function| function.alias.is_none()).map(|function| (function, true)).collect();
    writeln!(out, "/// What handles the functions.\npub trait FunctionsMethods {{")?;
    signatures(&mut out, &functions, "()")?;
    writeln!(out, "}}")?;
    shims(&mut out, "Functions", "FunctionsMethods", &functions)?;
    constants(&mut out, surface)?;
    Ok(out)
}

fn class_enum(out: &mut String, surface: &Surface) -> std::fmt::Result {
    writeln!(out, "/// A class of the stubs.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum Class {{")?;
    for class in &surface.classes {
        writeln!(out, "{}{},", doc(&format!("`{}`: {}", class.name, class.doc)), class.ident())?;
    }
    writeln!(out, "}}\nimpl Class {{\n/// The name, as PHP shows it.\npub const fn name(self) -> &'static str {{ match self {{")?;
    for class in &surface.classes {
        writeln!(out, "Class::{} => {:?},", class.ident(), class.name)?;
    }
    writeln!(out, "}} }}\n}}")
}

fn signatures(out: &mut String, handlers: &[(&Function, bool)], this: &str) -> std::fmt::Result {
    for (function, is_static) in handlers {
        let this = if *is_static { "()" } else { this };
        writeln!(out, "{}fn {}(call: &mut Call<{this}>) -> Result<Value, Error>;", doc(&function.doc), function.ident())?;
    }
    Ok(())
}

fn shims(out: &mut String, ident: &str, methods: &str, handlers: &[(&Function, bool)]) -> std::fmt::Result {
    for (function, _) in handlers {
        writeln!(
            out,
            "#[unsafe(no_mangle)] unsafe extern \"C\" fn zg_call_{ident}_{}(frame: *mut ffi::zend_execute_data, result: *mut ffi::zval) {{\n\
             // SAFETY: Zend calls this, by way of the C file, with the frame of a call of this very function and a place for its result.\n\
             unsafe {{ enter(frame, result, <classes::{ident} as {methods}>::{}) }}\n}}",
            function.c_name(),
            function.ident()
        )?;
    }
    Ok(())
}

fn constants(out: &mut String, surface: &Surface) -> std::fmt::Result {
    writeln!(out, "/// The global constants.\npub mod constants {{")?;
    for constant in &surface.constants {
        let (kind, value) = match &constant.value {
            Value::Null => continue,
            Value::Bool(on) => ("bool", on.to_string()),
            Value::Int(number) => ("i64", number.to_string()),
            Value::Float(number) => ("f64", format!("{number:?}")),
            Value::String(string) => ("&str", format!("{string:?}")),
        };
        writeln!(out, "{}pub const {}: {kind} = {value};", doc(&constant.doc), constant.name)?;
    }
    writeln!(
        out,
        "}}\n/// The text of one of the `SWOOLE_ERROR_*` codes.\npub fn error_text(code: i64) -> Option<&'static str> {{ match code {{"
    )?;
    for constant in &surface.constants {
        if let (true, Value::Int(code)) = (constant.name.starts_with("SWOOLE_ERROR_"), &constant.value) {
            writeln!(out, "{code} => Some({:?}),", constant.doc.trim_end_matches('.'))?;
        }
    }
    writeln!(out, "_ => None,\n}} }}")
}

fn doc(text: &str) -> String {
    let text = if text.is_empty() { "See the stub." } else { text };
    text.lines().fold(String::new(), |out, line| out + &format!("#[doc = {:?}]\n", format!(" {line}")))
}
