//! The archive in a bucket of an S3-compatible service. What [`Depot::put`] returned for the service
//! has acknowledged; how long it keeps that, and on how many disks, is the service's word.

use bytes::Bytes;
use daybook_archive::Depot;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    ClientOptions, Error, ListResult, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    WriteMultipart,
};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;
use tokio::runtime::Handle;

/// Larger files go up in parts of this size. S3 takes no smaller ones, but for the last.
const PART_BYTES: usize = 8 << 20;
/// Parts on their way at once.
const PARTS_AT_ONCE: usize = 2;
/// Whoever downloads waits for it.
const RETRY_TIME_MAX: Duration = Duration::from_secs(20);
const RETRIES_MAX: usize = 4;
const REQUEST_TIME_MAX: Duration = Duration::from_secs(60);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);

/// Where the bucket is and who may use it. What is not set comes from the usual `AWS_…` variables, or
/// from the machine, where it tells.
#[derive(Clone, Default)]
pub struct Settings {
    /// `s3://bucket`, or `s3://bucket/prefix`.
    pub url: String,
    /// Of a service other than Amazon's, such as `https://s3.example.com`.
    pub endpoint: Option<String>,
    /// The region; `us-east-1` where the service has none.
    pub region: Option<String>,
    /// Who asks.
    pub access_key_id: Option<String>,
    /// The secret that proves it.
    pub secret_access_key: Option<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("url", &self.url);
        shown.field("endpoint", &self.endpoint);
        shown.finish_non_exhaustive()
    }
}

/// Settings that name no bucket that can be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not `s3://bucket` or `s3://bucket/prefix`.
    #[error("expected s3://bucket or s3://bucket/prefix, not {0:?}")]
    Url(String),
    /// What the client says.
    #[error("the archive's bucket cannot be used: {0}")]
    Client(String),
}

/// A bucket, or what lies below a prefix of one.
#[derive(Debug)]
pub struct Bucket {
    client: AmazonS3,
    prefix: String,
    place: String,
    runtime: Handle,
}

impl Bucket {
    /// The bucket of these settings. Nothing is asked of it yet. Requests are made on a runtime;
    /// whoever waits for them must not be on one of its own threads.
    ///
    /// # Errors
    /// When the settings make no sense.
    pub fn new(settings: Settings, runtime: Handle) -> Result<Self, SettingsError> {
        // Another part of the program may have chosen already: its choice is as good.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let wrong = || SettingsError::Url(settings.url.clone());
        let address = settings.url.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        let prefix = prefix.trim_matches('/');
        let plain = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c))
        };
        if bucket.is_empty() || !plain(bucket) || !plain(prefix) || address.contains("//") {
            return Err(wrong());
        }
        let retry = RetryConfig {
            max_retries: RETRIES_MAX,
            retry_timeout: RETRY_TIME_MAX,
            ..RetryConfig::default()
        };
        let client = ClientOptions::new()
            .with_user_agent(reqwest::header::HeaderValue::from_static(concat!(
                "daybook/",
                env!("CARGO_PKG_VERSION")
            )))
            .with_timeout(REQUEST_TIME_MAX)
            .with_connect_timeout(CONNECT_TIME_MAX);
        let mut builder = AmazonS3Builder::from_env()
            .with_client_options(client)
            .with_retry(retry)
            .with_disable_bulk_delete(true)
            .with_bucket_name(bucket);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder
                .with_allow_http(endpoint.starts_with("http://"))
                .with_endpoint(endpoint);
        }
        if let Some(region) = settings.region {
            builder = builder.with_region(region);
        }
        if let Some(id) = settings.access_key_id {
            builder = builder.with_access_key_id(id);
        }
        if let Some(secret) = settings.secret_access_key {
            builder = builder.with_secret_access_key(secret);
        }
        Ok(Self {
            client: builder
                .build()
                .map_err(|error| SettingsError::Client(error.to_string()))?,
            prefix: match prefix {
                "" => String::new(),
                prefix => format!("{prefix}/"),
            },
            place: settings.url,
            runtime,
        })
    }

    fn key(&self, name: &str) -> Key {
        Key::from(format!("{}{name}", self.prefix))
    }

    fn wait<T>(&self, work: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
        self.runtime.block_on(work).map_err(told)
    }

    /// What lies directly below a prefix.
    fn below(&self, prefix: &str) -> io::Result<ListResult> {
        let key = self.key(prefix.trim_end_matches('/'));
        self.wait(self.client.list_with_delimiter(Some(&key)))
    }

    /// The name of what has this key.
    fn name(&self, key: &Key) -> String {
        let name = key.to_string();
        name.strip_prefix(&self.prefix)
            .map_or(name.clone(), Into::into)
    }

    async fn put_parts(&self, key: &Key, mut file: File) -> object_store::Result<()> {
        let upload = self.client.put_multipart(key).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        let mut part = vec![0; PART_BYTES];
        loop {
            match file.read(&mut part) {
                Ok(0) => return upload.finish().await.map(drop),
                Ok(length) => {
                    upload.wait_for_capacity(PARTS_AT_ONCE).await?;
                    upload.write(&part[..length]);
                }
                Err(error) => {
                    upload.abort().await?;
                    return Err(Error::Generic {
                        store: "S3",
                        source: error.into(),
                    });
                }
            }
        }
    }
}

impl Depot for Bucket {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let payload = PutPayload::from(bytes.to_vec());
        self.wait(self.client.put(&self.key(name), payload))
            .map(drop)
    }

    fn put_file(&self, name: &str, file: &Path) -> io::Result<()> {
        let mut file = File::open(file)?;
        if file.metadata()?.len() > PART_BYTES as u64 {
            return self.wait(self.put_parts(&self.key(name), file));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        self.put(name, &bytes)
    }

    fn read(&self, name: &str, range: Range<u64>) -> io::Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let key = self.key(name);
        let bytes = self.wait(self.client.get_range(&key, range.clone()))?;
        match bytes.len() as u64 == range.end - range.start {
            true => Ok(bytes),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn read_all(&self, name: &str) -> io::Result<Bytes> {
        let key = self.key(name);
        self.wait(async { self.client.get(&key).await?.bytes().await })
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        let objects = self.below(prefix)?.objects.into_iter();
        Ok(objects.map(|object| self.name(&object.location)).collect())
    }

    fn folders(&self, prefix: &str) -> io::Result<Vec<String>> {
        let folders = self.below(prefix)?.common_prefixes.into_iter();
        Ok(folders.map(|key| self.name(&key) + "/").collect())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let key = self.key(name);
        match self.wait(self.client.delete(&key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    fn place(&self) -> String {
        self.place.clone()
    }
}

/// A failure, with its first cause: what the service said.
fn told(error: Error) -> io::Error {
    let kind = match &error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            io::ErrorKind::PermissionDenied
        }
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_bucket_is_a_place() {
        let new = |url: &str| {
            let settings = Settings {
                url: url.into(),
                region: Some("eu-central-1".into()),
                access_key_id: Some("daybook".into()),
                secret_access_key: Some("hush".into()),
                ..Settings::default()
            };
            assert!(!format!("{settings:?}").contains("hush"));
            Bucket::new(settings, Handle::current())
        };
        let bucket = new("s3://logs/daybook/eu/").unwrap();
        assert_eq!(
            bucket.key("audit/2026-03/a").to_string(),
            "daybook/eu/audit/2026-03/a"
        );
        assert_eq!(new("s3://logs").unwrap().key("a").to_string(), "a");
        for wrong in [
            "",
            "logs",
            "s3://",
            "s3:///x",
            "https://logs",
            "s3://a b",
            "s3://a//b",
        ] {
            assert!(matches!(new(wrong), Err(SettingsError::Url(_))), "{wrong}");
        }
    }
}
