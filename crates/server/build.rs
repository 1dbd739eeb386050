//! Rebuilds the crate when the UI was built, so that a release holds the newest.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    // A path that is missing would mean "always"; in development files are read at run time.
    let files = "../../web/dist";
    if Path::new(files).exists() || std::env::var("PROFILE").is_ok_and(|name| name == "release") {
        println!("cargo:rerun-if-changed={files}");
    }
}
