//! The audit stream: what administrators, members, programs and the platform itself change in
//! the course of a day.

use super::company::Company;
use super::deed_kinds::{DATASETS, KINDS, Kind, Who};
use super::deeds::{Actor, Deed, id_of};
use super::dice::{Dice, Weighted};
use super::people::OPERATORS;
use super::platform_events;
use super::record::Trail;
use daybook_model::{Event, Timestamp};

/// Deeds on an average day, sign-ins aside.
const PER_DAY: f64 = 122.0;

/// Adds the deeds of a day, and what follows from them.
pub(super) fn day(company: &Company, from: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let kinds = Weighted::new(KINDS.iter().map(|kind| f64::from(kind.weight)));
    for _ in 0..dice.times(PER_DAY * company.liveliness(from)) {
        let time = company.busy_moment(from, dice);
        one(company, &KINDS[kinds.draw(dice)], time, dice, out);
    }
}

fn one(company: &Company, kind: &Kind, time: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let (result, reason) = ending(kind, dice);
    // Auditors and billing administrators may read, export and mind their own account.
    let is_open = kind.resource == "export" || kind.names.is_empty();
    let actor = match kind.who {
        Who::Operator if kind.resource == "budget" => Actor::Operator(&OPERATORS[2]),
        Who::Operator if is_open => Actor::Operator(company.operator(dice.chance(0.3), dice)),
        Who::Operator => Actor::Operator(company.operator(result != "denied", dice)),
        Who::Member => Actor::Member(company.someone(time, dice)),
        Who::Key => Actor::Key(company.keys.by_name("rag-indexer")),
        Who::System => Actor::System(dice.pick(&["scim-sync", "retention-job", "price-sync"])),
    };
    let trail = Trail::new(dice);
    // Nobody's resource is the actor's own account.
    let (id, name) = match (kind.names, actor) {
        ([], Actor::Member(user)) => (user.id.clone(), user.name.clone()),
        ([], Actor::Operator(operator)) => (operator.id.into(), operator.name.into()),
        (names, _) => {
            let name = dice.pick(names);
            let user = company.people.users.iter().find(|user| user.email == name);
            let id = user.map_or_else(|| id_of(&kind.resource[..3], name), |user| user.id.clone());
            (id, name.to_owned())
        }
    };
    let dataset = dice.pick(DATASETS);
    let dataset_id = id_of("dat", dataset);
    let mut deed = Deed::new(kind.action, kind.operation, [kind.resource, &id, &name]);
    if kind.resource == "document" {
        deed = deed.within(["dataset", &dataset_id, dataset]);
    }
    if let Some(workspace) = company.workspace_of(actor) {
        deed = deed.at(workspace);
    }
    for (field, old, new) in (kind.changes)(dice) {
        deed = deed.changed(field, &old, &new);
    }
    out.push(deed.ended(result, reason).record(actor, &trail, time, dice));
    if kind.operation == "upload" && result == "success" {
        platform_events::after_upload(&trail, time, [&id, &name], dice, out);
    }
}

fn ending(kind: &Kind, dice: &mut Dice) -> (&'static str, &'static str) {
    match (dice.index(100), kind.who) {
        _ if kind.names.is_empty() => ("success", ""),
        (0..4, Who::Operator) if !matches!(kind.resource, "export" | "budget") => {
            ("denied", "super_admin required")
        }
        (0..4, Who::Member) => ("denied", "workspace_admin required"),
        (4..6, Who::Key) => ("denied", "key lacks the scope datasets:write"),
        (6..9, _) => match kind.resource {
            "provider" => ("failure", "provider refused the credentials: 401"),
            "document" => ("failure", "file exceeds 50 MB"),
            "sso" => ("failure", "metadata URL answered 404"),
            _ if kind.operation == "create" => ("failure", "name already in use"),
            _ => (
                "failure",
                "version conflict: changed by someone else meanwhile",
            ),
        },
        _ => ("success", ""),
    }
}
