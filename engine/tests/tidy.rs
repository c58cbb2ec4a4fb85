//! The rules of ARCHITECTURE.md that the compiler does not hold, held here.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files below a folder of the project, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    collect(&root.join(folder), &mut found);
    assert!(!found.is_empty(), "no sources in {folder}");
    let named = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        (name, text)
    };
    found.into_iter().map(named).collect()
}

/// The lines of code: what stands before a `//`.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).enumerate().map(|(number, line)| (number + 1, line))
}

#[track_caller]
fn none_of(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

fn places(files: &[(String, String)], wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let of = |(name, text): &(String, String)| {
        code(text)
            .filter(|(_, line)| wrong(line))
            .map(|(number, line)| format!("{name}:{number}: {}", line.trim()))
            .collect::<Vec<_>>()
    };
    files.iter().flat_map(of).collect()
}

#[test]
fn the_engine_does_not_know_its_language() {
    none_of("the word in the engine's code", places(&sources("engine/src"), |line| line.to_ascii_lowercase().contains("php")));
}

#[test]
fn unsafe_stays_behind_its_walls() {
    let walls = ["engine/src/sys", "engine/src/shm", "src/zend"];
    let outside = |(name, _): &(String, String)| !walls.iter().any(|wall| name.starts_with(wall));
    for folder in ["engine/src", "src"] {
        let files: Vec<_> = sources(folder).into_iter().filter(outside).collect();
        let word = |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe");
        none_of("unsafe outside of sys, shm and zend", places(&files, word));
    }
}

#[test]
fn server_and_client_do_not_know_each_other() {
    none_of(
        "the client in the server",
        places(&sources("engine/src/server"), |line| line.contains("crate::client") || line.contains(" client::")),
    );
    none_of(
        "the server in the client",
        places(&sources("engine/src/client"), |line| line.contains("crate::server") || line.contains(" server::")),
    );
}

#[test]
fn the_pool_stands_beside_server_and_client() {
    let of =
        |name: &'static str| move |line: &str| line.contains(&format!("crate::{name}")) || line.contains(&format!(" {name}::"));
    for other in ["server", "client"] {
        none_of("the server or the client in the pool", places(&sources("engine/src/pool"), of(other)));
        none_of(
            "the pool in the server or the client",
            places(&sources(&format!("engine/src/{other}")), |line| line.contains("crate::pool")),
        );
    }
}

#[test]
fn roles_do_not_import_each_other() {
    let roles = ["master", "manager", "reactor_thread", "lane_worker", "base"];
    for (name, text) in sources("engine/src/server") {
        let Some(role) = roles.iter().find(|role| name == format!("engine/src/server/{role}.rs")) else { continue };
        // What `master` gives its threads it takes from `reactor_thread`; both are the master process.
        let allowed = |other: &str| other == *role || (*role == "master" && matches!(other, "reactor_thread" | "manager"));
        let wrong = |line: &str| {
            roles.iter().any(|other| {
                !allowed(other) && (line.contains(&format!(" {other}::")) || line.contains(&format!("super::{other}")))
            })
        };
        none_of("a role that knows another", places(&[(name.clone(), text)], wrong));
    }
}

#[test]
fn modules_say_what_they_are_for() {
    let silent = |(name, text): &(String, String)| (!text.starts_with("//!")).then(|| name.clone());
    for folder in ["engine/src", "src", "benches/src"] {
        none_of("modules without a first paragraph", sources(folder).iter().filter_map(silent).collect());
    }
}

#[test]
fn modules_stay_small_enough_to_read() {
    for folder in ["engine/src", "src"] {
        let long = |(name, text): &(String, String)| {
            (text.lines().count() > 700).then(|| format!("{name}: {} lines", text.lines().count()))
        };
        none_of("modules that want a seam", sources(folder).iter().filter_map(long).collect());
    }
}
