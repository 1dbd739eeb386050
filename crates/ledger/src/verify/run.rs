//! The order of the checks: the signature first, since nothing else counts without it; then all bundles,
//! the tiles above them and the earlier checkpoints as the tree grows past them; then the root.

use super::bundles::{Checked, Stop, check, check_tile, read};
use super::report::{Finding, Place, Report, Verdict, extend};
use super::{Source, Trust};
use crate::body::Body;
use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, leaf_hash};
use crate::leaf::{Leaf, LeafError};
use crate::note::{Note, VerifierKey};
use crate::part::Part;
use crate::proof::{ProofInvalid, verify_inclusion};
use crate::tile::{TILE_WIDTH, Tile};
use crate::tree::Tree;
use std::collections::VecDeque;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

/// Bundles that a thread checks before they are looked at in order.
const PART_BUNDLES: usize = 32;

/// Verifies a log. `progress` is told how many events are done, from time to time.
pub fn verify<S: Source>(source: &S, trust: &Trust<'_>, mut progress: impl FnMut(u64)) -> Verdict {
    match try_verify(source, trust, &mut progress) {
        Ok(report) => Verdict::Pass(report),
        Err(Stop::Fail(finding)) => Verdict::Fail(finding),
        Err(Stop::Unchecked(reason)) => Verdict::Unchecked(reason),
    }
}

/// Checks one event on its own: that its entry is a leaf, stands at `index` under a trusted checkpoint,
/// and commits to this body, unless that was erased. Gives the leaf.
///
/// # Errors
///
/// [`EventInvalid`].
pub fn event<'e>(
    entry: &'e [u8],
    body: &Body<'_>,
    index: u64,
    proof: &[Hash],
    checkpoint: &Checkpoint,
) -> Result<Leaf<'e>, EventInvalid> {
    verify_inclusion(
        &leaf_hash(entry),
        index,
        checkpoint.size,
        proof,
        &checkpoint.root,
    )?;
    let leaf = Leaf::parse(entry)?;
    match body.matches(&leaf) {
        Some(false) => Err(EventInvalid::Body),
        Some(true) | None => Ok(leaf),
    }
}

/// What is wrong with an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventInvalid {
    /// It is not in the tree at its index.
    #[error(transparent)]
    Proof(#[from] ProofInvalid),
    /// Its entry is no leaf.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The leaf does not commit to this body.
    #[error("the body is not the one that the leaf commits to")]
    Body,
}

fn try_verify<S: Source>(
    source: &S,
    trust: &Trust<'_>,
    progress: &mut impl FnMut(u64),
) -> Result<Report, Stop> {
    let (checkpoint, mut report) = newest(source, trust)?;
    let earlier = earlier(trust, checkpoint.size)?;
    report.earlier = earlier.len();
    let mut pass = Pass {
        source,
        tree: Tree::new(),
        earlier,
        passed: 0,
        report,
    };
    pass.compare_earlier()?;
    each_part(source, checkpoint.size, trust.threads.get(), |bundles| {
        for checked in bundles {
            pass.add(&checked?)?;
        }
        progress(pass.tree.size());
        Ok(())
    })?;
    pass.finish(&checkpoint)
}

/// The newest checkpoint, trusted, and the beginning of a report about it.
fn newest<S: Source>(source: &S, trust: &Trust<'_>) -> Result<(Checkpoint, Report), Stop> {
    let file = read(source, Part::Checkpoint)?;
    let wrong = |what: String| Stop::from(Finding::file(Part::Checkpoint, what));
    let note = Note::parse(&file).map_err(|error| wrong(error.to_string()))?;
    let opened = Checkpoint::open_signed(&note, trust.origin, trust.keys);
    let (checkpoint, signed) = opened.map_err(|error| wrong(error.to_string()))?;
    let witnesses = match trust.policy.map(|policy| policy.check_quorum(&note)) {
        Some(witnesses) => witnesses.map_err(|error| wrong(error.to_string()))?,
        None => Vec::new(),
    };
    let name = |key: &VerifierKey| format!("{}+{:08x}", key.name(), key.id());
    let report = Report {
        origin: checkpoint.origin.clone(),
        size: checkpoint.size,
        root: checkpoint.root,
        keys: signed.iter().map(|by| name(by.key)).collect(),
        witnesses: witnesses
            .iter()
            .map(|by| (by.key.name().to_owned(), by.timestamp.unwrap_or(0)))
            .collect(),
        events: 0,
        gaps: Vec::new(),
        bodies: 0,
        erased: Vec::new(),
        earlier: 0,
        store: None,
    };
    Ok((checkpoint, report))
}

/// The earlier checkpoints, the smallest first. One that the log has not signed tells nothing.
fn earlier(trust: &Trust<'_>, size: u64) -> Result<Vec<(String, Checkpoint)>, Stop> {
    let mut checkpoints = Vec::new();
    for earlier in trust.earlier {
        let name = &earlier.name;
        let useless =
            |error: String| Stop::Unchecked(format!("earlier checkpoint {name}: {error}"));
        let note = Note::parse(&earlier.note).map_err(|error| useless(error.to_string()))?;
        let opened = Checkpoint::open_signed(&note, trust.origin, trust.keys);
        let (checkpoint, _) = opened.map_err(|error| useless(error.to_string()))?;
        if checkpoint.size > size {
            let what = format!(
                "has {} events, the log has {size}: the end of the log was removed",
                checkpoint.size
            );
            let place = Place::Earlier(name.clone());
            return Err(Finding { place, what }.into());
        }
        checkpoints.push((name.clone(), checkpoint));
    }
    checkpoints.sort_by_key(|(_, checkpoint)| checkpoint.size);
    Ok(checkpoints)
}

/// Checks all bundles on several threads, and hands over the results in order while the next ones are
/// checked.
fn each_part<S: Source>(
    source: &S,
    size: u64,
    threads: usize,
    mut hand_over: impl FnMut(Vec<Result<Checked, Stop>>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let bundles = size.div_ceil(u64::from(TILE_WIDTH));
    let starts = (0..bundles).step_by(PART_BUNDLES);
    let mut parts = starts.map(|start| start..bundles.min(start + PART_BUNDLES as u64));
    thread::scope(|scope| {
        let begin = |part| scope.spawn(move || check_part(source, part, size));
        let mut running: VecDeque<_> = parts.by_ref().take(threads).map(begin).collect();
        while let Some(first) = running.pop_front() {
            // The source panicked: that is its caller's affair.
            let checked = first.join().unwrap_or_else(|panic| resume_unwind(panic));
            running.extend(parts.next().map(begin));
            hand_over(checked)?;
        }
        Ok(())
    })
}

/// Checks bundles up to the first that is wrong: nothing behind it is the first.
fn check_part<S: Source>(source: &S, part: Range<u64>, size: u64) -> Vec<Result<Checked, Stop>> {
    let mut results = Vec::with_capacity(PART_BUNDLES);
    for tile in part.filter_map(|index| Tile::in_tree(0, index, size)) {
        let checked = check(source, tile);
        let is_wrong = checked.is_err();
        results.push(checked);
        if is_wrong {
            break;
        }
    }
    results
}

/// One pass over the log.
struct Pass<'s, S> {
    source: &'s S,
    tree: Tree,
    earlier: Vec<(String, Checkpoint)>,
    /// How many of `earlier` the tree has grown past.
    passed: usize,
    report: Report,
}

impl<S: Source> Pass<'_, S> {
    fn add(&mut self, bundle: &Checked) -> Result<(), Stop> {
        let start = self.tree.size();
        let mut wrong = Ok(());
        for leaf in &bundle.leaves {
            let source = self.source;
            self.tree.push_with(*leaf, |tile, hashes| {
                // Level 0 was compared where the leaves come from.
                if wrong.is_ok() && tile.level() > 0 {
                    wrong = check_tile(source, tile, hashes);
                }
            });
            self.compare_earlier()?;
        }
        wrong?;
        if bundle.has_events {
            self.report.events += bundle.leaves.len() as u64;
        } else {
            extend(&mut self.report.gaps, start..self.tree.size());
        }
        self.report.bodies += bundle.bodies;
        for index in &bundle.erased {
            extend(&mut self.report.erased, *index..index + 1);
        }
        Ok(())
    }

    /// Compares the earlier checkpoints of exactly the tree's size.
    fn compare_earlier(&mut self) -> Result<(), Stop> {
        while let Some((name, earlier)) = self.earlier.get(self.passed) {
            if earlier.size != self.tree.size() {
                break;
            }
            let root = self.tree.root();
            if earlier.root != root {
                let what = format!(
                    "the log's first {} events have the root {}, it says {}: history was rewritten{}",
                    earlier.size,
                    root.to_base64(),
                    earlier.root.to_base64(),
                    self.last_agreed(),
                );
                let place = Place::Earlier(name.clone());
                return Err(Finding { place, what }.into());
            }
            self.passed += 1;
        }
        Ok(())
    }

    fn last_agreed(&self) -> String {
        let agreed = self
            .passed
            .checked_sub(1)
            .and_then(|last| self.earlier.get(last));
        agreed.map_or_else(String::new, |(name, checkpoint)| {
            format!(", after the {} events of {name}", checkpoint.size)
        })
    }

    fn finish(self, checkpoint: &Checkpoint) -> Result<Report, Stop> {
        for (tile, hashes) in self.tree.partial_tiles() {
            if tile.level() > 0 {
                check_tile(self.source, tile, hashes)?;
            }
        }
        let root = self.tree.root();
        if root != checkpoint.root {
            let what = format!(
                "says root {}, the events have {}{}",
                checkpoint.root.to_base64(),
                root.to_base64(),
                self.last_agreed(),
            );
            return Err(Finding::file(Part::Checkpoint, what).into());
        }
        Ok(self.report)
    }
}
