//! The embedded store from outside: it answers like the naive store, whatever happens to it.

mod conformance;
