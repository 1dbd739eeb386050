//! Programs under strace: their system calls are recorded, fail, or end them.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether strace is there; a message says what is skipped without it.
pub(crate) fn is_there(test: &str) -> bool {
    let found = Command::new("strace")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let there = found.is_ok_and(|status| status.success());
    if !there {
        crate::tool::skip(
            test,
            "strace is missing. Install it: apt-get install strace",
        );
    }
    there
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
