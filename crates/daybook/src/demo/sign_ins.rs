//! The authentication stream: sessions from sign-in to sign-out, mistakes, and what people do to
//! secure their accounts. A sign-in is also an audit event with the operation `login`.

use super::company::Company;
use super::deeds::{Actor, Deed};
use super::dice::Dice;
use super::people::{BROWSERS, LOCKED_USER, OPERATORS, Operator, User};
use super::record::{self, Trail};
use super::timeline::MINUTE_US;
use daybook_model::{Event, Stream, Timestamp};

/// Sessions on an average day.
const SESSIONS_PER_DAY: f64 = 67.0;

/// Adds the sessions of a day.
pub(super) fn day(company: &Company, from: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let liveliness = company.liveliness(from);
    for _ in 0..dice.times(SESSIONS_PER_DAY * liveliness) {
        let time = company.busy_moment(from, dice);
        let user = company.someone(time, dice);
        session(user, time, dice, out);
    }
    // Locking an account ends its sessions.
    let locked = &company.people.by_email(LOCKED_USER).id;
    out.retain(|event| {
        let is_locked = event.time >= company.timeline.attacked
            && event.stream == Stream::Auth
            && event.text("user_id") == Some(locked.as_str())
            && matches!(event.text("event"), Some("refresh" | "sign_out"));
        !is_locked
    });
    for _ in 0..dice.times(5.0 * liveliness) {
        let time = company.busy_moment(from, dice);
        let user = company.someone(time, dice);
        upkeep(user, time, dice, out);
    }
    for _ in 0..dice.times(6.0) {
        let time = record::moment(from, from.plus_us(Timestamp::DAY_US), dice);
        stranger(time, dice, out);
    }
    for operator in OPERATORS {
        let time = company.busy_moment(from, dice);
        if dice.chance(0.5 * liveliness) {
            operator_session(operator, time, dice, out);
        }
    }
}

/// An authentication event of a user, not yet complete.
pub(super) fn auth(
    trail: &Trail,
    time: Timestamp,
    what: &str,
    user: &User,
    dice: &mut Dice,
) -> Event {
    let mut event = record::event_of(trail, Stream::Auth, time, dice);
    event.set_text("event", what);
    event.set_text("result", "success");
    event.set_text("user_id", user.id.as_str());
    event.set_text("user_name", user.name.as_str());
    event.set_text("identity_provider", user.identity_provider);
    event.set_text("method", method(user));
    event.set_text("ip", user.ip.as_str());
    event.set_text("user_agent", user.user_agent);
    event
}

fn method(user: &User) -> &'static str {
    match user.identity_provider {
        "okta" => "saml",
        "google" => "oidc",
        _ if user.taste.is_multiple_of(5) => "passkey",
        _ => "password",
    }
}

fn session(user: &User, start: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let mut time = start;
    if dice.chance(0.13) {
        for _ in 0..dice.index(3) + 1 {
            out.push(mistake(user, time, dice));
            time = time.plus_us(dice.between(8, 70) * Timestamp::SECOND_US);
        }
    }
    let session_id = format!("ses_{}", dice.hex(20));
    let trail = Trail::new(dice);
    let mut sign_in = auth(&trail, time, "sign_in", user, dice);
    sign_in.set_text("session_id", session_id.as_str());
    out.push(sign_in);
    let login = Deed::new("user.signed_in", "login", ["user", &user.id, &user.name]);
    out.push(
        login
            .at(user.workspace)
            .record(Actor::Member(user), &trail, time, dice),
    );
    for _ in 0..dice.index(4) {
        time = time.plus_us(dice.between(45, 110) * MINUTE_US);
        let mut refresh = auth(&Trail::new(dice), time, "refresh", user, dice);
        refresh.set_text("session_id", session_id.as_str());
        if dice.chance(0.03) {
            refresh.set_text("result", "failure");
            refresh.set_text("reason", "refresh token expired");
            out.push(refresh);
            return;
        }
        out.push(refresh);
    }
    if dice.chance(0.45) {
        time = time.plus_us(dice.between(5, 80) * MINUTE_US);
        let mut sign_out = auth(&Trail::new(dice), time, "sign_out", user, dice);
        sign_out.set_text("session_id", session_id.as_str());
        out.push(sign_out);
    }
}

fn mistake(user: &User, time: Timestamp, dice: &mut Dice) -> Event {
    let mut event = auth(&Trail::new(dice), time, "sign_in", user, dice);
    let (result, reason) = match user.identity_provider {
        "okta" => dice.pick(&[
            ("failure", "assertion expired: clocks differ by 7 minutes"),
            ("denied", "not assigned to the application in okta"),
            ("failure", "identity provider did not answer"),
        ]),
        "google" => dice.pick(&[
            ("failure", "state does not match"),
            ("denied", "domain not allowed"),
            ("failure", "consent was cancelled"),
        ]),
        _ => dice.pick(&[
            ("failure", "wrong password"),
            ("failure", "wrong password"),
            ("failure", "wrong code"),
            ("failure", "e-mail not verified"),
        ]),
    };
    event.set_text("result", result);
    event.set_text("reason", reason);
    event
}

/// Something people do to their account once in a while.
fn upkeep(user: &User, time: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let trail = Trail::new(dice);
    match dice.index(12) {
        0..3 => {
            let soon = time.plus_us(dice.between(1, 30) * MINUTE_US);
            let number = dice.between(200, 900);
            for (what, time) in [("sign_up", time), ("verify", soon)] {
                let mut event = auth(&trail, time, what, user, dice);
                event.set_text("user_id", format!("u_{number}"));
                event.set_text("user_name", format!("new.hire.{number}@example.com"));
                out.push(event);
            }
        }
        3..5 => out.push(auth(&trail, time, "password_changed", user, dice)),
        5..7 => out.push(auth(&trail, time, "identity_bound", user, dice)),
        7..9 => out.push(auth(&trail, time, "mfa_enabled", user, dice)),
        9 => {
            let mut event = auth(&trail, time, "verify", user, dice);
            event.set_text("result", "failure");
            event.set_text("reason", "link expired");
            out.push(event);
        }
        _ => locked_for_a_while(user, time, dice, out),
    }
}

fn locked_for_a_while(user: &User, start: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    if user.identity_provider != "local" {
        return;
    }
    let mut time = start;
    for _ in 0..10 {
        let mut event = auth(&Trail::new(dice), time, "sign_in", user, dice);
        event.set_text("result", "failure");
        event.set_text("reason", "wrong password");
        out.push(event);
        time = time.plus_us(dice.between(9, 29) * Timestamp::SECOND_US);
    }
    let mut lockout = auth(&Trail::new(dice), time, "lockout", user, dice);
    lockout.set_text("reason", "10 failures in 5 minutes");
    out.push(lockout);
    let later = time.plus_us(15 * MINUTE_US);
    let mut unlock = auth(&Trail::new(dice), later, "unlock", user, dice);
    unlock.set_text("reason", "lock expired after 15 minutes");
    out.push(unlock);
}

/// Someone from outside who guesses names.
fn stranger(time: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let name = dice.pick(&[
        "admin",
        "root@example.com",
        "test@example.com",
        "info@example.com",
        "administrator",
    ]);
    let ip = format!("192.0.2.{}", dice.between(1, 9));
    for step in 0..dice.between(1, 6) {
        let at = time.plus_us(step * dice.between(1, 5) * Timestamp::SECOND_US);
        let mut event = record::event_of(&Trail::new(dice), Stream::Auth, at, dice);
        event.set_text("event", "sign_in");
        event.set_text("result", "failure");
        event.set_text("reason", "unknown user");
        event.set_text("user_name", name);
        event.set_text("identity_provider", "local");
        event.set_text("method", "password");
        event.set_text("ip", ip.as_str());
        event.set_text(
            "user_agent",
            dice.pick(&["python-requests/2.32.5", "curl/8.5.0", "Go-http-client/2.0"]),
        );
        out.push(event);
    }
}

fn operator_session(operator: &Operator, time: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let trail = Trail::new(dice);
    let mut event = record::event_of(&trail, Stream::Auth, time, dice);
    event.set_text("event", "sign_in");
    event.set_text("result", "success");
    event.set_text("user_id", operator.id);
    event.set_text("user_name", operator.name);
    event.set_text("identity_provider", "local");
    event.set_text("method", "password+totp");
    event.set_text("session_id", format!("ses_{}", dice.hex(20)));
    event.set_text("ip", operator.ip);
    event.set_text("user_agent", BROWSERS[3]);
    out.push(event);
    let login = Deed::new(
        "user.signed_in",
        "login",
        ["user", operator.id, operator.name],
    );
    out.push(login.record(Actor::Operator(operator), &trail, time, dice));
}
