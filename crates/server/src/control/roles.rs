//! Roles: what an account may do. The one place that says which role has which right.

use daybook_model::Stream;
use std::fmt;
use std::str::FromStr;

/// What an account may do.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    SuperAdmin,
    /// Usage logs and analytics.
    BillingAdmin,
    /// Reads, verifies and exports all logs.
    Auditor,
    /// Own usage.
    User,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [
        Self::SuperAdmin,
        Self::BillingAdmin,
        Self::Auditor,
        Self::User,
    ];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SuperAdmin => "super_admin",
            Self::BillingAdmin => "billing_admin",
            Self::Auditor => "auditor",
            Self::User => "user",
        }
    }

    /// Whether it may change what belongs to everybody: accounts, keys, settings, jobs.
    pub const fn administers(self) -> bool {
        matches!(self, Self::SuperAdmin)
    }

    /// Whether it may look at what belongs to everybody, such as settings and jobs.
    pub const fn inspects(self) -> bool {
        matches!(self, Self::SuperAdmin | Self::Auditor)
    }

    /// Whether it may read events of a stream at all, its own included.
    pub const fn reads(self, stream: Stream) -> bool {
        match self {
            Self::SuperAdmin | Self::Auditor => true,
            Self::BillingAdmin | Self::User => matches!(stream, Stream::Usage),
        }
    }

    /// Whether it reads everybody's events, not only its own.
    pub const fn reads_everybody(self) -> bool {
        !matches!(self, Self::User)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|role| role.name() == text);
        known.ok_or_else(|| "expected super_admin, billing_admin, auditor or user".into())
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
