//! The records: everything that there is to know about an option, in one place each.
//!
//! `set()`, the notices and the table in `docs/options.md` come from them. An option that is not here does not exist.

mod later;
mod port;
mod server;

use super::notice::Reporter;
use super::setter::Setter;
use super::{PortOptions, ServerOptions, Value};

/// What an option belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The server as a whole. On a port it is accepted without effect.
    Server,
    /// A port. Set on the server, it is for the first port.
    Port,
}

/// An option's function that stores a value: in the server's options, a port's, or both.
pub enum Target {
    /// An option of the server.
    Server(Setter<ServerOptions>),
    /// An option of a port.
    Port(Setter<PortOptions>),
    /// An option that both have.
    Both(Setter<ServerOptions>, Setter<PortOptions>),
}

/// A check of a value that cannot be put off until the option is built: it may refuse the value.
pub type Check = fn(&Value, &mut Reporter<'_>);

/// How far an option is.
pub enum State {
    /// It works.
    Built(Target),
    /// It is accepted without effect and without a word: what it sets does not exist here, or not yet, and leaving it out does no harm.
    Silent(Scope, &'static str),
    /// It is known, and one warning says that it has no effect yet.
    Later(Scope, &'static str, Option<Check>),
}

/// One option.
pub struct Record {
    /// Its name.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// Its default, as text.
    pub default: &'static str,
    /// What it does, with units, and what 0 means where that is not plain.
    pub doc: &'static str,
    /// How far it is, and how it is set.
    pub state: State,
}

impl Record {
    const fn new(name: &'static str, default: &'static str, state: State, doc: &'static str) -> Record {
        Record { name, aliases: &[], default, doc, state }
    }

    const fn also(mut self, aliases: &'static [&'static str]) -> Record {
        self.aliases = aliases;
        self
    }

    /// All its names, the proper one first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// What it belongs to; an option of both counts as the server's.
    pub fn scope(&self) -> Scope {
        match &self.state {
            State::Built(Target::Server(_) | Target::Both(..)) => Scope::Server,
            State::Built(Target::Port(_)) => Scope::Port,
            State::Silent(scope, _) | State::Later(scope, ..) => *scope,
        }
    }

    /// Its type, in the words of the table in the documentation.
    pub fn type_name(&self) -> &'static str {
        match &self.state {
            State::Built(Target::Server(setter) | Target::Both(setter, _)) => setter.type_name(),
            State::Built(Target::Port(setter)) => setter.type_name(),
            State::Silent(_, name) | State::Later(_, name, _) => name,
        }
    }

    /// Its range, in words; empty if the type says it all.
    pub fn range(&self) -> String {
        match &self.state {
            State::Built(Target::Server(setter) | Target::Both(setter, _)) => setter.range(),
            State::Built(Target::Port(setter)) => setter.range(),
            State::Silent(..) | State::Later(..) => String::new(),
        }
    }

    /// Whether a value is what the option is by default anyway, as far as on and off go.
    pub(super) fn is_default(&self, value: &Value) -> bool {
        match self.default {
            "on" => value.is_on(),
            "off" | "none" | "0" => !value.is_on(),
            _ => false,
        }
    }
}

/// All records, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Record> {
    server::RECORDS.iter().chain(port::RECORDS).chain(later::SILENT).chain(later::SERVER).chain(later::PORT)
}

/// The record of a name, whatever its case.
pub fn find(name: &str) -> Option<&'static Record> {
    all().find(|record| record.names().any(|known| known.eq_ignore_ascii_case(name)))
}

/// How alike two names must be for one to be taken for a misspelling of the other; 1 is the same.
const ALIKE: f64 = 0.7;

/// The known name that an unknown one most likely stands for.
pub fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    // The first measure counts slips of the fingers, the second prefers a common beginning: `reactor_thread_num` is `reactor_num`.
    let likeness =
        |known: &str| (strsim::normalized_damerau_levenshtein(&name, known) + strsim::jaro_winkler(&name, known)) / 2.0;
    let best = all().flat_map(Record::names).map(|known| (likeness(known), known)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= ALIKE).then_some(best.1)
}
