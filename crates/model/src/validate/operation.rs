//! The operation type of an audit event whose sender gives none, from the words of its action.

use crate::catalogue::OPERATIONS;

/// The operation type of an action `<resource>.<verb>`: `model.disabled` → `disable`, `app.api_disabled` →
/// `disable_api`, `backup_codes.generated` → `generate_backup_code`; `modify` when nothing fits, and none
/// for what changes nothing.
pub fn operation_of(action: &str) -> Option<&'static str> {
    let (resource, verb) = action.rsplit_once('.').unwrap_or(("", action));
    if changes_nothing(resource, verb) {
        return None;
    }
    let compound = || {
        let resource = resource.rsplit('.').next().unwrap_or(resource);
        let ends = [
            verb.rsplit_once('_').map(|(object, deed)| (deed, object)),
            verb.split_once('_'),
            Some((verb, resource)),
        ];
        let mut ends = ends.into_iter().flatten();
        ends.find_map(|(deed, object)| known(&format!("{}_{}", stem(deed)?, plain(object))))
    };
    let simple = || match verb {
        "logged_in" | "signed_in" | "sign_in" => Some("login"),
        "signed_up" => Some("create"),
        "configured" => Some("modify_configuration"),
        "imported" => Some("upload"),
        _ => known(stem(verb)?),
    };
    let found = known(verb).or_else(compound).or_else(simple);
    Some(found.unwrap_or("modify"))
}

/// Whether somebody only looked, checked or was turned away.
fn changes_nothing(resource: &str, verb: &str) -> bool {
    match verb {
        "read"
        | "viewed"
        | "listed"
        | "searched"
        | "queried"
        | "tested"
        | "denied"
        | "verification_started" => true,
        // Elsewhere something is verified from then on, such as an e-mail address.
        "verified" => resource == "ledger",
        _ => false,
    }
}

fn known(name: &str) -> Option<&'static str> {
    let mut all = OPERATIONS.iter().copied();
    all.find(|operation| *operation == name)
}

/// What a verb does, as the operation types call it.
fn stem(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "create" | "created" | "added" | "issued" | "registered" => "create",
        "delete" | "deleted" | "removed" | "revoked" | "archived" => "delete",
        "enable" | "enabled" | "activated" | "unlocked" | "restored" => "enable",
        "disable" | "disabled" | "deactivated" | "suspended" | "locked" => "disable",
        "export" | "exported" | "downloaded" => "export",
        "import" | "imported" => "import",
        "upload" | "uploaded" => "upload",
        "publish" | "published" => "publish",
        "invite" | "invited" => "invite",
        "bind" | "bound" => "bind",
        "generate" | "generated" => "generate",
        "modify" | "modified" | "change" | "changed" | "updated" | "reset" => "modify",
        _ => return None,
    })
}

/// What it is done to, as the operation types call it.
fn plain(object: &str) -> &str {
    match object {
        "mfa" | "two_factor" => "2fa",
        "backup_codes" => "backup_code",
        "webapp" => "web_app",
        "webapp_access" => "web_app_access",
        "role" | "permission" | "permissions" => "access",
        "settings" => "configuration",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_is_found_on_either_side_of_what_it_is_done_to() {
        for (action, operation) in [
            ("model.disabled", "disable"),
            ("key.revoked", "delete"),
            ("file.imported", "upload"),
            ("session.signed_in", "login"),
            ("user.signed_up", "create"),
            ("app.import_dsl", "import_dsl"),
            ("app.exported_dsl", "export_dsl"),
            ("app.dsl_imported", "import_dsl"),
            ("app.api_disabled", "disable_api"),
            ("app.enabled_api", "enable_api"),
            ("webapp.enable_web_app", "enable_web_app"),
            ("app.web_app_disabled", "disable_web_app"),
            ("platform.web_app.enabled", "enable_web_app"),
            ("app.webapp_access_changed", "modify_web_app_access"),
            ("backup_codes.generated", "generate_backup_code"),
            ("user.backup_codes_generated", "generate_backup_code"),
            ("user.mfa_bound", "bind_2fa"),
            ("mfa.disabled", "disable_2fa"),
            ("user.2fa_enabled", "enable_2fa"),
            ("user.password_changed", "modify_password"),
            ("user.password_reset", "modify_password"),
            ("user.role_changed", "modify_access"),
            ("configuration.modified", "modify_configuration"),
            ("workspace.settings_changed", "modify_configuration"),
            ("api_key.disabled", "disable"),
            ("role.created", "create"),
        ] {
            assert_eq!(operation_of(action), Some(operation), "{action}");
        }
    }

    #[test]
    fn what_fits_no_type_modifies_unless_it_changes_nothing() {
        for action in [
            "thing.frobnicated",
            "UPPER CASE",
            "noverb",
            "",
            "user.verified",
            "user.invited_again",
            "user.sessions_ended",
            "session.mfa_verified",
            "mfa.reset",
        ] {
            assert_eq!(operation_of(action), Some("modify"), "{action}");
        }
        for action in [
            "log.read",
            "route.denied",
            "ledger.verified",
            "ledger.verification_started",
            "identity_provider.tested",
        ] {
            assert_eq!(operation_of(action), None, "{action}");
        }
    }
}
