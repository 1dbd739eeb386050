//! `daybook witness`.

use crate::cli::WitnessArgs;
use crate::{Failure, logging, output, serve, signals, verifier_keys};
use daybook_server::witness::{Witness, witness_key};

pub(crate) async fn run(args: WitnessArgs) -> Result<(), Failure> {
    // What it has to say goes to its own log alone: it has no store.
    drop(logging::start("info")?);
    let logs: Vec<Vec<_>> = args
        .logs
        .iter()
        .map(|log| verifier_keys::read(log))
        .collect::<Result<_, _>>()?;
    let listener = serve::listen(&args.listen).await?;
    let address = listener.local_addr()?;
    let dir = args.state_dir;
    let key = args.key.unwrap_or_else(|| dir.join("witness.key"));
    let signer = witness_key(&key, args.name.as_deref())?;
    let witness = Witness::open(&dir, Box::new(signer), &logs.concat())?;
    let (key, url) = (witness.vkey(), serve::url(address, false));
    output::result(&format!("Witness {key} is ready at {url}"));
    Ok(witness.serve(listener, signals::stop()).await?)
}
