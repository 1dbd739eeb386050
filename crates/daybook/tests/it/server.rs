//! A real `daybook` process.

use crate::http::Connection;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that may die at any time.
pub(crate) struct Server {
    child: Child,
    address: String,
}

/// The program with nothing of the surroundings but its data directory.
pub(crate) fn daybook(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DAYBOOK_")) {
        command.env_remove(name);
    }
    command.env("DAYBOOK_DATA_DIR", data_dir);
    command.stdout(Stdio::piped());
    command
}

/// A key that may send and read events.
pub(crate) fn create_key(data_dir: &Path, name: &str) -> String {
    let output = daybook(data_dir)
        .args(["key", "create", "--name", name])
        .args(["--scope", "ingest", "--scope", "read"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().into()
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(crate) fn start(data_dir: &Path) -> Self {
        let mut child = Self::spawn(data_dir);
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Daybook is ready at http://");
        let address = address.unwrap_or_else(|| panic!("the server did not start: {line:?}"));
        Self {
            address: address.into(),
            child,
        }
    }

    /// Starts a server that dies so soon, perhaps before it is ready.
    pub(crate) fn start_and_kill(data_dir: &Path, after: Duration) {
        let mut child = Self::spawn(data_dir);
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn spawn(data_dir: &Path) -> Child {
        daybook(data_dir)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
            .spawn()
            .unwrap()
    }

    pub(crate) fn connect(&self, key: &str) -> std::io::Result<Connection> {
        Connection::open(&self.address, key)
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
