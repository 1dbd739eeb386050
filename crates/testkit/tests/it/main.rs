//! The suite accepts the store it compares with, and finds every flaw of a flawed one.

mod arrows;
mod flaws;
