//! `daybook user`.

use crate::cli::ResetPasswordArgs;
use crate::keys::actor;
use crate::{Failure, config, output};
use daybook_server::control::{Control, new_password};

pub(crate) async fn reset_password(args: ResetPasswordArgs) -> Result<(), Failure> {
    let control = Control::open(&config::data_dir(args.place)?).await?;
    let password = new_password();
    control
        .reset_password(&actor(), &args.email, password.clone())
        .await?;
    control.close().await;
    output::result(&password);
    Ok(())
}
