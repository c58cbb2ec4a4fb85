//! The table of options in the documentation, made from the records. It must not know where it is kept.

use std::fmt::Write as _;

use super::records::{self, Record, Scope, State, Target};

const INTRODUCTION: &str = "\
# Options

What `Swoole\\Server::set()` and `Swoole\\Server\\Port::set()` take. This page is made from the records in `engine/src/options/records`;
`UPDATE_DOCS=1 cargo test -p engine --test options_docs` makes it anew.

- `null` leaves an option as it is. `0`, `\"\"`, `\"0\"` and `false` are off. Numeric text is a number: `\"3\"` is 3, `\"abc\"` is 0.
- A number that is out of its range is clamped, with one warning in the log that names the option, the value and the range. A value of
  another type than the option's (an array for a number) is ignored, with such a warning.
- An unknown option costs one E_USER_WARNING that names the nearest known one.
- What was given is kept as given in `$server->setting`.
- An option of a port that is set on the server is for its first port. An option of the server that is set on a port has no effect.
- Names are read without regard to case.
";

/// The whole page.
pub fn markdown() -> String {
    let mut page = INTRODUCTION.to_owned();
    section(&mut page, "The server", "", |record| built(record) && record.scope() == Scope::Server);
    section(&mut page, "A port", "", |record| built(record) && record.scope() == Scope::Port);
    section(
        &mut page,
        "Accepted without effect",
        "\nThey set what does not exist here, or not yet, and their absence does no harm.\n",
        |record| matches!(record.state, State::Silent(..)),
    );
    let known = "\nKnown and not built yet: each says so in one warning in the log, unless it is set to its default.\n";
    section(&mut page, "Still to come, the server", known, |record| matches!(record.state, State::Later(Scope::Server, ..)));
    section(&mut page, "Still to come, a port", known, |record| matches!(record.state, State::Later(Scope::Port, ..)));
    page
}

fn built(record: &Record) -> bool {
    matches!(record.state, State::Built(_))
}

fn section(page: &mut String, title: &str, note: &str, belongs: impl Fn(&Record) -> bool) {
    // Writing to a String does not fail.
    let _ = write!(page, "\n## {title}\n{note}\n| option | type | default | what it does |\n|---|---|---|---|\n");
    for record in records::all().filter(|record| belongs(record)) {
        let names: Vec<String> = record.names().map(|name| format!("`{name}`")).collect();
        let range = record.range();
        let range = if range.is_empty() { range } else { format!(", {range}") };
        let both = if matches!(record.state, State::Built(Target::Both(..))) { " On a port: for that port." } else { "" };
        let _ = writeln!(
            page,
            "| {} | {}{range} | {} | {}{both} |",
            names.join(", "),
            record.type_name(),
            record.default,
            record.doc
        );
    }
}
