//! What fault tests need beside Rust.

/// Says that a test is skipped for want of something. Where nothing may be skipped it fails.
pub(crate) fn skip(test: &str, missing: &str) {
    let required = std::env::var_os("CI").or_else(|| std::env::var_os("DAYBOOK_REQUIRE_FAULTS"));
    assert!(required.is_none(), "{test}: {missing}");
    eprintln!("{test} skipped: {missing}");
}
