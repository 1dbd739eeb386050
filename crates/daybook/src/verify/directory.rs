//! A log's files in a directory, which a server may be writing at the same time. Read only.

use super::candidates;
use daybook_ledger::bundle::ENTRY_BYTES_MAX;
use daybook_ledger::note::NOTE_BYTES_MAX;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::verify::Source;
use daybook_ledger::{Hash, Part, Tile};
use daybook_model::limits::EVENT_BYTES_MAX;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The newest checkpoint that witnesses have cosigned.
const COSIGNED: &str = "cosigned";

/// The directory of a ledger.
#[derive(Debug)]
pub(super) struct Directory {
    root: PathBuf,
    /// The file of the checkpoint that counts.
    checkpoint: &'static str,
}

impl Directory {
    /// The ledger below a place. Where cosignatures are asked for, the checkpoint that has them counts.
    pub(super) fn find(place: &Path, cosigned: bool) -> Result<Self, String> {
        let is_ledger = |dir: &PathBuf| {
            ["checkpoint", COSIGNED, "tile", "body"]
                .iter()
                .any(|name| dir.join(name).exists())
        };
        let root = candidates(place).into_iter().find(is_ledger);
        let none = || {
            let shown = place.display();
            match place.exists() {
                true => format!("{shown} has no ledger: it is no data directory and no backup"),
                false => format!("{shown} does not exist"),
            }
        };
        let root = root.ok_or_else(none)?;
        let cosigned = cosigned && root.join(COSIGNED).exists();
        Ok(Self {
            root,
            checkpoint: if cosigned { COSIGNED } else { "checkpoint" },
        })
    }

    /// Where the events are that belong to this ledger, if it lies in a data directory; `None` when the
    /// ledger alone was named.
    ///
    /// # Errors
    /// When a data directory has none.
    pub(super) fn events(&self, place: &Path) -> Result<Option<PathBuf>, String> {
        let events = self.data_dir().join("events");
        match (events.exists(), self.root == place) {
            (true, _) => Ok(Some(events)),
            (false, true) => Ok(None),
            (false, false) => Err(format!(
                "{} is missing, so what Daybook shows cannot be compared; name {} to verify the ledger alone",
                events.display(),
                self.root.display()
            )),
        }
    }

    /// The data directory that this ledger is a part of.
    pub(super) fn data_dir(&self) -> &Path {
        self.root.parent().unwrap_or(&self.root)
    }

    fn path(&self, part: Part) -> PathBuf {
        match part {
            Part::Checkpoint => self.root.join(self.checkpoint),
            _ => self.root.join(part.to_string()),
        }
    }
}

/// More bytes than this no file of its kind has.
pub(super) fn bytes_max(part: Part) -> usize {
    let width = usize::from(TILE_WIDTH);
    match part {
        Part::Checkpoint => NOTE_BYTES_MAX,
        Part::Hashes(_) => width * Hash::BYTES,
        Part::Entries(_) => width * (2 + ENTRY_BYTES_MAX),
        Part::Bodies(_) => width * (64 + EVENT_BYTES_MAX),
    }
}

impl Source for Directory {
    type Error = io::Error;

    fn file(&self, part: Part) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(self.path(part)) {
            Err(error) if is_absent(&error) => return Ok(None),
            file => file?,
        };
        // One byte more than it may have is enough to see that it is none.
        let most = u64::try_from(bytes_max(part)).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn partials(&self, part: Part) -> io::Result<Vec<u16>> {
        let full = match part {
            Part::Checkpoint => return Ok(Vec::new()),
            Part::Hashes(tile) => Part::Hashes(tile.full()),
            Part::Entries(tile) => Part::Entries(tile.full()),
            Part::Bodies(tile) => Part::Bodies(tile.full()),
        };
        let entries = match std::fs::read_dir(self.root.join(format!("{full}.p"))) {
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut widths = Vec::new();
        for entry in entries {
            // Files that are being written have other names.
            widths.extend(entry?.file_name().to_str().and_then(width));
        }
        Ok(widths)
    }
}

/// A width as paths have it.
fn width(name: &str) -> Option<u16> {
    let width: u16 = name.parse().ok()?;
    let named = Tile::new(0, 0, width).is_some() && width.to_string() == name;
    named.then_some(width)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
