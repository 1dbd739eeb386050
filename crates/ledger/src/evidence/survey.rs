//! Where in the ledger the events of a period are, and what stands there about the log itself. Reads all
//! leaves: what arrived late stands far behind its time.

use super::period::Period;
use super::{EVIDENCE_LEAVES_MAX, EvidenceError};
use crate::bundle;
use crate::checkpoint::Checkpoint;
use crate::leaf::Leaf;
use crate::part::Part;
use crate::tile::{TILE_WIDTH, Tile};
use crate::verify::{Source, find};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The origin of what Daybook says of itself, which no platform can take.
const OWN_ORIGIN: &str = "daybook";

/// Actions that say when the log ran, and what was kept of it.
const TELLING: [&str; 12] = [
    "archive.",
    "configuration.",
    "daybook.",
    "erasure.",
    "evidence.",
    "hold.",
    "identity_provider.",
    "ledger.",
    "person.",
    "retention.",
    "settings.",
    "sign_in.",
];

/// Actions by which content goes while its leaves stay.
const REMOVING: [&str; 3] = ["erasure.", "person.", "retention."];

/// Removals that a package names; how many there are it says in any case.
const REMOVALS_MAX: usize = 10_000;

/// An event about the log itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// Where it stands in the ledger.
    pub index: u64,
    /// Its id.
    pub id: String,
    /// When it was.
    pub time: String,
    /// What was done.
    pub action: String,
    /// How it ended.
    pub result: String,
}

impl Milestone {
    fn of(index: u64, leaf: &Leaf<'_>) -> Self {
        Self {
            index,
            id: leaf.id.to_string(),
            time: leaf.time.to_string(),
            action: leaf.action.to_string(),
            result: leaf.result.to_string(),
        }
    }
}

/// What Daybook did after a period that may have taken content from its events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Removals {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<Milestone>,
}

/// What is there of a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// From the first event of the period to after its last; `None` when there is none.
    pub range: Option<Range<u64>>,
    /// How many events are of the period.
    pub events: u64,
    /// Those of them that are about the log itself.
    pub milestones: Vec<Milestone>,
    /// Removals and erasures after the period.
    pub removals_after: Removals,
}

/// Looks through a log up to a checkpoint.
///
/// # Errors
///
/// [`EvidenceError::Log`] and [`EvidenceError::TooMany`].
pub fn survey<S: Source>(
    source: &S,
    checkpoint: &Checkpoint,
    period: &Period,
) -> Result<Survey, EvidenceError> {
    let mut survey = Survey::default();
    for number in 0..checkpoint.size.div_ceil(u64::from(TILE_WIDTH)) {
        let Some(tile) = Tile::in_tree(0, number, checkpoint.size) else {
            break;
        };
        let file = read(source, Part::Entries(tile))?;
        let entries = bundle::entries(&file, tile.width()).map_err(EvidenceError::log)?;
        for (index, entry) in (number * u64::from(TILE_WIDTH)..).zip(entries) {
            let leaf = Leaf::parse(entry).map_err(EvidenceError::log)?;
            if period.has(&leaf.time) {
                survey.add(index, &leaf)?;
            } else if period.is_over_at(&leaf.time) {
                survey.add_later(index, &leaf);
            }
        }
    }
    Ok(survey)
}

impl Survey {
    /// Counts an event of the period.
    pub(super) fn add(&mut self, index: u64, leaf: &Leaf<'_>) -> Result<(), EvidenceError> {
        let start = self.range.as_ref().map_or(index, |range| range.start);
        if index - start >= EVIDENCE_LEAVES_MAX {
            return Err(EvidenceError::TooMany(index - start + 1));
        }
        self.range = Some(start..index + 1);
        self.events += 1;
        if is_own(leaf, &TELLING) {
            self.milestones.push(Milestone::of(index, leaf));
        }
        Ok(())
    }

    /// Notes an event after the period if it may have reached those of the period.
    fn add_later(&mut self, index: u64, leaf: &Leaf<'_>) {
        if !is_own(leaf, &REMOVING) {
            return;
        }
        let removals = &mut self.removals_after;
        removals.count += 1;
        if removals.first.len() < REMOVALS_MAX {
            removals.first.push(Milestone::of(index, leaf));
        }
    }
}

/// Whether Daybook itself says it, with an action that begins so.
fn is_own(leaf: &Leaf<'_>, prefixes: &[&str]) -> bool {
    let begins = |prefix: &&str| leaf.action.starts_with(prefix);
    leaf.origin == OWN_ORIGIN && prefixes.iter().any(begins)
}

/// The part of a log, or the beginning of what it has grown into.
pub(super) fn read<S: Source>(source: &S, part: Part) -> Result<Vec<u8>, EvidenceError> {
    let found = find(source, part);
    let found = found.map_err(|why| EvidenceError::Log(format!("{part}: {why}")))?;
    match found {
        Some((found, file)) if found == part => Ok(file),
        // Readers of a log give what is asked for.
        _ => Err(EvidenceError::Log(format!("{part} is missing"))),
    }
}
