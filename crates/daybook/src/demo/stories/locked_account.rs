//! Someone guesses a password from an address the user never had, until the account is locked;
//! an administrator without the right to do so tries to unlock it.

use crate::demo::company::Company;
use crate::demo::deeds::{Actor, Deed};
use crate::demo::dice::Dice;
use crate::demo::people::{LOCKED_USER, OPERATORS};
use crate::demo::platform_events::Report;
use crate::demo::record::Trail;
use crate::demo::sign_ins::auth;
use crate::demo::timeline::MINUTE_US;
use daybook_model::{Event, Timestamp};
use serde_json::json;

const ADDRESS: &str = "2001:db8:dead::66";
const TOOL: &str = "python-requests/2.32.5";

pub(super) fn tell(company: &Company, dice: &mut Dice, out: &mut Vec<Event>) {
    let user = company.people.by_email(LOCKED_USER);
    let mut time = company.timeline.attacked;
    for _ in 0..10 {
        let mut guess = auth(&Trail::new(dice), time, "sign_in", user, dice);
        guess.set_text("result", "failure");
        guess.set_text("reason", "wrong password");
        guess.set_text("method", "password");
        guess.set_text("ip", ADDRESS);
        guess.set_text("user_agent", TOOL);
        out.push(guess);
        time = time.plus_us(dice.between(11, 27) * Timestamp::SECOND_US);
    }
    let trail = Trail::new(dice);
    let mut lockout = auth(&trail, time, "lockout", user, dice);
    lockout.set_text("reason", "10 failures in 5 minutes");
    lockout.set_text("ip", ADDRESS);
    lockout.set_text("user_agent", TOOL);
    out.push(lockout);
    let resource = ["user", user.id.as_str(), user.name.as_str()];
    let locked = Deed::new("user.locked", "disable", resource)
        .at(user.workspace)
        .changed("status", &json!("active"), &json!("locked"));
    out.push(locked.record(Actor::System("account-guard"), &trail, time, dice));
    let text = format!("{} locked after 10 failures from {ADDRESS}", user.name);
    let report = Report::new("warning", "account-guard", "account.locked", resource).saying(&text);
    out.push(report.record(Some(&trail), time, dice));

    // The user herself arrives at work, from her own address.
    for minutes in [19, 21, 24] {
        let at = time.plus_us(minutes * MINUTE_US + dice.between(0, MINUTE_US));
        let mut refused = auth(&Trail::new(dice), at, "sign_in", user, dice);
        refused.set_text("result", "denied");
        refused.set_text("reason", "account is locked");
        refused.set_text("method", "password");
        out.push(refused);
    }
    unlock_denied(company, time.plus_us(37 * MINUTE_US), dice, out);
}

fn unlock_denied(company: &Company, time: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let user = company.people.by_email(LOCKED_USER);
    let (trail, operator) = (Trail::new(dice), &OPERATORS[2]);
    let reason = "super_admin required";
    let deed = Deed::new("user.unlocked", "enable", ["user", &user.id, &user.name])
        .at(user.workspace)
        .changed("status", &json!("locked"), &json!("active"))
        .ended("denied", reason);
    out.push(deed.record(Actor::Operator(operator), &trail, time, dice));
    let mut unlock = auth(&trail, time, "unlock", user, dice);
    unlock.set_text("result", "denied");
    unlock.set_text(
        "reason",
        format!("{reason}; asked for by {}", operator.name),
    );
    unlock.set_text("method", "administrator");
    unlock.set_text("ip", operator.ip);
    out.push(unlock);
}
