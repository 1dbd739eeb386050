//! Which names mean a secret: names of fields, members, variables, headers and parameters.
//! Over a name that only speaks about a secret (`password_policy`, `api_key_id`) nothing is hidden.

/// Parts of names whose values are secret, in small letters, without what separates words.
const PARTS: [&str; 31] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "motdepasse",
    "contraseña",
    "密码",
    "密钥",
    "secret",
    "apikey",
    "authkey",
    "accesskey",
    "privatekey",
    "accountkey",
    "masterkey",
    "sharedkey",
    "signingkey",
    "encryptionkey",
    "subscriptionkey",
    "credential",
    "authorization",
    "cookie",
    "connectionstring",
    "accesstoken",
    "refreshtoken",
    "mnemonic",
    "seedphrase",
    "recoverycode",
    "backupcode",
];

/// Last words of names that speak about a secret and do not hold it.
const ABOUT: [&str; 42] = [
    "policy",
    "policies",
    "rules",
    "requirements",
    "id",
    "ids",
    "name",
    "names",
    "type",
    "types",
    "length",
    "min",
    "max",
    "limit",
    "limits",
    "count",
    "counts",
    "attempts",
    "enabled",
    "required",
    "changed",
    "at",
    "expiry",
    "expires",
    "expired",
    "expiration",
    "lifetime",
    "ttl",
    "age",
    "days",
    "hours",
    "minutes",
    "seconds",
    "algorithm",
    "endpoint",
    "method",
    "mode",
    "provider",
    "scheme",
    "status",
    "strength",
    "version",
];

/// Identifiers that are as good as the secret.
const SECRET_IDS: [&str; 2] = ["secretid", "accesskeyid"];

/// A seed is secret where one-time codes or keys grow from it; that of a model's sampling is not.
const SEEDS_OF: [&str; 6] = ["otp", "mfa", "2fa", "wallet", "recovery", "words"];

/// Words beside which a token is a piece of text or a place in a list.
const PLAIN_TOKENS: [&str; 34] = [
    "per",
    "each",
    "max",
    "min",
    "total",
    "first",
    "last",
    "next",
    "previous",
    "prev",
    "page",
    "continuation",
    "start",
    "stop",
    "end",
    "bos",
    "eos",
    "pad",
    "unk",
    "sep",
    "cls",
    "mask",
    "special",
    "input",
    "output",
    "prompt",
    "completion",
    "cached",
    "reasoning",
    "image",
    "audio",
    "text",
    "usage",
    "billing",
];

/// First words of options that ask for a secret, or do something with it, and are followed by none.
const FLAGS: [&str; 16] = [
    "no", "ask", "prompt", "with", "without", "require", "show", "print", "hide", "mask", "skip",
    "allow", "enable", "disable", "force", "generate",
];

/// Whether values of this name are secret: one of its steps (`config.password`, `/env/API_KEY`)
/// means a secret, or its last one ends like one.
pub(crate) fn is_secret_name(name: &str) -> bool {
    is_unmistakable(name)
        || steps(name)
            .last()
            .is_some_and(|step| ends_secret(&words(step)))
}

/// The same without the words that mean much else in sentences, such as `token`.
pub(super) fn is_unmistakable(name: &str) -> bool {
    steps(name).any(|step| holds_secret(&words(step)))
}

/// Whether a command takes a secret behind an option of this name: the secret is the last that it
/// says (`password-stdin` takes none).
pub(super) fn is_secret_option(name: &str) -> bool {
    let words = words(name);
    let bare = words.concat();
    let bare = bare.trim_end_matches('s');
    let is_flag = words.first().is_some_and(|first| FLAGS.contains(&&**first));
    let ends = || ends_secret(&words) || PARTS.iter().any(|part| bare.ends_with(part));
    !is_flag && ends() && is_secret_name(name)
}

fn steps(name: &str) -> impl Iterator<Item = &str> {
    let steps = name.split(['.', '/', '[', ']', ':', '#']);
    steps.filter(|step| step.contains(char::is_alphanumeric))
}

fn holds_secret(words: &[String]) -> bool {
    let bare = words.concat();
    if SECRET_IDS.iter().any(|id| bare.ends_with(id)) {
        return true;
    }
    if words.last().is_some_and(|last| ABOUT.contains(&&**last)) {
        return false;
    }
    let is_seed = bare.contains("seed") && SEEDS_OF.iter().any(|of| bare.contains(of));
    is_seed || PARTS.iter().any(|part| bare.contains(part))
}

fn ends_secret(words: &[String]) -> bool {
    let Some(last) = words.last() else {
        return false;
    };
    match last.as_str() {
        "pass" | "authtoken" | "apitoken" | "sessiontoken" => true,
        "token" => !words.iter().any(|word| PLAIN_TOKENS.contains(&&**word)),
        last => last.ends_with("pwd"),
    }
}

/// The words of a name in small letters: `X-Api-Key`, `api_key` and `apiKey` have the same.
fn words(step: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut after_small = false;
    for letter in step.chars() {
        let goes_on = letter.is_alphanumeric() && !(after_small && letter.is_uppercase());
        if !goes_on && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_however_they_are_written() {
        for name in [
            "password",
            "Passwort",
            "passwd",
            "passphrase",
            "pwd",
            "userPwd",
            "PGPASSWORD",
            "db_pass",
            "api_key",
            "apiKey",
            "X-Api-Key",
            "OPENAI_API_KEY",
            "clientSecret",
            "accessToken",
            "refresh_token",
            "token",
            "bot_token",
            "X-Auth-Token",
            "a.b.token",
            "Authorization",
            "Set-Cookie",
            "AccountKey",
            "aws_secret_access_key",
            "aws_access_key_id",
            "totp_seed",
            "seed_phrase",
            "mnemonic",
            "/config/providers/0/api_key",
            "headers[Authorization]",
            "credentials.0.id",
            "policies.0.api_key",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn options_take_secrets_when_they_say_nothing_else() {
        for name in [
            "password",
            "token",
            "secret",
            "api-key",
            "db-password",
            "aws-secret-access-key",
            "registry-token",
            "spring.datasource.password",
            "credentials",
        ] {
            assert!(is_secret_option(name), "{name}");
        }
        for name in [
            "",
            "user",
            "token-limit",
            "max-tokens",
            "password-stdin",
            "password-file",
            "no-password",
            "with-token",
            "generate-secret",
            "secret-name",
            "compass",
        ] {
            assert!(!is_secret_option(name), "{name}");
        }
    }

    #[test]
    fn names_about_secrets_and_ordinary_names_are_not() {
        for name in [
            "",
            "...",
            "key",
            "key_id",
            "api_key_id",
            "apiKeyName",
            "tokens",
            "max_tokens",
            "token_limit",
            "token_count",
            "cost_per_token",
            "input_cost_per_token",
            "time_to_first_token",
            "eos_token",
            "next_page_token",
            "password_policy",
            "password_policy.min_length",
            "password_policy.max_attempts",
            "password_changed_at",
            "authorization_endpoint",
            "seed",
            "passed",
            "pass_rate",
            "compass",
            "public_key",
            "sort_key",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
