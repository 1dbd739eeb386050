//! Coordinates of tiles and their paths (C2SP tlog-tiles v0.1.0). A [`Tile`] names a place; its
//! hashes come from a [`HashReader`].

use crate::hash::Hash;
use crate::text;
use std::fmt;
use std::str::FromStr;

/// Hashes in a full tile, events in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Levels of the tree between a tile's hashes and the hashes of the tile above.
pub const TILE_HEIGHT: u32 = 8;

/// The highest level that a path can name.
pub const LEVEL_MAX: u8 = 63;

/// A tile: `width` consecutive hashes, each the root of 256^`level` events. At level 0 the same
/// coordinates name the bundle of the events themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

impl Tile {
    /// A tile, unless `level` or `width` (1 to 256) is none that a path could name.
    #[must_use]
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        let possible = level <= LEVEL_MAX && (1..=TILE_WIDTH).contains(&width);
        possible.then_some(Self {
            level,
            index,
            width,
        })
    }

    /// The tile at this place in a tree of `size` events; `None` where that tree has no hash.
    #[must_use]
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(TILE_HEIGHT * u32::from(level))?;
        let before = index.checked_mul(u64::from(TILE_WIDTH))?;
        let width = hashes.checked_sub(before)?.min(u64::from(TILE_WIDTH));
        Self::new(level, index, u16::try_from(width).ok()?)
    }

    /// 0 for hashes of events.
    #[must_use]
    pub fn level(&self) -> u8 {
        self.level
    }

    /// The position among the tiles of its level.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes it has.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it has all its hashes, and so never changes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same place with all hashes, which may stand for the partial tile once it exists.
    #[must_use]
    pub fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }
}

/// The file of a tile: its hashes, one after the other.
#[must_use]
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes in the file of a tile; `None` unless the file has exactly the tile's width.
#[must_use]
pub fn decode_hashes(tile: Tile, bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<{ Hash::BYTES }>();
    let whole = rest.is_empty() && hashes.len() == usize::from(tile.width);
    whole.then(|| hashes.iter().copied().map(Hash).collect())
}

/// The tiles that a tree of `to` events has and a tree of `from` events has not, level by level, in
/// order: full ones, then the partial one. Those of level 0 are also the new bundles.
pub fn tiles_of_growth(from: u64, to: u64) -> impl Iterator<Item = Tile> {
    (0..8_u8).flat_map(move |level| {
        let height = TILE_HEIGHT * u32::from(level);
        let (old, new) = (from >> height, to >> height);
        let first = old / u64::from(TILE_WIDTH);
        let end = if new > old {
            new.div_ceil(u64::from(TILE_WIDTH))
        } else {
            first
        };
        (first..end).filter_map(move |index| Tile::in_tree(level, index, to))
    })
}

/// Gives the hashes of tiles, from wherever the caller keeps them.
pub trait HashReader {
    /// Why a tile cannot be read.
    type Error;

    /// The hashes of a tile, as many as its width. A reader that only has the full tile gives its
    /// first hashes.
    ///
    /// # Errors
    ///
    /// Whatever keeps the caller from reading it.
    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, Self::Error>;
}

/// What a log serves below its prefix. Shown and parsed as the relative path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// `checkpoint`
    Checkpoint,
    /// `tile/<L>/<N>[.p/<W>]`
    Hashes(Tile),
    /// `tile/entries/<N>[.p/<W>]`; the tile has level 0
    Entries(Tile),
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tile = match self {
            Self::Checkpoint => return f.write_str("checkpoint"),
            Self::Hashes(tile) => {
                write!(f, "tile/{}", tile.level)?;
                tile
            }
            Self::Entries(tile) => {
                f.write_str("tile/entries")?;
                tile
            }
        };
        let digits = tile.index.to_string();
        let groups = digits.len().div_ceil(3);
        let digits = format!("{:0>width$}", digits, width = groups * 3);
        for (position, group) in digits.as_bytes().chunks(3).enumerate() {
            f.write_str(if position + 1 < groups { "/x" } else { "/" })?;
            group
                .iter()
                .try_for_each(|digit| write!(f, "{}", char::from(*digit)))?;
        }
        if tile.is_full() {
            return Ok(());
        }
        write!(f, ".p/{}", tile.width)
    }
}

/// A path that names no resource of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a path of tlog-tiles")]
pub struct BadPath;

impl FromStr for Resource {
    type Err = BadPath;

    fn from_str(path: &str) -> Result<Self, BadPath> {
        if path == "checkpoint" {
            return Ok(Self::Checkpoint);
        }
        let rest = path.strip_prefix("tile/").ok_or(BadPath)?;
        let (level, rest) = rest.split_once('/').ok_or(BadPath)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, partial_width(width)?),
            None => (rest, TILE_WIDTH),
        };
        let index = tile_index(index)?;
        if level == "entries" {
            let tile = Tile::new(0, index, width).ok_or(BadPath)?;
            return Ok(Self::Entries(tile));
        }
        let level = text::decimal(level).and_then(|level| u8::try_from(level).ok());
        let tile = Tile::new(level.ok_or(BadPath)?, index, width);
        tile.map(Self::Hashes).ok_or(BadPath)
    }
}

fn partial_width(text: &str) -> Result<u16, BadPath> {
    let width = text::decimal(text).ok_or(BadPath)?;
    let width = u16::try_from(width).map_err(|_| BadPath)?;
    (1..TILE_WIDTH)
        .contains(&width)
        .then_some(width)
        .ok_or(BadPath)
}

/// Groups of three digits, all but the last behind an `x`, no group more than needed.
fn tile_index(path: &str) -> Result<u64, BadPath> {
    let mut index = 0_u64;
    let mut groups = path.split('/').peekable();
    let mut first = true;
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let digits = match group.strip_prefix('x') {
            Some(digits) if !last => digits,
            None if last => group,
            _ => return Err(BadPath),
        };
        let three = digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit());
        if !three || (first && !last && digits == "000") {
            return Err(BadPath);
        }
        let value: u64 = digits.parse().map_err(|_| BadPath)?;
        let shifted = index.checked_mul(1000).ok_or(BadPath)?;
        index = shifted.checked_add(value).ok_or(BadPath)?;
        first = false;
    }
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(level: u8, index: u64, width: u16) -> Resource {
        Resource::Hashes(Tile::new(level, index, width).unwrap())
    }

    fn entries(index: u64, width: u16) -> Resource {
        Resource::Entries(Tile::new(0, index, width).unwrap())
    }

    #[test]
    fn paths_there_and_back() {
        for (path, resource) in [
            ("checkpoint", Resource::Checkpoint),
            ("tile/entries/000.p/255", entries(0, 255)),
            ("tile/entries/x123/x456/789", entries(123_456_789, 256)),
            ("tile/15/x455/667", hashes(15, 455_667, 256)),
            ("tile/15/x123/x456/789.p/41", hashes(15, 123_456_789, 41)),
            ("tile/0/273.p/112", hashes(0, 273, 112)),
            ("tile/1/x001/x234/067", hashes(1, 1_234_067, 256)),
            (
                "tile/63/x018/x446/x744/x073/x709/x551/615",
                hashes(63, u64::MAX, 256),
            ),
        ] {
            assert_eq!(resource.to_string(), path);
            assert_eq!(path.parse(), Ok(resource), "{path}");
        }
    }

    #[test]
    fn no_other_path_is_accepted() {
        for path in [
            "",
            "/checkpoint",
            "checkpoint/",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/0/x000",
            "tile/0/000/001",
            "tile/0/x000/001",
            "tile/0/x0001/001",
            "tile/0/x1/001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p/1/",
            "tile/0/000.p/1.p/1",
            "tile/0/+00",
            "tile/entries/",
            "tile/data/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/../000",
            "tile/0/x001/001\n",
            "tile/8/0/001",
            "tile/0/x00１/001",
        ] {
            assert_eq!(path.parse::<Resource>(), Err(BadPath), "{path:?}");
        }
    }

    #[test]
    fn growth_of_the_specifications_example() {
        let tiles: Vec<_> = tiles_of_growth(0, 70_000).collect();
        assert_eq!(tiles.len(), 273 + 1 + 1 + 1 + 1);
        let last: Vec<_> = tiles[272..]
            .iter()
            .map(|t| (t.level, t.index, t.width))
            .collect();
        assert_eq!(
            last,
            [
                (0, 272, 256),
                (0, 273, 112),
                (1, 0, 256),
                (1, 1, 17),
                (2, 0, 1)
            ]
        );
        let paths = |from, to| -> Vec<_> {
            let all = tiles_of_growth(from, to).map(|tile| Resource::Hashes(tile).to_string());
            all.collect()
        };
        assert_eq!(paths(0, 256), ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(
            paths(255, 257),
            ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]
        );
        assert_eq!(paths(256, 257), ["tile/0/001.p/1"]);
        assert_eq!(paths(3, 3), Vec::<String>::new());
        assert_eq!(paths(9, 3), Vec::<String>::new());
        assert!(
            tiles_of_growth(0, u64::MAX).nth(3).is_some(),
            "hostile sizes cost nothing"
        );
    }

    #[test]
    fn a_tiles_file_has_its_width() {
        let tile = Tile::new(0, 0, 2).unwrap();
        let two = [Hash([1; 32]), Hash([2; 32])];
        let file = encode_hashes(&two);
        assert_eq!(decode_hashes(tile, &file), Some(two.to_vec()));
        for length in [0, 32, 63, 65] {
            let mut file = file.clone();
            file.resize(length, 0);
            assert_eq!(decode_hashes(tile, &file), None, "{length}");
        }
        assert_eq!(Tile::new(0, 0, 0), None);
        assert_eq!(Tile::new(0, 0, 257), None);
        assert_eq!(Tile::new(64, 0, 1), None);
        assert_eq!(Tile::in_tree(0, 1, 256), None, "empty tiles do not exist");
        assert_eq!(Tile::in_tree(8, 0, u64::MAX), None);
        assert_eq!(Tile::in_tree(0, u64::MAX, u64::MAX), None);
    }
}
