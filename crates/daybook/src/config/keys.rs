//! What can be set, under one name in flags, variables and the configuration file, and what comes of it.

use super::ConfigError;
use super::archive::{ArchiveArgs, ArchivePlace};
use crate::ledger::Ledger;
use clap::Args;
use daybook_ledger::Policy;
use daybook_server::control::{Configuration, OnlineWindows};
use daybook_server::{
    Anchor, BadAnchor, ConnectionLimits, Network, Options, PublicationOptions, Rates,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// What can be set: as a flag, as a variable, or in a configuration file under the same name. A key
/// that is not listed here is an error.
#[derive(Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "the comments are the text of --help")]
pub(crate) struct Keys {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:7070]
    #[arg(long, value_name = "ADDRESS", env = "DAYBOOK_LISTEN")]
    pub(crate) listen: Option<String>,
    /// Directory that holds everything Daybook keeps [default: ./data]
    #[arg(long, value_name = "DIR", env = "DAYBOOK_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// What to log: error, warn, info, debug, or filters like info,daybook_store=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "DAYBOOK_LOG")]
    pub(crate) log: Option<String>,
    /// Where people reach the UI, such as https://logs.example.com; links in mails need it, and people sign in under no other name
    #[arg(long, value_name = "URL", env = "DAYBOOK_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// Proxies whose word about a request's sender, scheme and host is believed: addresses and ranges [default: 127.0.0.0/8,::1]
    #[arg(long, value_name = "RANGES", env = "DAYBOOK_TRUSTED_PROXIES")]
    pub(crate) trusted_proxies: Option<Ranges>,
    /// Certificate chain (PEM) for TLS; read again when it changes and on SIGHUP
    #[arg(long, value_name = "FILE", env = "DAYBOOK_TLS_CERT")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", env = "DAYBOOK_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Server that takes mails, such as smtps://name:password@mail.example.com; a password is better kept in the variable or the file
    #[arg(
        long,
        value_name = "URL",
        env = "DAYBOOK_SMTP_URL",
        hide_env_values = true
    )]
    pub(crate) smtp_url: Option<String>,
    /// Sender of mails, such as Daybook <daybook@example.com>
    #[arg(long, value_name = "SENDER", env = "DAYBOOK_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,
    /// Where archived events lie: a folder, or s3://bucket/prefix [default: archive in the data directory]
    #[arg(long, value_name = "PLACE", env = "DAYBOOK_ARCHIVE")]
    pub(crate) archive: Option<String>,
    /// Address of an S3-compatible service other than Amazon's, such as https://s3.example.com
    #[arg(long, value_name = "URL", env = "DAYBOOK_ARCHIVE_ENDPOINT")]
    pub(crate) archive_endpoint: Option<String>,
    /// Region of the archive's bucket [default: AWS_REGION, else us-east-1]
    #[arg(long, value_name = "REGION", env = "DAYBOOK_ARCHIVE_REGION")]
    pub(crate) archive_region: Option<String>,
    /// Key that may use the archive's bucket [default: AWS_ACCESS_KEY_ID, else what the machine offers]
    #[arg(long, value_name = "KEY", env = "DAYBOOK_ARCHIVE_ACCESS_KEY_ID")]
    pub(crate) archive_access_key_id: Option<String>,
    /// Secret of that key; better kept in the variable or the file
    #[arg(
        long,
        value_name = "SECRET",
        env = "DAYBOOK_ARCHIVE_SECRET_ACCESS_KEY",
        hide_env_values = true
    )]
    pub(crate) archive_secret_access_key: Option<String>,
    /// Days after which audit events are archived: lists leave them out, exports have them [default: 90]
    #[arg(long, value_name = "DAYS", env = "DAYBOOK_AUDIT_ONLINE_DAYS")]
    pub(crate) audit_online_days: Option<u32>,
    /// Days after which audit events are removed for good; their ids and hashes stay [default: never]
    #[arg(long, value_name = "DAYS", env = "DAYBOOK_AUDIT_DAYS")]
    pub(crate) audit_days: Option<u32>,
    /// Connections at once; more wait [default: 2048]
    #[arg(long, value_name = "NUMBER", env = "DAYBOOK_CONNECTIONS_MAX")]
    pub(crate) connections_max: Option<usize>,
    /// Connections at once from one address that is no trusted proxy; more are closed [default: 256]
    #[arg(
        long,
        value_name = "NUMBER",
        env = "DAYBOOK_CONNECTIONS_PER_ADDRESS_MAX"
    )]
    pub(crate) connections_per_address_max: Option<usize>,
    /// Requests a minute from one address without a valid key or session; 0 is no limit [default: 600]
    #[arg(long, value_name = "NUMBER", env = "DAYBOOK_ANONYMOUS_PER_MINUTE")]
    pub(crate) anonymous_per_minute: Option<u32>,
    /// Requests a minute that read, of one key or account; 0 is no limit [default: 3000]
    #[arg(long, value_name = "NUMBER", env = "DAYBOOK_READS_PER_MINUTE")]
    pub(crate) reads_per_minute: Option<u32>,
    /// Name of the audit log in its checkpoints, kept for ever; best its address without a scheme, such as logs.example.com/ledger [default: public_url's host and /ledger, else a random one]
    #[arg(long, value_name = "NAME", env = "DAYBOOK_LEDGER_NAME")]
    pub(crate) ledger_name: Option<String>,
    /// File of the key that signs the audit log's checkpoints, made at the first start; with ledger_sign_command the file of its verifier key [default: ledger.key in the data directory]
    #[arg(long, value_name = "FILE", env = "DAYBOOK_LEDGER_KEY")]
    pub(crate) ledger_key: Option<PathBuf>,
    /// Command that signs checkpoints with a key kept elsewhere: gets the text on its standard input, prints the Ed25519 signature in base64
    #[arg(long, value_name = "COMMAND", env = "DAYBOOK_LEDGER_SIGN_COMMAND")]
    pub(crate) ledger_sign_command: Option<String>,
    /// File of the last signed checkpoint; on another disk or host it guards against a data directory that was brought back from a backup [default: ledger/signed in the data directory]
    #[arg(long, value_name = "FILE", env = "DAYBOOK_LEDGER_LOCK")]
    pub(crate) ledger_lock: Option<PathBuf>,
    /// File with the witnesses that cosign the audit log's checkpoints (C2SP tlog-policy); those with an address are asked
    #[arg(long, value_name = "FILE", env = "DAYBOOK_LEDGER_POLICY")]
    pub(crate) ledger_policy: Option<PathBuf>,
    /// What keeps checkpoints: log, addresses that get them by POST, files that they are appended to
    #[arg(long, value_name = "ANCHORS", env = "DAYBOOK_LEDGER_ANCHORS")]
    pub(crate) ledger_anchors: Option<Anchors>,
    /// Seconds between checkpoints that anchors get [default: 600]
    #[arg(long, value_name = "NUMBER", env = "DAYBOOK_LEDGER_ANCHOR_SECONDS")]
    pub(crate) ledger_anchor_seconds: Option<u64>,
}

/// What keeps checkpoints, separated by commas; in a file a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Anchors(Vec<String>);

impl FromStr for Anchors {
    type Err = BadAnchor;

    fn from_str(text: &str) -> Result<Self, BadAnchor> {
        let words = text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        Ok(Self(words.map(str::to_owned).collect()))
    }
}

impl Anchors {
    fn parse(&self) -> Result<Vec<Anchor>, ConfigError> {
        let anchors = self.0.iter().map(|text| text.parse());
        anchors
            .collect::<Result<_, _>>()
            .map_err(ConfigError::Anchor)
    }
}

/// Ranges of addresses, separated by commas; in a file a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ranges(pub(super) Vec<Network>);

impl FromStr for Ranges {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split(',').map(str::trim);
        let ranges = words.filter(|word| !word.is_empty()).map(str::parse);
        ranges.collect::<Result<_, _>>().map(Self)
    }
}

impl Keys {
    /// These, and where they say nothing the others.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            listen: self.listen.or(other.listen),
            data_dir: self.data_dir.or(other.data_dir),
            log: self.log.or(other.log),
            public_url: self.public_url.or(other.public_url),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            smtp_url: self.smtp_url.or(other.smtp_url),
            mail_from: self.mail_from.or(other.mail_from),
            archive: self.archive.or(other.archive),
            archive_endpoint: self.archive_endpoint.or(other.archive_endpoint),
            archive_region: self.archive_region.or(other.archive_region),
            archive_access_key_id: self.archive_access_key_id.or(other.archive_access_key_id),
            archive_secret_access_key: self
                .archive_secret_access_key
                .or(other.archive_secret_access_key),
            audit_online_days: self.audit_online_days.or(other.audit_online_days),
            audit_days: self.audit_days.or(other.audit_days),
            connections_max: self.connections_max.or(other.connections_max),
            connections_per_address_max: self
                .connections_per_address_max
                .or(other.connections_per_address_max),
            anonymous_per_minute: self.anonymous_per_minute.or(other.anonymous_per_minute),
            reads_per_minute: self.reads_per_minute.or(other.reads_per_minute),
            ledger_name: self.ledger_name.or(other.ledger_name),
            ledger_key: self.ledger_key.or(other.ledger_key),
            ledger_sign_command: self.ledger_sign_command.or(other.ledger_sign_command),
            ledger_lock: self.ledger_lock.or(other.ledger_lock),
            ledger_policy: self.ledger_policy.or(other.ledger_policy),
            ledger_anchors: self.ledger_anchors.or(other.ledger_anchors),
            ledger_anchor_seconds: self.ledger_anchor_seconds.or(other.ledger_anchor_seconds),
        }
    }

    pub(super) fn take_ledger(&mut self) -> Ledger {
        Ledger {
            name: self.ledger_name.take(),
            key: self.ledger_key.take(),
            sign_command: self.ledger_sign_command.take(),
            lock: self.ledger_lock.take(),
        }
    }

    /// What is set, by key, as it is put on record.
    pub(super) fn configuration(&self) -> Configuration {
        let told = serde_json::to_value(self).expect("invariant: settings are plain values");
        let Value::Object(told) = told else {
            return Configuration::new();
        };
        told.into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect()
    }

    pub(super) fn tls(&self) -> Result<Option<(PathBuf, PathBuf)>, ConfigError> {
        match (self.tls_cert.clone(), self.tls_key.clone()) {
            (Some(cert), Some(key)) => Ok(Some((cert, key))),
            (None, None) => Ok(None),
            _ => Err(ConfigError::HalfACertificate),
        }
    }

    fn publication(&self) -> Result<PublicationOptions, ConfigError> {
        let default = PublicationOptions::default();
        let anchors = self.ledger_anchors.as_ref().map(Anchors::parse);
        let seconds = self.ledger_anchor_seconds.map(Duration::from_secs);
        Ok(PublicationOptions {
            policy: self.ledger_policy.as_deref().map(policy).transpose()?,
            anchors: anchors.transpose()?.unwrap_or_default(),
            anchor_every: seconds.unwrap_or(default.anchor_every),
            ..default
        })
    }

    pub(super) fn archive(&self, data_dir: &Path) -> ArchivePlace {
        let args = ArchiveArgs {
            archive: self.archive.clone(),
            archive_endpoint: self.archive_endpoint.clone(),
            archive_region: self.archive_region.clone(),
            archive_access_key_id: self.archive_access_key_id.clone(),
            archive_secret_access_key: self.archive_secret_access_key.clone(),
        };
        args.place(data_dir)
    }

    pub(super) fn server(self) -> Result<Options, ConfigError> {
        let default = Options::default();
        let publication = self.publication()?;
        let ConnectionLimits {
            max,
            per_address_max,
        } = default.connections;
        let Rates {
            anonymous_per_minute,
            reads_per_minute,
        } = default.rates;
        let online = self.audit_online_days.unwrap_or(default.audit_online_days);
        let online = OnlineWindows::check_days(online).map_err(ConfigError::OnlineDays)?;
        if self.audit_days.is_some_and(|days| days < online) {
            return Err(ConfigError::AuditDays(online));
        }
        Ok(Options {
            audit_online_days: online,
            audit_days: self.audit_days,
            public_url: self.public_url.map(public_url).transpose()?,
            publication,
            smtp_url: self.smtp_url,
            mail_from: self.mail_from,
            trusted_proxies: self
                .trusted_proxies
                .map_or(default.trusted_proxies, |ranges| ranges.0),
            connections: ConnectionLimits {
                max: self.connections_max.unwrap_or(max),
                per_address_max: self.connections_per_address_max.unwrap_or(per_address_max),
            },
            rates: Rates {
                anonymous_per_minute: self.anonymous_per_minute.unwrap_or(anonymous_per_minute),
                reads_per_minute: self.reads_per_minute.unwrap_or(reads_per_minute),
            },
            ..Options::default()
        })
    }
}

/// The policy in a file.
fn policy(path: &Path) -> Result<Policy, ConfigError> {
    let wrong = |why: &dyn std::fmt::Display| ConfigError::Policy {
        path: path.into(),
        why: why.to_string(),
    };
    let bytes = std::fs::read(path).map_err(|error| wrong(&error))?;
    Policy::parse(&bytes).map_err(|error| wrong(&error))
}

/// Daybook has a host of its own: its pages lie at the root.
fn public_url(text: String) -> Result<String, ConfigError> {
    let url = text.trim_end_matches('/');
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    match host.is_some_and(|host| !host.is_empty() && host.chars().all(allowed)) {
        true => Ok(url.into()),
        false => Err(ConfigError::PublicUrl(text)),
    }
}
