use super::keys::Ranges;
use super::*;
use crate::cli::Cli;
use clap::CommandFactory;

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("daybook.toml");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

fn settings(keys: Keys, text: &str) -> Result<Settings, ConfigError> {
    let (_dir, path) = file(text);
    Settings::of(ServeArgs {
        keys,
        config: Some(path),
    })
}

#[test]
fn flags_beat_the_file_and_the_file_beats_defaults() {
    let text = "listen = \"0.0.0.0:1\"\ndata_dir = \"/srv/daybook\"\n";
    let keys = Keys {
        listen: Some("[::1]:2".into()),
        ..Keys::default()
    };
    let flagged = settings(keys, text).unwrap();
    assert_eq!(flagged.listen, "[::1]:2");
    assert_eq!(flagged.data_dir, Path::new("/srv/daybook"));
    assert_eq!(flagged.log, "info");
    let filed = settings(Keys::default(), text).unwrap();
    assert_eq!(filed.listen, "0.0.0.0:1");
}

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    let error = settings(Keys::default(), "listn = \"0.0.0.0:1\"\n").unwrap_err();
    assert!(error.to_string().contains("listn"), "{error}");
}

#[test]
fn what_the_outside_sees_is_set_and_checked() {
    let text = "trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\npublic_url = \"https://logs.example/\"\n\
                connections_per_address_max = 7\nreads_per_minute = 0\n";
    let server = settings(Keys::default(), text).unwrap().server;
    assert_eq!(server.public_url.unwrap(), "https://logs.example");
    let trusted: Vec<String> = server
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(trusted, ["10.0.0.0/8", "::1/128"]);
    assert_eq!(
        (server.connections.max, server.connections.per_address_max),
        (2_048, 7)
    );
    assert_eq!(server.rates.reads_per_minute, 0);

    let none: Ranges = "".parse().unwrap();
    assert!(none.0.is_empty(), "nobody is trusted");
    assert_eq!(
        "127.0.0.1, 10.0.0.0/8".parse::<Ranges>().unwrap().0.len(),
        2
    );
    assert!("127.0.0.1;10.0.0.1".parse::<Ranges>().is_err());
    for wrong in [
        "trusted_proxies = [\"proxy\"]",
        "tls_cert = \"cert.pem\"",
        "public_url = \"logs.example\"",
        "public_url = \"https://logs.example/daybook\"",
        "public_url = \"https://\"",
    ] {
        assert!(settings(Keys::default(), wrong).is_err(), "{wrong}");
    }
}

/// The reference, as the doc comments of the keys make it.
fn reference() -> String {
    let mut rows = String::from("| key | variable | meaning |\n|---|---|---|\n");
    let command = Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    for argument in serve.get_arguments() {
        let (Some(flag), Some(variable)) = (argument.get_long(), argument.get_env()) else {
            continue;
        };
        if flag == "config" {
            continue;
        }
        let key = flag.replace('-', "_");
        let variable = variable.to_str().unwrap();
        assert_eq!(variable, format!("DAYBOOK_{}", key.to_uppercase()));
        let help = argument.get_help().unwrap().to_string();
        let help = help
            .replace('[', "(")
            .replace(']', ")")
            .replace('<', "&lt;");
        rows.push_str(&format!("| `{key}` | `{variable}` | {help} |\n"));
    }
    rows
}

#[test]
fn the_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/configuration.md");
    let committed = std::fs::read_to_string(&path).unwrap();
    let begin = committed.find("| key |").unwrap();
    let end = begin + committed[begin..].find("\n\n").unwrap() + 1;
    let current = format!(
        "{}{}{}",
        &committed[..begin],
        reference(),
        &committed[end..]
    );
    if std::env::var_os("DAYBOOK_RENEW").is_some() {
        std::fs::write(&path, &current).unwrap();
        return;
    }
    assert!(
        committed == current,
        "docs/guide/configuration.md is out of date: renew it with\n  \
         DAYBOOK_RENEW=1 cargo test -p daybook the_reference_is_current"
    );
}

#[test]
fn every_key_of_the_reference_is_taken_from_a_file() {
    for line in reference().lines().skip(2) {
        let key = line.split('`').nth(1).unwrap();
        let error = settings(Keys::default(), &format!("{key} = {{}}\n")).unwrap_err();
        assert!(!error.to_string().contains("unknown field"), "{error}");
    }
}
