//! The suite accepts the store it compares with, and finds every flaw of a flawed one.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod arrows;
mod flaws;
