//! A log's files as a running server gives them out. Its checkpoint and hashes are public; entries and
//! bodies need a key that may read audit events.

use super::directory::bytes_max;
use daybook_ledger::Part;
use daybook_ledger::verify::Source;
use daybook_server::{Answered, Outgoing};
use std::time::Duration;
use tokio::runtime::Handle;

/// How often a server that is busy is asked again.
const ATTEMPTS_MAX: u32 = 10;
/// How long before it is asked again, unless it says so itself.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// A server.
#[derive(Debug)]
pub(super) struct Remote {
    outgoing: Outgoing,
    /// Where its ledger is, without a slash at the end.
    ledger: String,
    /// The checkpoint that counts.
    checkpoint: &'static str,
    key: Option<String>,
    runtime: Handle,
}

impl Remote {
    /// A server at an address. Where cosignatures are asked for, the checkpoint that has them counts.
    pub(super) fn new(
        url: &str,
        cosigned: bool,
        key: Option<String>,
        runtime: Handle,
    ) -> Result<Self, String> {
        let url = url.trim_end_matches('/');
        let ledger = match url.ends_with("/ledger") {
            true => url.into(),
            false => format!("{url}/ledger"),
        };
        let outgoing = Outgoing::new().map_err(|error| error.to_string())?;
        Ok(Self {
            outgoing,
            ledger,
            checkpoint: if cosigned { "cosigned" } else { "checkpoint" },
            key,
            runtime,
        })
    }

    fn no_log(&self, answered: &str) -> String {
        format!(
            "{answered}: there is no log at {}; name the address of a Daybook, or of its /ledger",
            self.ledger
        )
    }

    /// Asks until the server has time.
    async fn get(&self, part: Part) -> Result<Answered, String> {
        let url = match part {
            Part::Checkpoint => format!("{}/{}", self.ledger, self.checkpoint),
            _ => format!("{}/{part}", self.ledger),
        };
        let mut attempts = ATTEMPTS_MAX;
        loop {
            let answered = self
                .outgoing
                .get(&url, self.key.as_deref(), bytes_max(part));
            let answered = answered.await.map_err(|error| error.to_string())?;
            attempts -= 1;
            if !matches!(answered.status, 429 | 503) || attempts == 0 {
                return Ok(answered);
            }
            let pause = answered.retry_after.unwrap_or(PAUSE).min(PAUSE_MAX);
            tokio::time::sleep(pause).await;
        }
    }
}

impl Source for Remote {
    type Error = String;

    fn file(&self, part: Part) -> Result<Option<Vec<u8>>, String> {
        if self.key.is_none() && matches!(part, Part::Entries(_) | Part::Bodies(_)) {
            return Ok(None);
        }
        let Answered { status, body, .. } = self.runtime.block_on(self.get(part))?;
        match status {
            // Every log has a checkpoint: what answers is something else, or another address, where many
            // servers show a page.
            200 if part == Part::Checkpoint && body.starts_with(b"<") => Err(self.no_log("a page")),
            404 if part == Part::Checkpoint => Err(self.no_log("status 404")),
            200 => Ok(Some(body)),
            404 => Ok(None),
            401 | 403 => Err(format!(
                "status {status}: the API key may not read audit events"
            )),
            _ => Err(format!(
                "status {status}: {}",
                String::from_utf8_lossy(&body)
            )),
        }
    }

    fn has_bodies(&self) -> bool {
        self.key.is_some()
    }

    /// Without a key there are only hashes.
    fn minimum_index(&self) -> u64 {
        match self.key {
            Some(_) => 0,
            None => u64::MAX,
        }
    }
}
