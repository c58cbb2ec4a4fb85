//! Where lines go, and what they look like from outside. Each case is a process of its own: the log's settings are a process's.

use std::fs;
use std::path::Path;
use std::process::Command;

use engine::log::{self, Level, LogOptions, Role, Rotation};

/// Runs one of the processes below in a folder; its output.
fn run(case: &str, folder: &Path) -> String {
    let test = std::env::current_exe().unwrap();
    let output =
        Command::new(test).args(["--exact", "process", "--nocapture"]).env("LOG_CASE", case).current_dir(folder).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of a log, their time taken off.
fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| line.starts_with("[20")).filter_map(|line| Some(line.split_once(' ')?.1[9..].to_owned())).collect()
}

/// Not a case of its own: what the cases start.
#[test]
fn process() {
    let options = LogOptions::default();
    let in_file = LogOptions { file: Some("log".into()), ..options.clone() };
    match std::env::var("LOG_CASE").as_deref() {
        Ok("unset") => log::write(Level::Info, format_args!("hello")),
        Ok("roles") => {
            log::init(options);
            for (role, id) in
                [(Role::Unstarted, 0), (Role::Master, 0), (Role::Manager, 0), (Role::Worker, 3), (Role::TaskWorker, 4)]
            {
                log::set_role(role, id);
                ::log::info!("{}", std::process::id());
            }
        }
        Ok("reader gone") => {
            let (reader, writer) = nix::unistd::pipe().unwrap();
            drop(reader);
            nix::unistd::dup2_stdout(writer).unwrap();
            engine::sys::signal::set_default(libc::SIGPIPE).unwrap();
            log::write(Level::Info, format_args!("nobody reads this"));
            // What the harness has to say would not get out either.
            std::process::exit(0);
        }
        Ok("levels") => {
            log::init(options);
            for threshold in 0..=6 {
                log::set_level(Level::from_number(threshold).unwrap());
                ::log::debug!("{threshold}");
                ::log::trace!("{threshold}");
                ::log::info!("{threshold}");
                log::notice(format_args!("{threshold}"));
                ::log::warn!("{threshold}");
                ::log::error!("{threshold}");
                log::write(Level::None, format_args!("never"));
            }
        }
        Ok("coded") => {
            log::init(options);
            log::coded(Level::Warning, Some("Server::accept"), 24, format_args!("too many connections [now: {}]", 40));
        }
        Ok("unwritable") => log::init(LogOptions { file: Some("no/such/folder/log".into()), ..options }),
        Ok("reopened") => {
            log::init(in_file);
            // The log's file is known by its absolute name.
            std::env::set_current_dir("/").unwrap();
            ::log::info!("one");
            let path =
                fs::read_link(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&log::file().unwrap()))).unwrap();
            fs::rename(&path, path.with_extension("old")).unwrap();
            log::reopen();
            ::log::info!("two");
            fs::rename(path.parent().unwrap(), path.parent().unwrap().with_extension("moved")).unwrap();
            log::reopen();
            ::log::info!("three");
            fs::rename(path.parent().unwrap().with_extension("moved"), path.parent().unwrap()).unwrap();
        }
        Ok("carried") => {
            log::init(LogOptions { rotation: Rotation::Daily, ..in_file });
            assert!(log::file().is_some());
            log::carry_output().unwrap();
            println!("said aloud");
        }
        _ => {}
    }
}

#[test]
fn info_goes_to_standard_output_before_anything_is_set_up() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(&run("unset", folder.path()));
    assert!(lines.len() == 1 && lines[0].starts_with('%') && lines[0].ends_with(".0]\tINFO\thello"), "{lines:?}");
}

#[test]
fn a_line_shows_role_pid_and_worker() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(&run("roles", folder.path()));
    let pid = lines[0].rsplit('\t').next().unwrap();
    let expected = ["%", "#", "$", "*", "^"].map(|sign| {
        let id = if sign == "*" {
            3
        } else if sign == "^" {
            4
        } else {
            0
        };
        format!("{sign}{pid}.{id}]\tINFO\t{pid}")
    });
    assert_eq!(lines, expected);
}

#[test]
fn a_level_shows_itself_and_what_is_above() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(&run("levels", folder.path()));
    let shown: Vec<(&str, usize)> = lines
        .iter()
        .map(|line| line.rsplit('\t').take(2).collect::<Vec<_>>())
        .map(|end| (end[1], end[0].parse().unwrap()))
        .collect();
    let words = ["DEBUG", "TRACE", "INFO", "NOTICE", "WARNING", "ERROR"];
    let expected: Vec<(&str, usize)> =
        (0..=6).flat_map(|threshold| words[threshold..].iter().map(move |word| (*word, threshold))).collect();
    assert_eq!(shown, expected);
}

#[test]
fn an_error_shows_its_function_and_number() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(&run("coded", folder.path()));
    assert!(lines[0].ends_with(".0]\tWARNING\tServer::accept() (ERRNO 24): too many connections [now: 40]"), "{lines:?}");
}

#[test]
fn an_unwritable_file_costs_one_warning_and_the_log_goes_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(&run("unwritable", folder.path()));
    assert!(
        lines.len() == 1 && lines[0].contains("\tWARNING\tcannot open the log file no/such/folder/log: No such file"),
        "{lines:?}"
    );
}

#[test]
fn a_file_is_opened_anew_by_its_name_and_kept_if_that_fails() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("logs");
    fs::create_dir(&folder).unwrap();
    assert_eq!(lines(&run("reopened", &folder)), Vec::<String>::new());
    let (old, new) = (fs::read_to_string(folder.join("log.old")).unwrap(), fs::read_to_string(folder.join("log")).unwrap());
    assert!(lines(&old).len() == 1 && old.ends_with("\tINFO\tone\n"), "{old}");
    let new = lines(&new);
    assert!(
        new.len() == 3 && new[0].ends_with("\ttwo") && new[1].contains("\tWARNING\tcannot open") && new[2].ends_with("\tthree"),
        "{new:?}"
    );
}

#[test]
fn output_is_carried_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!run("carried", folder.path()).contains("said aloud"));
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert!(
        files[0].to_str().unwrap().contains("/log.20") && fs::read_to_string(&files[0]).unwrap().contains("said aloud\n"),
        "{files:?}"
    );
}

/// A process that logs each signal would log for ever.
#[test]
fn a_reader_that_has_gone_raises_no_signal() {
    let folder = tempfile::tempdir().unwrap();
    run("reader gone", folder.path());
}
