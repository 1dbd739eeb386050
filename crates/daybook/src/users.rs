//! `daybook user`. Works on the database itself, so that a server may run beside it or not.

use crate::cli::{InviteArgs, LinkArgs, Place, SetRoleArgs, UserArgs, UserCommand};
use crate::keys::{actor, open_existing};
use crate::{Failure, output};
use daybook_server::control::{
    Control, ControlError, NewUser, UserChange, UserProfile, UserQuery, new_password,
};

pub(crate) async fn run(command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::List(place) => list(place).await,
        UserCommand::Invite(args) => invite(args).await,
        UserCommand::ResetPassword(args) => reset_password(args).await,
        UserCommand::SetRole(args) => set_role(args).await,
        UserCommand::Disable(args) => set_disabled(args, true).await,
        UserCommand::Enable(args) => set_disabled(args, false).await,
        UserCommand::Link(args) => link(args).await,
    }
}

async fn list(place: Place) -> Result<(), Failure> {
    let control = open_existing(place).await?;
    let all = UserQuery {
        limit: u64::MAX,
        ..UserQuery::default()
    };
    for profile in control.users(all).await?.0 {
        output::result(&line(&profile));
    }
    control.close().await;
    Ok(())
}

fn line(profile: &UserProfile) -> String {
    let seen = match profile.last_sign_in_at {
        Some(time) => format!("signed in {time}"),
        None => "never signed in".into(),
    };
    let links = profile.links.iter();
    let links: Vec<String> = links
        .map(|link| format!("{}={}", link.origin, link.user_id))
        .collect();
    let user = &profile.user;
    let links = links.join(" ");
    format!(
        "{}\t{}\t{}\t{seen}\t{links}",
        user.email, user.role, user.state
    )
}

/// The account waits already when the link before was lost. An address that cannot be used, or whose account
/// has another role, is refused as an invitation, and that on record.
async fn invite(args: InviteArgs) -> Result<(), Failure> {
    let control = open_existing(args.place).await?;
    let (actor, site) = (actor(), &args.public_url);
    let known = match control.user_by_email(&args.email).await {
        Ok(user) => Some(user),
        Err(ControlError::NotFound(_) | ControlError::Invalid { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let new = NewUser {
        email: args.email,
        role: args.role,
        links: Vec::new(),
    };
    let link = match known {
        Some(user) if user.role == new.role => control.invite_again(&actor, &user.id, site).await?,
        Some(user) => match control.invite(&actor, new, site).await {
            Err(ControlError::Exists(_)) => {
                let message = format!("the account has the role {}: see user set-role", user.role);
                return Err(Failure::Other(message));
            }
            invited => invited?.1,
        },
        None => control.invite(&actor, new, site).await?.1,
    };
    control.close().await;
    output::result(&link.unwrap_or_default());
    Ok(())
}

async fn reset_password(args: UserArgs) -> Result<(), Failure> {
    let control = open_existing(args.place).await?;
    let password = new_password();
    control
        .reset_password(&actor(), &args.email, password.clone())
        .await?;
    control.close().await;
    output::result(&password);
    Ok(())
}

async fn set_role(args: SetRoleArgs) -> Result<(), Failure> {
    let control = open_existing(args.place).await?;
    let new = UserChange {
        role: Some(args.role),
        disabled: None,
    };
    change(control, &args.email, new).await
}

async fn set_disabled(args: UserArgs, disabled: bool) -> Result<(), Failure> {
    let control = open_existing(args.place).await?;
    let new = UserChange {
        role: None,
        disabled: Some(disabled),
    };
    change(control, &args.email, new).await
}

async fn change(control: Control, email: &str, new: UserChange) -> Result<(), Failure> {
    let id = id_of(&control, email).await?;
    control.change_user(&actor(), &id, new).await?;
    control.close().await;
    Ok(())
}

async fn link(args: LinkArgs) -> Result<(), Failure> {
    let control = open_existing(args.place).await?;
    let id = id_of(&control, &args.email).await?;
    control.set_links(&actor(), &id, args.links).await?;
    control.close().await;
    Ok(())
}

/// The account with this e-mail. Where there is none the e-mail stands for it, so that the change is
/// refused, and that on record.
async fn id_of(control: &Control, email: &str) -> Result<String, Failure> {
    match control.user_by_email(email).await {
        Ok(user) => Ok(user.id),
        Err(ControlError::NotFound(_) | ControlError::Invalid { .. }) => Ok(email.into()),
        Err(error) => Err(error.into()),
    }
}
