//! Programs under strace: their system calls are recorded, fail, or end them.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether strace is there. Where nothing may be skipped its absence is a failure; elsewhere a
/// message says what was skipped.
pub(crate) fn is_there(test: &str) -> bool {
    let found = Command::new("strace")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    let required = std::env::var_os("CI").or_else(|| std::env::var_os("DAYBOOK_REQUIRE_FAULTS"));
    assert!(required.is_none(), "{test}: strace is missing");
    eprintln!("{test} skipped: strace is missing. Install it: apt-get install strace");
    false
}

/// The program under strace with these options, its records in a file. Whoever kills the process
/// kills the program itself; strace ends after it, and only then is the file whole.
pub(crate) fn under(program: &Command, record: &Path, options: &[String]) -> Command {
    let mut command = Command::new("strace");
    command.args([
        "-D",
        "-f",
        "-Y",
        "-y",
        "--quiet=attach,exit,path-resolution,personality",
        "-o",
    ]);
    command.arg(record).args(options).arg(program.get_program());
    command.args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}
