//! The command line. Its help is the first documentation people read.
#![expect(clippy::doc_markdown, reason = "help is shown as plain text")]

use crate::config::{ArchiveArgs, Keys};
use clap::{Args, Parser, Subcommand, ValueEnum};
use daybook_model::Timestamp;
use daybook_server::control::{NewLink, Role, Scope};
use std::num::NonZeroUsize;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Try it:
  daybook demo                                        a running Daybook with a month of data

Run it:
  export DAYBOOK_ADMIN_EMAIL=you@example.com
  export DAYBOOK_ADMIN_PASSWORD='a long password'
  daybook serve --data-dir ./data                     then open http://127.0.0.1:7070
  KEY=$(daybook key create --name gateway --scope ingest --data-dir ./data)
  curl http://127.0.0.1:7070/api/v1/events -H \"Authorization: Bearer $KEY\" \\
    -H 'Content-Type: application/json' \\
    -d '[{\"stream\": \"system\", \"level\": \"info\", \"message\": \"hello\"}]'

Every option can also be set by its DAYBOOK_… variable; serve also reads a file (--config). A flag
beats a variable, a variable beats the file.";

/// The log center of an AI platform: who did what, what every model call was and cost, who signed
/// in, what the platform reported. One program, one directory of data.
#[derive(Debug, Parser)]
#[command(name = "daybook", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    ///
    /// The first start makes the administrator from DAYBOOK_ADMIN_EMAIL and
    /// DAYBOOK_ADMIN_PASSWORD; without them the log shows a set-up link that works once.
    Serve(Box<ServeArgs>),
    /// Run a server with generated data that is thrown away at the end
    ///
    /// Prints the address, a sign-in and an API key. DAYBOOK_ADMIN_EMAIL and
    /// DAYBOOK_ADMIN_PASSWORD choose the sign-in.
    Demo(DemoArgs),
    /// Bring events from files into the log, without a server
    ///
    /// Reads one JSON event a line, as POST /api/v1/events takes them; gzip and zstd are recognised
    /// by content. Prints the result as JSON on stdout. Exit code: 0 when every line was taken or
    /// was there already, 1 when some were refused, 2 when the import could not be done.
    Import(ImportArgs),
    /// Copy everything into a directory, beside a running server or without one
    ///
    /// Every event acknowledged before the backup begins is in it. It also holds accounts, the
    /// hashes of keys and passwords, and all content: keep it as safe as the data itself.
    Backup(BackupArgs),
    /// Make a data directory from a backup, checking every file
    Restore(RestoreArgs),
    /// Check that the audit log is what was signed, with its public key alone
    ///
    /// Reads a data directory (a server may be using it), a backup, or a running server, and recomputes
    /// everything. The last line can be quoted. Exit code: 0 when all is as it was signed, 1 when
    /// something is not, 2 when it could not be checked.
    Verify(VerifyArgs),
    /// Run a witness, best on another host: it cosigns the audit log's checkpoints
    ///
    /// It signs a checkpoint only if that extends the last one it signed, so that a log cannot show
    /// different histories. Prints its verifier key and its address.
    Witness(WitnessArgs),
    /// Make, list and revoke API keys; works beside a running server
    #[command(subcommand)]
    Key(KeyCommand),
    /// List, invite, link, close and open accounts; works beside a running server
    #[command(subcommand)]
    User(UserCommand),
}

/// Which data directory.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Directory that holds everything Daybook keeps [default: ./data]
    #[arg(long, value_name = "DIR", env = "DAYBOOK_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Configuration file (TOML); keys it does not know are errors
    #[arg(long, value_name = "FILE", env = "DAYBOOK_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) keys: Keys,
    /// Configuration file (TOML); keys it does not know are errors
    #[arg(long, value_name = "FILE", env = "DAYBOOK_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "DAYBOOK_LISTEN",
        default_value = "127.0.0.1:7070"
    )]
    pub(crate) listen: String,
    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Another seed makes other data; the same seed makes the same
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the month of data ends; now, unless said: the same seed and end make the same events
    #[arg(long, value_name = "TIME", value_parser = past)]
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Files to read, in this order; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Name of the platform the events come from
    #[arg(long, value_name = "NAME", default_value = "import")]
    pub(crate) origin: String,
    /// How the events are written
    #[arg(long, value_enum, default_value_t = ImportFormat::Ndjson)]
    pub(crate) format: ImportFormat,
    /// File for the refused lines, as they came: mend it and import it
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// Directory for the backup; new or empty
    pub(crate) target: PathBuf,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup's directory
    pub(crate) backup: PathBuf,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Data directory, backup, evidence package, or address of a server such as https://logs.example.com
    #[arg(value_name = "PATH|URL")]
    pub(crate) place: String,
    /// The log's verifier key, or a file that holds it; again for a key that has followed it
    #[arg(long = "key", value_name = "KEY|FILE", required = true)]
    pub(crate) keys: Vec<String>,
    /// File of a checkpoint that was kept, which the log must still contain; give it again for more
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// Where the log's tiles are, for an evidence package and checkpoints of other sizes: data directory, backup
    /// or server; they need no API key
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) tiles: Option<String>,
    /// File with the witnesses that must have cosigned (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// API key that may read audit events, for a server; without it only hashes are checked
    #[arg(
        long,
        value_name = "KEY",
        env = "DAYBOOK_API_KEY",
        hide_env_values = true
    )]
    pub(crate) api_key: Option<String>,
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    /// How many bundles are checked at once [default: the number of processors]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) threads: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(crate) struct WitnessArgs {
    /// Directory that holds what the witness has signed, and its key; never restore an older copy
    #[arg(long, value_name = "DIR", env = "DAYBOOK_WITNESS_DIR")]
    pub(crate) state_dir: PathBuf,
    /// A log's verifier key, or a file that holds it; give it again for more logs
    #[arg(long = "log", value_name = "KEY|FILE", required = true)]
    pub(crate) logs: Vec<String>,
    /// Name of the witness in its signatures, kept for ever [default: a random one]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// File of its own key, made at the first start [default: witness.key in its directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7071")]
    pub(crate) listen: String,
}

/// How events stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// One JSON event a line
    Ndjson,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key; prints it, and nothing else, on stdout
    Create(KeyCreateArgs),
    /// List keys: id, last four characters, scopes, origin, name, state
    List(Place),
    /// Give a key a new secret; prints it, and nothing else, on stdout
    ///
    /// The key keeps its id, origin and scopes.
    Rotate(KeyRotateArgs),
    /// Revoke a key at once and for good
    Revoke(KeyRevokeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeyCreateArgs {
    /// What the key is for
    #[arg(long)]
    pub(crate) name: String,
    /// What it may do: ingest, read, admin; give it again for more
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub(crate) scopes: Vec<Scope>,
    /// Name of the platform whose events it brings [default: the key's name]
    #[arg(long)]
    pub(crate) origin: Option<String>,
    /// When it ends: a time like 2027-01-31T00:00:00Z, or from now: 90d, 12h [default: never]
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub(crate) expires: Option<Timestamp>,
    /// Requests a minute that it may send [default: no limit]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) rate_per_minute: Option<u32>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct KeyRotateArgs {
    /// The key's id, as `daybook key list` shows it
    pub(crate) id: String,
    /// How long the old secret still works
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    pub(crate) grace_minutes: u32,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct KeyRevokeArgs {
    /// The key's id, as `daybook key list` shows it
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// List accounts: e-mail, role, state, last sign-in, links to own data
    List(Place),
    /// Make an account and print the link of its invitation; for one that waits, a new link
    Invite(InviteArgs),
    /// Give an account a new random password and end its sessions; prints the password
    ResetPassword(UserArgs),
    /// Give an account another role; it acts at once
    SetRole(SetRoleArgs),
    /// Close an account: its sessions end at once
    Disable(UserArgs),
    /// Open an account again
    Enable(UserArgs),
    /// Say which usage events are an account's own, in place of what was said before
    Link(LinkArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    /// The account's e-mail
    pub(crate) email: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Reads a time that has been.
fn past(text: &str) -> Result<Timestamp, String> {
    let now = Timestamp::now();
    match Timestamp::parse_param(text, now) {
        Ok(time) if time <= now => Ok(time),
        Ok(_) => Err("expected a time that has been".into()),
        Err(_) => Err("expected a time like 2026-06-18T15:30:00Z, or -90d".into()),
    }
}

/// Reads a time to come.
fn end(text: &str) -> Result<Timestamp, String> {
    let now = Timestamp::now();
    match Timestamp::parse_param(text, now) {
        Ok(time) if time > now => Ok(time),
        Ok(_) => Err("expected a time to come".into()),
        Err(_) => Err("expected a time like 2027-01-31T00:00:00Z, or 90d, 12h from now".into()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct InviteArgs {
    /// The account's e-mail
    pub(crate) email: String,
    /// What it may do: super_admin, billing_admin, auditor, user
    #[arg(long)]
    pub(crate) role: Role,
    /// Where people reach the UI: the link leads there
    #[arg(
        long,
        value_name = "URL",
        env = "DAYBOOK_PUBLIC_URL",
        default_value = "http://127.0.0.1:7070"
    )]
    pub(crate) public_url: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct SetRoleArgs {
    /// The account's e-mail
    pub(crate) email: String,
    /// What it may do from now on: super_admin, billing_admin, auditor, user
    pub(crate) role: Role,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct LinkArgs {
    /// The account's e-mail
    pub(crate) email: String,
    /// A platform instance and the user there; none takes all links away
    #[arg(value_name = "ORIGIN=USER_ID", value_parser = link)]
    pub(crate) links: Vec<NewLink>,
    #[command(flatten)]
    pub(crate) place: Place,
}

fn link(text: &str) -> Result<NewLink, String> {
    let (origin, user_id) = text.split_once('=').ok_or("expected ORIGIN=USER_ID")?;
    Ok(NewLink {
        origin: origin.into(),
        user_id: user_id.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
