//! Checks one bundle: entries against their tile, and bodies against the entries.

use super::report::Finding;
use super::{Source, find};
use crate::body::Bodies;
use crate::bundle::Entries;
use crate::hash::{Hash, leaf_hash};
use crate::leaf::{Leaf, LeafError};
use crate::part::Part;
use crate::tile::{TILE_WIDTH, Tile, decode_hashes};

/// Why checking stops.
pub(super) enum Stop {
    Fail(Finding),
    Unchecked(String),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Fail(finding)
    }
}

/// A bundle that is as its tile says.
pub(super) struct Checked {
    pub(super) leaves: Vec<Hash>,
    pub(super) has_events: bool,
    pub(super) bodies: u64,
    /// Indices.
    pub(super) erased: Vec<u64>,
}

fn unchecked(part: Part) -> impl Fn(&dyn std::fmt::Display) -> Stop {
    move |error| Stop::Unchecked(format!("{part}: {error}"))
}

fn try_read<S: Source>(source: &S, part: Part) -> Result<Option<Vec<u8>>, Stop> {
    source.file(part).map_err(|error| unchecked(part)(&error))
}

fn widths<S: Source>(source: &S, part: Part) -> Result<Vec<u16>, Stop> {
    source
        .partials(part)
        .map_err(|error| unchecked(part)(&error))
}

/// A file that must be there.
pub(super) fn read<S: Source>(source: &S, part: Part) -> Result<Vec<u8>, Stop> {
    let missing = || Finding::file(part, "is missing").into();
    try_read(source, part)?.ok_or_else(missing)
}

/// A kind of file that has a tile's place.
#[derive(Clone, Copy)]
struct Kind {
    form: fn(Tile) -> Part,
    /// How many bytes of a larger file belong to the tile.
    length: fn(Tile, &[u8]) -> usize,
}

const HASHES: Kind = Kind {
    form: Part::Hashes,
    length: |tile, _| Hash::BYTES * usize::from(tile.width()),
};

const ENTRIES: Kind = Kind {
    form: Part::Entries,
    length: |tile, bundle| {
        let mut entries = Entries::new(bundle);
        let last = entries.nth(usize::from(tile.width()) - 1);
        last.map_or(bundle.len(), |_| bundle.len() - entries.left())
    },
};

const BODIES: Kind = Kind {
    form: Part::Bodies,
    length: |tile, bundle| {
        let mut bodies = Bodies::new(bundle);
        let last = bodies.nth(usize::from(tile.width()) - 1);
        last.map_or(bundle.len(), |_| bundle.len() - bodies.left())
    },
};

/// The file of a tile or bundle; of one that it has grown into, what belongs to the tile.
fn read_place<S: Source>(source: &S, tile: Tile, kind: Kind) -> Result<Option<Vec<u8>>, Stop> {
    let part = (kind.form)(tile);
    let found = find(source, part).map_err(|error| unchecked(part)(&error))?;
    Ok(found.map(|(found, mut file)| {
        if found != part {
            file.truncate((kind.length)(tile, &file));
        }
        file
    }))
}

fn read_hashes<S: Source>(source: &S, tile: Tile) -> Result<(Vec<u8>, Vec<Hash>), Stop> {
    let part = Part::Hashes(tile);
    let file = read_place(source, tile, HASHES)?;
    let file = file.ok_or_else(|| Finding::file(part, "is missing"))?;
    let hashes = decode_hashes(tile, &file);
    let hashes = hashes.ok_or_else(|| Finding::file(part, "has not the size of its width"))?;
    Ok((file, hashes))
}

/// Compares the hashes of a tile, and of its partial forms, with what they must be.
pub(super) fn check_tile<S: Source>(source: &S, tile: Tile, hashes: &[Hash]) -> Result<(), Stop> {
    let (file, found) = read_hashes(source, tile)?;
    if found != hashes {
        let what = "is not what the events give";
        return Err(Finding::file(Part::Hashes(tile), what).into());
    }
    check_partials(source, tile, &file, HASHES)
}

/// Compares the partial forms of a tile or bundle with its beginning.
fn check_partials<S: Source>(source: &S, tile: Tile, file: &[u8], kind: Kind) -> Result<(), Stop> {
    let widths = widths(source, (kind.form)(tile))?.into_iter();
    for width in widths.filter(|width| *width < tile.width()) {
        let Some(part) = Tile::new(tile.level(), tile.index(), width) else {
            continue;
        };
        let found = try_read(source, (kind.form)(part))?;
        if found.is_some_and(|found| file.get(..(kind.length)(part, file)) != Some(&found)) {
            let what = "is not the beginning of what grew from it";
            return Err(Finding::file((kind.form)(part), what).into());
        }
    }
    Ok(())
}

/// Checks the bundle at the place of a tile of level 0.
pub(super) fn check<S: Source>(source: &S, tile: Tile) -> Result<Checked, Stop> {
    let first = tile.index() * u64::from(TILE_WIDTH);
    let (file, hashes) = read_hashes(source, tile)?;
    check_partials(source, tile, &file, HASHES)?;
    let Some(bundle) = read_place(source, tile, ENTRIES)? else {
        if first + u64::from(tile.width()) > source.minimum_index() {
            return Err(Finding::file(Part::Entries(tile), "is missing").into());
        }
        return Ok(Checked {
            leaves: hashes,
            has_events: false,
            bodies: 0,
            erased: Vec::new(),
        });
    };
    let entries = split(tile, first, &bundle, &hashes)?;
    check_partials(source, tile, &bundle, ENTRIES)?;
    let mut bodies = None;
    if source.has_bodies() {
        let file = read_place(source, tile, BODIES)?.unwrap_or_default();
        check_partials(source, tile, &file, BODIES)?;
        bodies = Some(file);
    }
    let (bodies, erased) = check_events(tile, first, &entries, bodies.as_deref())?;
    Ok(Checked {
        leaves: hashes,
        has_events: true,
        bodies,
        erased,
    })
}

/// The entries of a bundle, each of which has the hash that the tile says.
fn split<'b>(
    tile: Tile,
    first: u64,
    bundle: &'b [u8],
    hashes: &[Hash],
) -> Result<Vec<&'b [u8]>, Stop> {
    let mut entries = Vec::with_capacity(hashes.len());
    let mut rest = Entries::new(bundle);
    for (index, hash) in (first..).zip(hashes) {
        let entry = match rest.next() {
            Some(Ok(entry)) => entry,
            Some(Err(error)) => return Err(Finding::event(index, None, error.to_string()).into()),
            None => return Err(Finding::event(index, None, "is missing from its bundle").into()),
        };
        if leaf_hash(entry) != *hash {
            let leaf = Leaf::parse(entry);
            let id = leaf.as_ref().ok().map(|leaf| &*leaf.id);
            let tile = Part::Hashes(tile);
            let what = format!("its entry does not have the hash that {tile} says");
            return Err(Finding::event(index, id, what).into());
        }
        entries.push(entry);
    }
    if rest.left() > 0 {
        let what = format!("has more than its {} entries", tile.width());
        return Err(Finding::file(Part::Entries(tile), what).into());
    }
    Ok(entries)
}

/// Checks the events themselves: leaves, and the bodies that they commit to. Counts those that are kept,
/// and names those that were erased.
fn check_events(
    tile: Tile,
    first: u64,
    entries: &[&[u8]],
    bundle: Option<&[u8]>,
) -> Result<(u64, Vec<u64>), Stop> {
    let mut bodies = bundle.map(Bodies::new);
    let (mut kept, mut erased) = (0, Vec::new());
    for (index, entry) in (first..).zip(entries) {
        let leaf = Leaf::parse(entry).map_err(|error| match error {
            LeafError::Version(_) => Stop::Unchecked(format!("event {index}: {error}")),
            _ => Finding::event(index, None, error.to_string()).into(),
        })?;
        let Some(bodies) = &mut bodies else { continue };
        let wrong = |what: &str| Stop::from(Finding::event(index, Some(&leaf.id), what));
        match bodies.next() {
            Some(Ok(body)) => match body.matches(&leaf) {
                Some(true) => kept += 1,
                Some(false) => {
                    return Err(wrong("its body is not the one that its leaf commits to"));
                }
                None => erased.push(index),
            },
            Some(Err(error)) => return Err(wrong(&error.to_string())),
            None => {
                return Err(wrong(
                    "its body is missing, and nothing says that it was erased",
                ));
            }
        }
    }
    if bodies.is_some_and(|bodies| bodies.left() > 0) {
        let what = format!("has more than its {} bodies", tile.width());
        return Err(Finding::file(Part::Bodies(tile), what).into());
    }
    Ok((kept, erased))
}
