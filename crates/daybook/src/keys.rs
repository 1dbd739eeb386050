//! `daybook key`. Works on the database itself, so that a server may run beside it or not; a
//! running one hands the audit events to the log within seconds, else the next one does.

use crate::cli::{KeyCreateArgs, KeyRevokeArgs, Place};
use crate::{Failure, config, output};
use daybook_server::control::{Actor, Control, NewKey};

pub(crate) async fn create(args: KeyCreateArgs) -> Result<(), Failure> {
    let control = Control::open(&config::data_dir(args.place)?).await?;
    let new = NewKey {
        name: args.name,
        origin: args.origin,
        scopes: args.scopes,
    };
    let (_, secret) = control.create_key(&actor(), new).await?;
    control.close().await;
    output::result(&secret);
    Ok(())
}

pub(crate) async fn list(place: Place) -> Result<(), Failure> {
    let control = Control::open(&config::data_dir(place)?).await?;
    for key in control.keys().await? {
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.name()).collect();
        let state = match (key.revoked_at, key.last_used_at) {
            (Some(time), _) => format!("revoked {time}"),
            (None, Some(time)) => format!("used {time}"),
            (None, None) => "never used".into(),
        };
        output::result(&format!(
            "{}\t…{}\t{}\t{}\t{}\t{state}",
            key.id,
            key.last_four,
            scopes.join(","),
            key.origin,
            key.name
        ));
    }
    control.close().await;
    Ok(())
}

pub(crate) async fn revoke(args: KeyRevokeArgs) -> Result<(), Failure> {
    let control = Control::open(&config::data_dir(args.place)?).await?;
    control.revoke_key(&actor(), &args.id).await?;
    control.close().await;
    Ok(())
}

/// Whoever can run the command on this machine.
pub(crate) fn actor() -> Actor {
    Actor::system("command line")
}
