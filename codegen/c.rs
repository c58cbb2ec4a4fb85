//! Writes the C file that registers the surface, with Zend's own macros, so that the layout of its structs is the compiler's to know.

use std::fmt::Write;

use super::model::{Class, Constant, Function, Method, Parameter, Property, Surface, Type, Value, Visibility};

/// The C source.
pub fn write(surface: &Surface) -> Result<String, std::fmt::Error> {
    let mut out = String::from(
        "/* Written by build.rs from php-stubs. */\n#include \"php.h\"\n#include \"zend_exceptions.h\"\n#include \"zend_interfaces.h\"\n#include \"ext/spl/spl_array.h\"\n#include \"glue.h\"\n\n\
         #if PHP_VERSION_ID >= 80400\n\
         # define FUNCTION(name, handler, arginfo) ZEND_RAW_FENTRY(name, handler, arginfo, 0, NULL, NULL)\n\
         #else\n\
         # define FUNCTION(name, handler, arginfo) ZEND_RAW_FENTRY(name, handler, arginfo, 0)\n\
         #endif\n\n",
    );
    writeln!(out, "zend_class_entry *zg_classes[{}];\n", surface.classes.len().max(1))?;

    for class in &surface.classes {
        for method in &class.methods {
            arginfo(&mut out, &format!("arginfo_{}_{}", class.ident(), method.function.name), &method.function)?;
        }
        for method in class.handlers() {
            handler(&mut out, &class.ident(), &method.function, class.is_tried_at_once(&method.function))?;
        }
        methods(&mut out, surface, class)?;
        if surface.state_of(class).is_some_and(|owner| std::ptr::eq(owner, class)) {
            let ident = class.ident();
            if surface.has_foreign_parent(class) {
                continue; // its objects are made by a class of PHP's
            }
            writeln!(out, "extern const zg_state zg_state_{ident};\nstatic zg_handlers handlers_{ident};")?;
            writeln!(
                out,
                "static zend_object *create_{ident}(zend_class_entry *ce) {{ return zg_object_create(ce, &handlers_{ident}); }}\n"
            )?;
        }
    }
    for function in &surface.functions {
        arginfo(&mut out, &format!("arginfo_{}", function.c_name()), function)?;
        if function.alias.is_none() {
            handler(&mut out, "Functions", function, false)?;
        }
    }
    for (table, short) in [("zg_functions", false), ("zg_short_functions", true)] {
        writeln!(out, "const zend_function_entry {table}[] = {{")?;
        for function in surface.functions.iter().filter(|function| function.short == short) {
            let worker = surface.worker(function);
            let (name, own, worker) = (text(&function.name), function.c_name(), worker.c_name());
            writeln!(out, "\tFUNCTION({name}, h_Functions_{worker}, arginfo_{own})")?;
        }
        writeln!(out, "\tZEND_FE_END\n}};\n")?;
    }

    writeln!(
        out,
        "void zg_register_surface(int module_number)\n{{\n\tzend_class_entry ce, *c;\n\tzend_string *name;\n\tzval v;\n\t(void) name;"
    )?;
    for (index, class) in surface.classes.iter().enumerate() {
        register(&mut out, surface, index, class)?;
    }
    for alias in &surface.aliases {
        let index = surface.classes.iter().position(|class| class.name == alias.class);
        let index = index.unwrap_or_else(|| panic!("the alias {} is of {}, which no stub has", alias.name, alias.class));
        let condition = if alias.is_short() { "if (zg_has_short_names()) " } else { "" };
        writeln!(out, "\t{condition}zend_register_class_alias_ex({}, zg_classes[{index}], 1);", text_and_length(&alias.name))?;
    }
    for constant in &surface.constants {
        global(&mut out, constant)?;
    }
    writeln!(
        out,
        "\tif (zg_has_short_names()) {{\n\t\tzend_register_functions(NULL, zg_short_functions, NULL, MODULE_PERSISTENT);\n\t}}\n}}"
    )?;
    Ok(out)
}

fn arginfo(out: &mut String, name: &str, function: &Function) -> std::fmt::Result {
    let reference = u8::from(function.returns_reference);
    let required = function.required;
    match &function.returns {
        None => writeln!(out, "ZEND_BEGIN_ARG_INFO_EX({name}, 0, {reference}, {required})")?,
        Some(kind) if kind.classes.is_empty() => {
            writeln!(out, "ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX({name}, {reference}, {required}, {})", mask(kind))?
        }
        Some(kind) => writeln!(
            out,
            "ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX({name}, {reference}, {required}, {}, {})",
            class_tokens(kind),
            mask(kind)
        )?,
    }
    for parameter in &function.parameters {
        writeln!(out, "\t{}", argument(parameter))?;
    }
    writeln!(out, "ZEND_END_ARG_INFO()\n")
}

fn argument(parameter: &Parameter) -> String {
    let (name, reference) = (&parameter.name, u8::from(parameter.by_reference));
    let default = parameter.default.as_ref().map_or("NULL".into(), |code| text(code));
    match (&parameter.kind, parameter.variadic) {
        (None, false) => format!("ZEND_ARG_INFO_WITH_DEFAULT_VALUE({reference}, {name}, {default})"),
        (None, true) => format!("ZEND_ARG_VARIADIC_INFO({reference}, {name})"),
        (Some(kind), false) if kind.classes.is_empty() => {
            format!("ZEND_ARG_TYPE_MASK({reference}, {name}, {}, {default})", mask(kind))
        }
        (Some(kind), false) => {
            format!("ZEND_ARG_OBJ_TYPE_MASK({reference}, {name}, {}, {}, {default})", class_tokens(kind), mask(kind))
        }
        (Some(kind), true) if kind.classes.is_empty() && kind.builtin == ["mixed"] => {
            format!("ZEND_ARG_VARIADIC_TYPE_INFO({reference}, {name}, IS_MIXED, 0)")
        }
        (Some(_), true) => panic!("only mixed can be the type of a variadic parameter, see ${name}"),
    }
}

fn mask(kind: &Type) -> String {
    let bits: Vec<String> = kind
        .builtin
        .iter()
        .map(|name| match name.as_str() {
            "int" => "MAY_BE_LONG".into(),
            "float" => "MAY_BE_DOUBLE".into(),
            "mixed" => "MAY_BE_ANY".into(),
            "null" | "false" | "true" | "bool" | "string" | "array" | "object" | "callable" | "void" | "never" | "static" => {
                format!("MAY_BE_{}", name.to_uppercase())
            }
            other => panic!("the type {other} has no form in arginfo yet"),
        })
        .collect();
    if bits.is_empty() { "0".into() } else { bits.join("|") }
}

/// The macros turn these tokens into a string.
fn class_tokens(kind: &Type) -> String {
    kind.classes.iter().map(|name| name.replace('\\', "\\\\")).collect::<Vec<_>>().join("|")
}

/// The C function that Zend calls. Rust has returned before anything jumps.
fn handler(out: &mut String, owner: &str, function: &Function, at_once: bool) -> std::fmt::Result {
    let name = &function.c_name();
    if at_once {
        return writeln!(out, "extern ZEND_NAMED_FUNCTION(h_{owner}_{name}); /* by way of the short form, in Rust */\n");
    }
    writeln!(out, "extern zg_rust_handler zg_call_{owner}_{name};")?;
    writeln!(
        out,
        "static ZEND_NAMED_FUNCTION(h_{owner}_{name})\n{{\n\tzg_enter(execute_data, return_value, zg_call_{owner}_{name});\n}}\n"
    )
}

fn methods(out: &mut String, surface: &Surface, class: &Class) -> std::fmt::Result {
    let ident = class.ident();
    for method in &class.methods {
        if let Some((other, worker)) = surface.other_worker(class, method) {
            // Its class may come later.
            writeln!(out, "static ZEND_NAMED_FUNCTION(h_{}_{worker});", other.ident())?;
        }
    }
    writeln!(out, "static const zend_function_entry methods_{ident}[] = {{")?;
    for method in &class.methods {
        assert!(!method.is_abstract, "{}::{} is abstract, which has no form here yet", class.name, method.function.name);
        let name = &method.function.name;
        let (owner, worker) = match surface.other_worker(class, method) {
            Some((other, worker)) => (other, worker),
            None => (class, method.function.alias.as_deref().unwrap_or(name)),
        };
        let known = owner.handlers().any(|other| other.function.name == worker);
        assert!(known, "{}::{name} is an alias of {}::{worker}, which is not there", class.name, owner.name);
        let owner = owner.ident();
        writeln!(out, "\tZEND_NAMED_ME({name}, h_{owner}_{worker}, arginfo_{ident}_{name}, {})", method_flags(method))?;
    }
    writeln!(out, "\tZEND_FE_END\n}};\n")
}

fn method_flags(method: &Method) -> String {
    let mut flags = access(&method.visibility).to_string();
    if method.is_static {
        flags += "|ZEND_ACC_STATIC";
    }
    if method.is_final {
        flags += "|ZEND_ACC_FINAL";
    }
    flags
}

fn access(visibility: &Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "ZEND_ACC_PUBLIC",
        Visibility::Protected => "ZEND_ACC_PROTECTED",
        Visibility::Private => "ZEND_ACC_PRIVATE",
    }
}

fn register(out: &mut String, surface: &Surface, index: usize, class: &Class) -> std::fmt::Result {
    let (name, ident) = (&class.name, class.ident());
    assert!(!class.interface, "{name} is an interface, which has no form here yet");
    let parent = class.parent.as_ref().map_or("NULL".into(), |parent| class_pointer(surface, parent));
    writeln!(out, "\n\tINIT_CLASS_ENTRY(ce, {}, methods_{ident});", text(name))?;
    writeln!(out, "\tc = zg_classes[{index}] = zend_register_internal_class_ex(&ce, {parent});")?;
    for (on, flag) in [
        (class.is_final, "ZEND_ACC_FINAL"),
        (class.is_abstract, "ZEND_ACC_EXPLICIT_ABSTRACT_CLASS"),
        (!class.serializable, "ZEND_ACC_NOT_SERIALIZABLE"),
    ] {
        if on {
            writeln!(out, "\tc->ce_flags |= {flag};")?;
        }
    }
    if class.dynamic_properties {
        writeln!(out, "#ifdef ZEND_ACC_ALLOW_DYNAMIC_PROPERTIES\n\tc->ce_flags |= ZEND_ACC_ALLOW_DYNAMIC_PROPERTIES;\n#endif")?;
    }
    for interface in &class.interfaces {
        writeln!(out, "\tzend_class_implements(c, 1, {});", class_pointer(surface, interface))?;
    }
    if surface.state_of(class).is_some_and(|owner| std::ptr::eq(owner, class)) && !surface.has_foreign_parent(class) {
        writeln!(out, "\tzg_handlers_init(&handlers_{ident}, &zg_state_{ident});")?;
        writeln!(out, "\tc->create_object = create_{ident};")?;
    }
    for constant in &class.constants {
        value(out, &constant.value)?;
        interned(out, &constant.name)?;
        writeln!(out, "\tzend_declare_class_constant_ex(c, name, &v, {}, NULL);", access(&constant.visibility))?;
    }
    for property in &class.properties {
        declare(out, property)?;
    }
    Ok(())
}

fn declare(out: &mut String, property: &Property) -> std::fmt::Result {
    match &property.default {
        Some(default) => value(out, default)?,
        None => writeln!(out, "\tZVAL_UNDEF(&v);")?,
    }
    interned(out, &property.name)?;
    let kind = match &property.kind {
        None => "ZEND_TYPE_INIT_NONE(0)".into(),
        Some(kind) if kind.classes.is_empty() => format!("ZEND_TYPE_INIT_MASK({})", mask(kind)),
        Some(_) => panic!("a class as the type of ${} has no form here yet", property.name),
    };
    let scope = if property.is_static { "|ZEND_ACC_STATIC" } else { "" };
    writeln!(
        out,
        "\tzend_declare_typed_property(c, name, &v, {}{scope}, NULL, (zend_type) {kind});",
        access(&property.visibility)
    )
}

fn class_pointer(surface: &Surface, name: &str) -> String {
    if let Some(index) = surface.classes.iter().position(|class| class.name == name) {
        return format!("zg_classes[{index}]");
    }
    match name {
        "Exception" => "zend_ce_exception",
        "Error" => "zend_ce_error",
        "Iterator" => "zend_ce_iterator",
        "IteratorAggregate" => "zend_ce_aggregate",
        "ArrayAccess" => "zend_ce_arrayaccess",
        "Countable" => "zend_ce_countable",
        "Stringable" => "zend_ce_stringable",
        "ArrayObject" => "spl_ce_ArrayObject",
        "ArrayIterator" => "spl_ce_ArrayIterator",
        _ => panic!("{name} is no class of the stubs, and none of PHP's that the generator knows"),
    }
    .into()
}

fn global(out: &mut String, constant: &Constant) -> std::fmt::Result {
    let name = text(&constant.name);
    match &constant.value {
        Value::Null => writeln!(out, "\tREGISTER_NULL_CONSTANT({name}, CONST_PERSISTENT);"),
        Value::Bool(on) => writeln!(out, "\tREGISTER_BOOL_CONSTANT({name}, {}, CONST_PERSISTENT);", u8::from(*on)),
        Value::Int(number) => writeln!(out, "\tREGISTER_LONG_CONSTANT({name}, {}, CONST_PERSISTENT);", integer(*number)),
        Value::Float(number) => writeln!(out, "\tREGISTER_DOUBLE_CONSTANT({name}, {number:?}, CONST_PERSISTENT);"),
        Value::String(string) => {
            writeln!(out, "\tREGISTER_STRINGL_CONSTANT({name}, {}, CONST_PERSISTENT);", text_and_length(string))
        }
    }
}

fn value(out: &mut String, value: &Value) -> std::fmt::Result {
    match value {
        Value::Null => writeln!(out, "\tZVAL_NULL(&v);"),
        Value::Bool(on) => writeln!(out, "\tZVAL_BOOL(&v, {});", u8::from(*on)),
        Value::Int(number) => writeln!(out, "\tZVAL_LONG(&v, {});", integer(*number)),
        Value::Float(number) => writeln!(out, "\tZVAL_DOUBLE(&v, {number:?});"),
        Value::String(string) => {
            writeln!(out, "\tZVAL_INTERNED_STR(&v, zend_string_init_interned({}, 1));", text_and_length(string))
        }
    }
}

/// A literal of C: the smallest number cannot be written as one.
fn integer(number: i64) -> String {
    if number == i64::MIN { "ZEND_LONG_MIN".into() } else { format!("Z_L({number})") }
}

fn interned(out: &mut String, name: &str) -> std::fmt::Result {
    writeln!(out, "\tname = zend_string_init_interned({}, 1);", text_and_length(name))
}

fn text_and_length(string: &str) -> String {
    format!("{}, {}", text(string), string.len())
}

fn text(string: &str) -> String {
    let mut out = String::from("\"");
    for byte in string.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            0x20..0x7f => out.push(char::from(byte)),
            _ => out += &format!("\\{byte:03o}"),
        }
    }
    out + "\""
}
