//! Where archived events lie.

use clap::Args;
use daybook_archive::{Depot, Folder};
use daybook_s3::Bucket;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;

/// The archive's folder in the data directory, unless it lies elsewhere.
pub(crate) const ARCHIVE: &str = "archive";

/// Where a command finds archived events, which has no configuration file.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "the comments are the text of --help")]
pub(crate) struct ArchiveArgs {
    /// Where archived events lie: a folder, or s3://bucket/prefix [default: archive in the data directory]
    #[arg(long, value_name = "PLACE", env = "DAYBOOK_ARCHIVE")]
    pub(super) archive: Option<String>,
    /// Address of an S3-compatible service other than Amazon's, such as https://s3.example.com
    #[arg(long, value_name = "URL", env = "DAYBOOK_ARCHIVE_ENDPOINT")]
    pub(super) archive_endpoint: Option<String>,
    /// Region of the archive's bucket [default: AWS_REGION, else us-east-1]
    #[arg(long, value_name = "REGION", env = "DAYBOOK_ARCHIVE_REGION")]
    pub(super) archive_region: Option<String>,
    /// Key that may read the archive's bucket [default: AWS_ACCESS_KEY_ID, else what the machine offers]
    #[arg(long, value_name = "KEY", env = "DAYBOOK_ARCHIVE_ACCESS_KEY_ID")]
    pub(super) archive_access_key_id: Option<String>,
    /// Secret of that key; better kept in the variable
    #[arg(
        long,
        value_name = "SECRET",
        env = "DAYBOOK_ARCHIVE_SECRET_ACCESS_KEY",
        hide_env_values = true
    )]
    pub(super) archive_secret_access_key: Option<String>,
}

impl ArchiveArgs {
    /// The archive of a data directory.
    pub(crate) fn place(self, data_dir: &Path) -> ArchivePlace {
        match self.archive {
            None => ArchivePlace::Folder(data_dir.join(ARCHIVE)),
            Some(url) if url.contains("://") => ArchivePlace::Bucket(daybook_s3::Settings {
                url,
                endpoint: self.archive_endpoint,
                region: self.archive_region,
                access_key_id: self.archive_access_key_id,
                secret_access_key: self.archive_secret_access_key,
            }),
            Some(place) => ArchivePlace::Folder(place.into()),
        }
    }
}

/// Where archived events lie.
#[derive(Debug)]
pub(crate) enum ArchivePlace {
    Folder(PathBuf),
    Bucket(daybook_s3::Settings),
}

impl ArchivePlace {
    /// The way there; nothing is asked yet.
    ///
    /// # Errors
    /// When a bucket's settings make no sense.
    pub(crate) fn open(self) -> Result<Arc<dyn Depot>, daybook_s3::SettingsError> {
        Ok(match self {
            Self::Folder(dir) => Arc::new(Folder::new(dir)),
            Self::Bucket(settings) => Arc::new(Bucket::new(settings, Handle::current())?),
        })
    }
}
