//! The binary: reads the command line and the configuration, joins store and server, and nothing
//! else.

mod backup;
mod cli;
mod config;
mod demo;
mod demo_command;
mod import;
mod keys;
mod ledger;
mod logging;
mod output;
mod serve;
mod signals;
mod users;
mod verifier_keys;
mod verify;
mod witness;

use clap::Parser;
use cli::{Cli, Command, KeyCommand};
use std::process::ExitCode;
use tempfile::TempDir;

// Heads come and go in hundreds of megabytes of small pieces, freed by another thread than the one
// that made them. This allocator gives them back: 280 MB stay after loading the demo data, 780 MB
// with the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        address: String,
        cause: std::io::Error,
    },
    #[error(transparent)]
    Tls(#[from] daybook_server::TlsError),
    #[error(transparent)]
    Control(#[from] daybook_server::control::ControlError),
    #[error(transparent)]
    Archive(#[from] daybook_s3::SettingsError),
    #[error("the event store: {0}")]
    Store(#[from] daybook_model::StoreError),
    #[error("the witness: {0}")]
    Witness(#[from] daybook_server::witness::WitnessError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Other(String),
}

fn main() -> ExitCode {
    // What is kept is for the account that runs Daybook alone: it holds secrets and people's data.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let mut throw_away = None;
    let outcome = runtime.block_on(run(cli.command, &mut throw_away));
    // Ends the background tasks, and with the last of them the store closes; only then can its
    // directory be removed for good.
    drop(runtime);
    drop(throw_away);
    match outcome {
        Ok(code) => code,
        Err(failure) => fail(&failure),
    }
}

/// Runs a command. Those with exit codes of their own answer them; what fails otherwise is 1.
async fn run(command: Command, throw_away: &mut Option<TempDir>) -> Result<ExitCode, Failure> {
    match command {
        Command::Import(args) => return Ok(import::run(args).await),
        Command::Verify(args) => return Ok(verify::run(args).await),
        Command::Serve(args) => serve::run(*args).await,
        Command::Demo(args) => demo_command::run(args, throw_away).await,
        Command::Backup(args) => backup::run(args).await,
        Command::Restore(args) => backup::restore(args).await,
        Command::Witness(args) => witness::run(args).await,
        Command::Key(KeyCommand::Create(args)) => keys::create(args).await,
        Command::Key(KeyCommand::List(args)) => keys::list(args).await,
        Command::Key(KeyCommand::Rotate(args)) => keys::rotate(args).await,
        Command::Key(KeyCommand::Revoke(args)) => keys::revoke(args).await,
        Command::User(command) => users::run(command).await,
    }?;
    Ok(ExitCode::SUCCESS)
}

fn fail(failure: &Failure) -> ExitCode {
    output::note(&format!("daybook: {failure}"));
    ExitCode::FAILURE
}
