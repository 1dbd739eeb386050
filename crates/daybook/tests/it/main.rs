//! The program from outside, on a machine that is not kind to it.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod archive;
mod backup;
mod batch;
mod clock;
mod damaged;
mod erasure;
mod evidence;
mod full_disk;
mod http;
mod import;
mod killed;
mod ledger;
mod on_record;
mod published;
#[path = "../../../../tests/s3/process.rs"]
mod s3;
mod secrets;
mod server;
mod stored;
#[path = "../../../../tests/faults/strace.rs"]
mod strace;
#[path = "../../../../tests/faults/tool.rs"]
mod tool;
#[path = "../../../../tests/faults/trace.rs"]
mod trace;
mod traced;
mod verify;
mod witness;
