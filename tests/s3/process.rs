//! A real S3 server in a process of its own: `tests/s3/server.py`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// The server, ended with the test.
pub(crate) struct S3 {
    process: Child,
    /// Open, for what it writes must have somewhere to go.
    _output: BufReader<ChildStdout>,
    pub(crate) about: serde_json::Value,
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}

impl S3 {
    /// Starts it; `None` where it cannot be had and is not required.
    pub(crate) fn start() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/s3/server.py");
        let started = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let missing = match started {
            Err(error) => format!("python3 cannot be run: {error}"),
            Ok(mut process) => {
                let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
                let mut line = String::new();
                output.read_line(&mut line).expect("it can be read");
                match serde_json::from_str(&line) {
                    Ok(about) => {
                        return Some(Self {
                            process,
                            _output: output,
                            about,
                        });
                    }
                    Err(_) => "tests/s3/server.py ended: see what it said".into(),
                }
            }
        };
        let required = std::env::var_os("DAYBOOK_REQUIRE_S3").is_some();
        assert!(
            !required,
            "the tests with a real S3 server cannot run: {missing}"
        );
        eprintln!("skipped: no real S3 server here: {missing}");
        None
    }

    /// Something it said about itself.
    pub(crate) fn said(&self, what: &str) -> String {
        self.about[what].as_str().expect("it says so").into()
    }
}
