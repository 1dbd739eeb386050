//! A real `daybook` process.

use crate::http::Connection;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A server that may die at any time.
pub(crate) struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
}

/// The program with nothing of the surroundings but its data directory. `DAYBOOK_BIN` names
/// another one than this build's, a release for example.
pub(crate) fn daybook(data_dir: &Path) -> Command {
    let built = || env!("CARGO_BIN_EXE_daybook").into();
    let mut command = Command::new(std::env::var_os("DAYBOOK_BIN").unwrap_or_else(built));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DAYBOOK_")) {
        command.env_remove(name);
    }
    command.env("DAYBOOK_DATA_DIR", data_dir);
    command.stdout(Stdio::piped());
    command
}

/// A server's command; it says on stderr what is wrong.
pub(crate) fn serve(data_dir: &Path) -> Command {
    let mut command = daybook(data_dir);
    command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
    command
}

/// A key that may send and read events.
pub(crate) fn create_key(data_dir: &Path, name: &str) -> String {
    key_with(data_dir, name, &["ingest", "read"])
}

/// A key that may do everything.
pub(crate) fn create_admin_key(data_dir: &Path, name: &str) -> String {
    key_with(data_dir, name, &["ingest", "read", "admin"])
}

fn key_with(data_dir: &Path, name: &str, scopes: &[&str]) -> String {
    let mut command = daybook(data_dir);
    command.args(["key", "create", "--name", name]);
    scopes
        .iter()
        .for_each(|scope| _ = command.args(["--scope", scope]));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().into()
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_as(&mut serve(data_dir))
    }

    /// Starts a server by its command and waits until it is ready.
    pub(crate) fn start_as(command: &mut Command) -> Self {
        Self::when_ready(command).unwrap_or_else(|_| panic!("the server did not start"))
    }

    /// Starts a server, which may refuse: then what it says.
    pub(crate) fn try_start(data_dir: &Path, said: &Path) -> Result<Self, String> {
        let errors = File::create(said).unwrap();
        Self::when_ready(serve(data_dir).stderr(errors)).map_err(|mut child| {
            let status = child.wait().unwrap();
            let said = std::fs::read_to_string(said).unwrap();
            format!("{status}: {said}")
        })
    }

    fn when_ready(command: &mut Command) -> Result<Self, Child> {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Daybook is ready at http://");
        match address {
            Some(address) => Ok(Self {
                address: address.into(),
                out,
                child,
            }),
            None => Err(child),
        }
    }

    /// Starts a server that dies so soon, perhaps before it is ready.
    pub(crate) fn start_and_kill(data_dir: &Path, after: Duration) {
        let mut child = serve(data_dir).spawn().unwrap();
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn connect(&self, key: &str) -> std::io::Result<Connection> {
        Connection::open(&self.address, key)
    }

    /// Ends it at once, as `kill -9` does. Whoever traced it has ended, too, when this returns.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut rest = Vec::new();
        self.out.read_to_end(&mut rest).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
