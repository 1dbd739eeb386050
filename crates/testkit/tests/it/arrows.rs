//! Arrows between crates point one way: a change behind the log store cannot reach the server, and
//! what does no I/O cannot begin to.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Which crates of the workspace a crate may name. Tests are exempt.
const ARROWS: &[(&str, &[&str])] = &[
    ("daybook-model", &[]),
    ("daybook-archive", &["daybook-model"]),
    ("daybook-ingest", &["daybook-model"]),
    ("daybook-ledger", &[]),
    (
        "daybook-store",
        &["daybook-archive", "daybook-ledger", "daybook-model"],
    ),
    (
        "daybook-server",
        &[
            "daybook-archive",
            "daybook-ingest",
            "daybook-ledger",
            "daybook-model",
        ],
    ),
    (
        "daybook",
        &[
            "daybook-server",
            "daybook-store",
            "daybook-archive",
            "daybook-s3",
            "daybook-ledger",
            "daybook-model",
        ],
    ),
    ("daybook-s3", &["daybook-archive"]),
    ("daybook-testkit", &["daybook-model"]),
];

/// What must not come into a crate, not even through a dependency.
const BARRED: &[(&str, &[&str])] = &[
    ("daybook-model", &["tokio"]),
    ("daybook-archive", &["tokio"]),
    ("daybook-ingest", &["tokio"]),
    ("daybook-ledger", &["tokio", "rustix"]),
    ("daybook-store", &["tokio", "axum", "hyper"]),
    ("daybook-server", &["tantivy", "daybook-store"]),
];

/// Names of packages by the name of the package that depends on them, tests left out.
struct Graph {
    edges: BTreeMap<String, BTreeSet<String>>,
    members: BTreeSet<String>,
}

impl Graph {
    fn of_this_workspace() -> Self {
        let cargo = || Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        let version = output(cargo().arg("-vV"));
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let text = output(
            cargo()
                .args(["metadata", "--format-version=1", "--offline"])
                .args(["--filter-platform", host.expect("cargo names its host")])
                .current_dir(env!("CARGO_MANIFEST_DIR")),
        );
        Self::read(&serde_json::from_str(&text).unwrap())
    }

    fn read(metadata: &Value) -> Self {
        let list = |value: &'_ Value| value.as_array().unwrap().clone();
        let packages = list(&metadata["packages"]);
        let names: BTreeMap<&str, &str> = packages
            .iter()
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let from = edges.entry(names[text(&node["id"])].into()).or_default();
            for dependency in list(&node["deps"]) {
                let kinds = list(&dependency["dep_kinds"]);
                if kinds.iter().any(|kind| kind["kind"] != "dev") {
                    from.insert(names[text(&dependency["pkg"])].into());
                }
            }
        }
        let members = list(&metadata["workspace_members"]);
        let members = members.iter().map(|id| names[text(id)].into()).collect();
        Self { edges, members }
    }

    /// The shortest way from a package to another, if there is one.
    fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut ways = std::collections::VecDeque::from([vec![from.to_owned()]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            let last = way.last().expect("a way begins somewhere");
            if last == to {
                return Some(way);
            }
            for next in &self.edges[last] {
                if seen.insert(next.clone()) {
                    ways.push_back(way.iter().chain([next]).cloned().collect());
                }
            }
        }
        None
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn arrows_point_one_way() {
    let graph = Graph::of_this_workspace();
    let known: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).into()).collect();
    assert_eq!(graph.members, known, "every crate has its line in ARROWS");
    for (name, allowed) in ARROWS {
        for inside in graph.edges[*name].intersection(&graph.members) {
            assert!(allowed.contains(&inside.as_str()), "{name} → {inside}");
        }
    }
    for (name, barred) in BARRED {
        for package in *barred {
            let way = graph.way(name, package);
            assert_eq!(way, None, "{name} must not depend on {package}");
        }
    }
    assert!(
        graph.way("daybook", "tantivy").is_some() && graph.way("daybook-server", "tokio").is_some(),
        "the graph was read"
    );
}
