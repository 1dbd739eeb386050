//! The files of a log's directory: what C2SP tlog-tiles serves, and beside each bundle of entries, under
//! `body/`, the bundle of their bodies.

use crate::tile::{Resource, TILE_HEIGHT, Tile};
use std::fmt;
use std::str::FromStr;

const ENTRIES: &str = "tile/entries/";
const BODIES: &str = "body/";

/// A file of a log. Shown and parsed as its relative path.
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

    /// All files that lie in the place of a tile.
    pub fn of_tile(tile: Tile) -> impl Iterator<Item = Self> {
        let beside = (tile.level() == 0).then_some([Self::Entries(tile), Self::Bodies(tile)]);
        std::iter::once(Self::Hashes(tile)).chain(beside.into_iter().flatten())
    }

    /// The partial files of a tree.
    pub fn partial(size: u64) -> impl Iterator<Item = Self> {
        let tiles = (0..).map_while(move |level| {
            let hashes = size.checked_shr(TILE_HEIGHT * u32::from(level));
            let hashes = hashes.filter(|hashes| *hashes > 0)?;
            Some(Tile::in_tree(level, hashes >> TILE_HEIGHT, size))
        });
        tiles.flatten().flat_map(Self::of_tile)
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
                write!(f, "{BODIES}{}", &entries[ENTRIES.len()..])
            }
        }
    }
}

/// A path that names no file of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPart;

impl FromStr for Part {
    type Err = NoPart;

    fn from_str(path: &str) -> Result<Self, NoPart> {
        let resource = |path: &str| path.parse::<Resource>().map_err(|_| NoPart);
        match path.strip_prefix(BODIES) {
            None => resource(path).map(Self::from),
            Some(rest) => match resource(&format!("{ENTRIES}{rest}"))? {
                Resource::Entries(tile) => Ok(Self::Bodies(tile)),
                _ => Err(NoPart),
            },
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
            assert_eq!(path.parse(), Ok(part));
        }
        for path in [
            "",
            "body/",
            "body/1",
            "body/../signed",
            "body/tile/entries/000",
            "body/x001/234.p/0",
        ] {
            assert_eq!(path.parse::<Part>(), Err(NoPart), "{path}");
        }
    }

    #[test]
    fn partial_files_of_the_specifications_example() {
        let paths = |size| -> Vec<String> { Part::partial(size).map(|p| p.to_string()).collect() };
        assert_eq!(
            paths(70_000),
            [
                "tile/0/273.p/112",
                "tile/entries/273.p/112",
                "body/273.p/112",
                "tile/1/001.p/17",
                "tile/2/000.p/1"
            ]
        );
        assert_eq!(paths(256), ["tile/1/000.p/1"]);
        assert_eq!(paths(0), [""; 0]);
    }
}
