//! The write-ahead log: the one commit point of the store. A frame holds one commit, whole; a
//! segment file holds the commits of one head. What [`Segment::commit`] returned for is on disk.

mod extent;
mod frame;
mod record;
mod replay;
mod segment;

pub(crate) use extent::Extent;
pub(crate) use record::{Record, RecordKind};
pub(crate) use replay::{ReplayedSegment, read, replay};
pub(crate) use segment::{
    Next, Segment, prepare_spare, remove_segments, remove_unfinished, sync_dir,
};
