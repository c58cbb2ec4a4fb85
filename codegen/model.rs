//! The PHP surface as dump.php describes it. It must not know what is written from it.

use serde::Deserialize;

/// Methods of so few instructions that those of a full handler would show: most calls are done by a short form, which can neither fail nor call PHP.
const AT_ONCE: [(&str, &str); 3] = [("Swoole\\Atomic", "add"), ("Swoole\\Lock", "lock"), ("Swoole\\Lock", "unlock")];

#[derive(Deserialize)]
pub struct Surface {
    pub classes: Vec<Class>,
    pub aliases: Vec<Alias>,
    pub functions: Vec<Function>,
    pub constants: Vec<Constant>,
}

#[derive(Deserialize)]
pub struct Class {
    pub name: String,
    pub parent: Option<String>,
    pub interfaces: Vec<String>,
    pub interface: bool,
    #[serde(rename = "final")]
    pub is_final: bool,
    #[serde(rename = "abstract")]
    pub is_abstract: bool,
    pub serializable: bool,
    pub dynamic_properties: bool,
    pub constants: Vec<ClassConstant>,
    pub properties: Vec<Property>,
    pub methods: Vec<Method>,
    pub doc: String,
}

#[derive(Deserialize)]
pub struct Alias {
    pub name: String,
    pub class: String,
}

#[derive(Deserialize)]
pub struct Function {
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub required: usize,
    pub returns: Option<Type>,
    pub returns_reference: bool,
    /// The method of the same class, or `Class::method`, or the function, that does the work.
    pub alias: Option<String>,
    /// Whether swoole.use_shortname=Off leaves it out.
    #[serde(default)]
    pub short: bool,
    pub doc: String,
}

#[derive(Deserialize)]
pub struct Method {
    #[serde(flatten)]
    pub function: Function,
    pub visibility: Visibility,
    #[serde(rename = "static")]
    pub is_static: bool,
    #[serde(rename = "final")]
    pub is_final: bool,
    #[serde(rename = "abstract")]
    pub is_abstract: bool,
}

#[derive(Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Option<Type>,
    /// PHP code, as Reflection shows it.
    pub default: Option<String>,
    pub by_reference: bool,
    pub variadic: bool,
}

/// A union: the names of built-in types, and of classes.
#[derive(Deserialize)]
pub struct Type {
    pub builtin: Vec<String>,
    pub classes: Vec<String>,
}

#[derive(Deserialize)]
pub struct Property {
    pub name: String,
    pub visibility: Visibility,
    #[serde(rename = "static")]
    pub is_static: bool,
    #[serde(rename = "type")]
    pub kind: Option<Type>,
    /// None for a typed property that begins uninitialised.
    pub default: Option<Value>,
}

#[derive(Deserialize)]
pub struct ClassConstant {
    pub name: String,
    pub visibility: Visibility,
    pub value: Value,
}

#[derive(Deserialize)]
pub struct Constant {
    pub name: String,
    pub value: Value,
    pub doc: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", tag = "type", content = "value")]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    Public,
    Protected,
    Private,
}

impl Surface {
    /// Puts parents before their children, which is the order that registering needs.
    pub fn sort_classes(&mut self) {
        let mut rest = std::mem::take(&mut self.classes);
        while !rest.is_empty() {
            let names: Vec<String> = rest.iter().map(|class| class.name.clone()).collect();
            let (ready, waiting) =
                rest.into_iter().partition(|class| class.parent.as_ref().is_none_or(|parent| !names.contains(parent)));
            self.classes.extend::<Vec<Class>>(ready);
            rest = waiting;
        }
    }

    /// The class whose Rust type an object of `class` carries: the first of its line that has methods. None for a plain class.
    pub fn state_of<'a>(&'a self, class: &'a Class) -> Option<&'a Class> {
        let inherited = class.parent.as_ref().and_then(|name| self.classes.iter().find(|other| &other.name == name));
        inherited.and_then(|parent| self.state_of(parent)).or((!class.methods.is_empty()).then_some(class))
    }
}

impl Surface {
    /// Whether the class comes of one of PHP's, which makes its objects: there is no place for a state in them.
    pub fn has_foreign_parent(&self, class: &Class) -> bool {
        let Some(parent) = &class.parent else { return false };
        self.classes.iter().find(|other| &other.name == parent).is_none_or(|parent| self.has_foreign_parent(parent))
    }

    /// The function that does the work of this one.
    pub fn worker<'a>(&'a self, function: &'a Function) -> &'a Function {
        let Some(name) = &function.alias else { return function };
        let worker = self.functions.iter().find(|other| other.name.eq_ignore_ascii_case(name) && other.alias.is_none());
        worker.unwrap_or_else(|| panic!("{}() is an alias of {name}(), which is not there", function.name))
    }

    /// The class and the method that do the work of a method of another class.
    pub fn other_worker<'a>(&'a self, class: &Class, method: &'a Method) -> Option<(&'a Class, &'a str)> {
        let alias = method.function.alias.as_ref()?;
        let (owner, worker) = alias.split_once("::")?;
        let (from, name) = (&class.name, &method.function.name);
        let owner = self.classes.iter().find(|other| other.name == owner.trim_start_matches('\\'));
        let owner = owner.unwrap_or_else(|| panic!("{from}::{name} is an alias of {alias}, whose class is not there"));
        // An object of the one is none of the other.
        assert!(method.is_static, "{from}::{name} is not static: it cannot be an alias of {alias}");
        Some((owner, worker))
    }
}

impl Alias {
    /// Whether swoole.use_shortname=Off leaves it out.
    pub fn is_short(&self) -> bool {
        !self.name.to_ascii_lowercase().starts_with("swoole")
    }
}

impl Class {
    /// `Swoole\Server\Port` is `ServerPort`.
    pub fn ident(&self) -> String {
        self.name.strip_prefix("Swoole\\").unwrap_or(&self.name).replace('\\', "")
    }

    /// Whether the handler has a short form, which is tried first.
    pub fn is_tried_at_once(&self, method: &Function) -> bool {
        AT_ONCE.contains(&(self.name.as_str(), method.name.as_str()))
    }

    /// The methods that need a handler of their own.
    pub fn handlers(&self) -> impl Iterator<Item = &Method> {
        self.methods.iter().filter(|method| method.function.alias.is_none() && !method.is_abstract)
    }
}

impl Function {
    /// The name as a part of one in C: `Swoole\Coroutine\run` is `Swoole_Coroutine_run`.
    pub fn c_name(&self) -> String {
        self.name.replace('\\', "_")
    }

    /// `getClientInfo` is `get_client_info`, `__construct` is `construct`.
    pub fn ident(&self) -> String {
        let mut ident = String::new();
        let mut previous_lower = false;
        for letter in self.c_name().trim_start_matches('_').chars() {
            if letter.is_uppercase() && previous_lower {
                ident.push('_');
            }
            previous_lower = letter.is_lowercase() || letter.is_ascii_digit();
            ident.extend(letter.to_lowercase());
        }
        match ident.as_str() {
            "await" | "yield" | "type" | "match" | "move" | "use" | "ref" => ident + "_",
            _ => ident,
        }
    }
}
