//! What a package says about the log in its period. It follows from the leaves, so whoever verifies
//! computes it again.

use super::period::Period;
use super::survey::{Milestone, Survey};
use serde_json::json;

/// The statement, as its file has it.
pub(super) fn completeness(period: &Period, survey: &Survey, tree_size: u64) -> Vec<u8> {
    let told = |prefixes: &[&str]| -> Vec<&Milestone> {
        let milestones = survey.milestones.iter();
        let told =
            milestones.filter(|it| prefixes.iter().any(|prefix| it.action.starts_with(prefix)));
        told.collect()
    };
    let range = survey.range.as_ref();
    let others = range.map_or(0, |range| range.end - range.start) - survey.events;
    pretty(&json!({
        "period": {"from": period.from(), "to": period.to(), "time_zone": "UTC"},
        "indices": range.map(|range| json!({"first": range.start, "last": range.end - 1})),
        "gaps": [],
        "events": survey.events,
        "events_of_other_times_in_between": others,
        "tree_size": tree_size,
        "starts_and_stops": told(&["daybook."]),
        "configuration_changes": told(&["configuration.", "settings.", "sign_in.", "identity_provider."]),
        "retention_and_erasure": told(&["archive.", "erasure.", "hold.", "person.", "retention."]),
        "verifications_and_packages": told(&["evidence.", "ledger."]),
        "statement": "The log gives every audit event the next index. All leaves of the ledger up to the tree \
            size were read; all events of the period stand between the first and the last index, and the \
            leaf of each index in between is here. That none of the period stands outside of these indices \
            follows from the whole ledger, which `daybook verify` checks; from this package alone it is the \
            signer's word. What was not sent to Daybook is not in it.",
    }))
}

/// JSON for people.
pub(super) fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}
