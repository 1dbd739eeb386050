//! The files of a ledger by what they hold: tiles of hashes and bundles of entries, as C2SP tlog-tiles
//! names them, and the bundles of bodies beside these, under `body/`.

use daybook_ledger::tile::TILE_HEIGHT;
use daybook_ledger::{Resource, Tile};
use std::fmt;
use std::str::FromStr;

const ENTRIES: &str = "tile/entries/";
const BODIES: &str = "body/";

/// A file of a ledger. Shown and parsed as its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// The hashes of a tile.
    Hashes(Tile),
    /// The leaves under a tile of level 0.
    Entries(Tile),
    /// Their bodies.
    Bodies(Tile),
}

impl Part {
    pub(crate) const fn tile(self) -> Tile {
        match self {
            Self::Hashes(tile) | Self::Entries(tile) | Self::Bodies(tile) => tile,
        }
    }

    /// All files that lie in the place of a tile.
    pub(crate) fn of_tile(tile: Tile) -> impl Iterator<Item = Self> {
        let beside = (tile.level() == 0).then_some([Self::Entries(tile), Self::Bodies(tile)]);
        std::iter::once(Self::Hashes(tile)).chain(beside.into_iter().flatten())
    }

    /// The partial files of a tree.
    pub(crate) fn partial(size: u64) -> impl Iterator<Item = Self> {
        let tiles = (0..).map_while(move |level| {
            let hashes = size.checked_shr(TILE_HEIGHT * u32::from(level));
            let hashes = hashes.filter(|hashes| *hashes > 0)?;
            Some(Tile::in_tree(level, hashes >> TILE_HEIGHT, size))
        });
        tiles.flatten().flat_map(Self::of_tile)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashes(tile) => write!(f, "{}", Resource::Hashes(*tile)),
            Self::Entries(tile) => write!(f, "{}", Resource::Entries(*tile)),
            Self::Bodies(tile) => {
                let entries = Resource::Entries(*tile).to_string();
                write!(f, "{BODIES}{}", &entries[ENTRIES.len()..])
            }
        }
    }
}

/// A path that names no file of a ledger.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoPart;

impl FromStr for Part {
    type Err = NoPart;

    fn from_str(path: &str) -> Result<Self, NoPart> {
        let entries = path.strip_prefix(BODIES);
        let entries = entries.map(|rest| format!("{ENTRIES}{rest}"));
        let bodies = entries.is_some();
        match entries.as_deref().unwrap_or(path).parse() {
            Ok(Resource::Entries(tile)) if bodies => Ok(Self::Bodies(tile)),
            Ok(Resource::Entries(tile)) => Ok(Self::Entries(tile)),
            Ok(Resource::Hashes(tile)) => Ok(Self::Hashes(tile)),
            Ok(Resource::Checkpoint) | Err(_) => Err(NoPart),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_there_and_back() {
        let tile = Tile::new(0, 1234, 7).unwrap();
        for (part, path) in [
            (Part::Hashes(tile), "tile/0/x001/234.p/7"),
            (Part::Entries(tile), "tile/entries/x001/234.p/7"),
            (Part::Bodies(tile.full()), "body/x001/234"),
        ] {
            assert_eq!(part.to_string(), path);
            assert_eq!(path.parse(), Ok(part));
        }
        for path in [
            "checkpoint",
            "body/",
            "body/1",
            "body/../signed",
            "body/tile/entries/000",
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
