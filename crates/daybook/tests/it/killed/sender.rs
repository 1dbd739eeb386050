//! A process that sends one delivery after the other until its server is gone: first again what
//! was not acknowledged, and some that was, then new ones.

use super::delivery::{Answered, Delivery};
use super::record::{Known, Record};
use crate::http::Connection;
use daybook_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const TASK: &str = "KILLED_SENDER_TASK";

/// What a sender is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) address: String,
    pub(super) key: String,
    pub(super) record: PathBuf,
    pub(super) now_us: i64,
    /// Its first number, and how many senders share the numbers.
    pub(super) first: u64,
    pub(super) senders: u64,
    /// Between deliveries, in milliseconds.
    pub(super) pause_ms: u64,
    /// Whether it only ends what is open.
    pub(super) nothing_new: bool,
}

impl Task {
    /// The process that does it.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "killed::sender::process", "--ignored"])
            .args(["--nocapture", "--quiet"])
            .env(TASK, serde_json::to_string(self).unwrap())
            .stdout(Stdio::null());
        command
    }

    /// Fails when the server is gone.
    fn run(&self) -> io::Result<()> {
        let now = Timestamp::from_us(self.now_us);
        let known = Known::of(&self.record);
        let mut record = Record::open(&self.record);
        let mut connection = Connection::open(&self.address, &self.key)?;
        if let Some(open) = known.open {
            let answered = Delivery::new(open).send(&mut connection, now)?;
            match answered {
                Answered::Taken => record.acknowledged(open),
                _ => record.answered_again(open, answered == Answered::Known),
            }
        }
        // The newest, and one that is in a partition by now.
        let half = known.acknowledged.get(known.acknowledged.len() / 2);
        for number in known.acknowledged.last().into_iter().chain(half) {
            let answered = Delivery::new(*number).send(&mut connection, now)?;
            assert_ne!(answered, Answered::Stored, "{number} was acknowledged");
        }
        let first = known.last.map_or(self.first, |last| last + self.senders);
        let step = usize::try_from(self.senders).unwrap();
        for number in (first..).step_by(step).take_while(|_| !self.nothing_new) {
            record.sent(number);
            let answered = Delivery::new(number).send(&mut connection, now)?;
            assert_ne!(answered, Answered::Known, "{number} was never sent");
            record.acknowledged(number);
            std::thread::sleep(Duration::from_millis(self.pause_ms));
        }
        Ok(())
    }
}

#[test]
#[ignore = "runs in a process of its own"]
fn process() {
    let task: Task = serde_json::from_str(&std::env::var(TASK).unwrap()).unwrap();
    // Its server was killed: the record says how far it came.
    let _ = task.run();
}
