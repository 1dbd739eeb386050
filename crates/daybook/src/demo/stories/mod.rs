//! The stories an operator would hunt. Each is told consistently across streams: same people,
//! resources, request ids and times. What they do to ordinary calls is in [`super::timeline`].

mod cost_spike;
mod disabled_model;
mod locked_account;
mod stuck_job;

use super::company::Company;
use super::dice::Dice;
use daybook_model::Event;

/// The stories' own events.
pub(super) fn events(company: &Company, dice: &mut Dice) -> Vec<Event> {
    let mut out = Vec::new();
    disabled_model::tell(company, dice, &mut out);
    cost_spike::tell(company, dice, &mut out);
    locked_account::tell(company, dice, &mut out);
    stuck_job::tell(company, dice, &mut out);
    // A job of minutes ago may still have something to say in the future.
    out.retain(|event| event.time <= company.now);
    out
}
