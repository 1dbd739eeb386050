//! The files of a log's directory: what C2SP tlog-tiles serves, and beside each bundle of entries, under
//! `body/`, the bundle of their bodies.

use crate::tile::{Resource, Tile};
use std::fmt;

const ENTRIES: &str = "tile/entries/";

/// A file of a log. Shown as its relative path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// `checkpoint`
    Checkpoint,
    /// `tile/<L>/<N>[.p/<W>]`
    Hashes(Tile),
    /// `tile/entries/<N>[.p/<W>]`; the tile has level 0
    Entries(Tile),
    /// `body/<N>[.p/<W>]`; the tile has level 0
    Bodies(Tile),
}

impl Part {
    /// The tile whose place it has; none for the checkpoint.
    #[must_use]
    pub const fn tile(self) -> Option<Tile> {
        match self {
            Self::Checkpoint => None,
            Self::Hashes(tile) | Self::Entries(tile) | Self::Bodies(tile) => Some(tile),
        }
    }

    /// The file of the same kind in the place of another tile.
    #[must_use]
    pub const fn at(self, tile: Tile) -> Self {
        match self {
            Self::Checkpoint => Self::Checkpoint,
            Self::Hashes(_) => Self::Hashes(tile),
            Self::Entries(_) => Self::Entries(tile),
            Self::Bodies(_) => Self::Bodies(tile),
        }
    }
}

impl From<Resource> for Part {
    fn from(resource: Resource) -> Self {
        match resource {
            Resource::Checkpoint => Self::Checkpoint,
            Resource::Hashes(tile) => Self::Hashes(tile),
            Resource::Entries(tile) => Self::Entries(tile),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint => Resource::Checkpoint.fmt(f),
            Self::Hashes(tile) => Resource::Hashes(*tile).fmt(f),
            Self::Entries(tile) => Resource::Entries(*tile).fmt(f),
            Self::Bodies(tile) => {
                let entries = Resource::Entries(*tile).to_string();
                write!(f, "body/{}", &entries[ENTRIES.len()..])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let tile = Tile::new(0, 1234, 7).unwrap();
        for (part, path) in [
            (Part::Checkpoint, "checkpoint"),
            (Part::Hashes(tile), "tile/0/x001/234.p/7"),
            (Part::Entries(tile), "tile/entries/x001/234.p/7"),
            (Part::Bodies(tile), "body/x001/234.p/7"),
            (Part::Bodies(tile.full()), "body/x001/234"),
        ] {
            assert_eq!(part.to_string(), path);
        }
    }
}
