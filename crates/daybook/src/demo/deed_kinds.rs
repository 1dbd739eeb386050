//! The kinds of deeds that administrators, members, programs and the platform do, with how often
//! each happens. All 24 operation types occur.

use super::dice::Dice;
use serde_json::{Value, json};

/// Fields with their old and new values.
pub(super) type Changes = Vec<(&'static str, Value, Value)>;

/// Who usually does such a thing.
#[derive(Clone, Copy)]
pub(super) enum Who {
    Operator,
    Member,
    Key,
    System,
}

/// A kind of deed.
pub(super) struct Kind {
    pub(super) weight: u32,
    pub(super) action: &'static str,
    pub(super) operation: &'static str,
    pub(super) resource: &'static str,
    pub(super) names: &'static [&'static str],
    pub(super) who: Who,
    /// What changes; drawn anew each time.
    pub(super) changes: fn(&mut Dice) -> Changes,
}

const fn kind(
    weight: u32,
    [action, operation, resource]: [&'static str; 3],
    names: &'static [&'static str],
    who: Who,
    changes: fn(&mut Dice) -> Changes,
) -> Kind {
    Kind {
        weight,
        action,
        operation,
        resource,
        names,
        who,
        changes,
    }
}

use Who::{Key, Member, Operator, System};

const APPS: &[&str] = &[
    "Support Bot",
    "Contract Assistant",
    "Invoice Reader",
    "Meeting Notes",
    "社内FAQ",
    "Onboarding Tutor",
    "SQL Copilot",
    "Release Notes Writer",
    "Translator",
    "Research Agent",
];
pub(super) const DATASETS: &[&str] = &[
    "Product Manuals",
    "HR Handbook",
    "Contracts 2026",
    "Support Tickets",
    "製品マニュアル",
    "TestDataSet",
];
const DOCUMENTS: &[&str] = &[
    "price-list.pdf",
    "handbook-v7.docx",
    "framework-agreement.pdf",
    "faq.md",
    "incident-0912.txt",
    "取扱説明書.pdf",
    "onboarding.pptx",
    "תקנון.docx",
    "q3-figures.xlsx",
    "style guide (final) (2).pdf",
    "meeting 2026-11.vtt",
];
const PROVIDERS: &[&str] = &[
    "openai-main",
    "azure-eu",
    "azure-us",
    "anthropic-eu",
    "gemini-eu",
    "mistral-paris",
    "deepseek-cn",
    "vllm-local",
];
const LEGACY_MODELS: &[&str] = &[
    "gpt-3.5-turbo",
    "claude-3-opus",
    "gemini-1.5-pro",
    "llama-2-70b",
];
const GROUPS: &[&str] = &[
    "Engineering",
    "Support EMEA",
    "Contractors",
    "東京チーム",
    "Managers",
];
const SERVERS: &[&str] = &[
    "jira",
    "github",
    "postgres-readonly",
    "confluence",
    "weather",
];
const ANNOUNCEMENTS: &[&str] = &[
    "Maintenance on Sunday",
    "New model: gpt-5-mini",
    "Quota rules for staging keys",
    "Office hours moved",
];
const KEYS: &[&str] = &[
    "tmp-migration",
    "hackathon-7",
    "load-test",
    "partner-demo",
    "notebook-ana",
    "old-mailer",
];
const NEWCOMERS: &[&str] = &[
    "kofi.asante@example.com",
    "lena.fuchs@example.com",
    "tariq.aziz@example.org",
    "june.parker@example.com",
];
const LEAVERS: &[&str] = &[
    "summer.intern@example.org",
    "contractor.17@example.org",
    "agency.temp@example.org",
];
const PEOPLE: &[&str] = &[
    "marcus.bennett@example.com",
    "emily.carter@example.com",
    "camila.souza@example.org",
    "hugo.almeida@example.com",
    "ethan.park@example.com",
];
const NOBODY: &[&str] = &[];

fn none(_: &mut Dice) -> Changes {
    Vec::new()
}

fn set(field: &'static str, old: impl Into<Value>, new: impl Into<Value>) -> Changes {
    vec![(field, old.into(), new.into())]
}

fn role(dice: &mut Dice) -> Changes {
    let [old, new] = dice.pick(&[
        ["user", "developer"],
        ["developer", "workspace_admin"],
        ["workspace_admin", "user"],
    ]);
    set("role", old, new)
}

fn routing(dice: &mut Dice) -> Changes {
    match dice.index(4) {
        0 => set("timeout_s", 60, dice.pick(&[30, 90, 120])),
        1 => set("weight", dice.between(1, 9), dice.between(10, 20)),
        2 => vec![
            ("rate_limit.rpm", json!(600), json!(1_200)),
            ("rate_limit.tpm", json!(2_000_000), json!(4_000_000)),
        ],
        _ => set("credentials", "sk-…a91f", format!("sk-…{}", dice.hex(4))),
    }
}

fn members(dice: &mut Dice) -> Changes {
    set(
        "readers",
        json!(["Engineering"]),
        json!(["Engineering", dice.pick(GROUPS)]),
    )
}

// One row a line.
#[rustfmt::skip]
pub(super) const KINDS: &[Kind] = &[
    kind(20, ["document.uploaded", "upload", "document"], DOCUMENTS, Member, none),
    kind(22, ["document.uploaded", "upload", "document"], DOCUMENTS, Key, none),
    kind(5, ["document.deleted", "delete", "document"], DOCUMENTS, Member, none),
    kind(4, ["dataset.created", "create", "dataset"], DATASETS, Member, none),
    kind(5, ["dataset.access_changed", "modify_access", "dataset"], DATASETS, Member, members),
    kind(6, ["app.created", "create", "app"], APPS, Member, none),
    kind(14, ["app.published", "publish", "app"], APPS, Member, |dice| { let version = dice.between(2, 60); set("version", version, version + 1) }),
    kind(10, ["app.renamed", "modify", "app"], APPS, Member, |dice| { set("icon", "🤖", dice.pick(&["📎", "🧭", "💬"])) }),
    kind(3, ["app.dsl_imported", "import_dsl", "app"], APPS, Member, none),
    kind(5, ["app.dsl_exported", "export_dsl", "app"], APPS, Member, none),
    kind(4, ["app.web_app_enabled", "enable_web_app", "app"], APPS, Member, |_| set("web_app.enabled", false, true)),
    kind(2, ["app.web_app_disabled", "disable_web_app", "app"], APPS, Member, |_| set("web_app.enabled", true, false)),
    kind(4, ["app.api_enabled", "enable_api", "app"], APPS, Member, |_| set("api.enabled", false, true)),
    kind(2, ["app.api_disabled", "disable_api", "app"], APPS, Member, |_| set("api.enabled", true, false)),
    kind(3, ["app.web_app_access_changed", "modify_web_app_access", "app"], APPS, Member, |_| set("web_app.access", "company", "specific_groups")),
    kind(8, ["api_key.created", "create", "api_key"], KEYS, Member, none),
    kind(6, ["api_key.revoked", "delete", "api_key"], KEYS, Operator, |_| set("status", "active", "revoked")),
    kind(7, ["provider.updated", "modify", "provider"], PROVIDERS, Operator, routing),
    kind(2, ["provider.created", "create", "provider"], &["openrouter-trial", "bedrock-sandbox"], Operator, none),
    kind(1, ["provider.deleted", "delete", "provider"], &["openrouter-trial", "bedrock-sandbox"], Operator, none),
    kind(3, ["model.enabled", "enable", "model"], LEGACY_MODELS, Operator, |_| set("enabled", false, true)),
    kind(3, ["model.disabled", "disable", "model"], LEGACY_MODELS, Operator, |_| set("enabled", true, false)),
    kind(6, ["model.price_updated", "modify", "model"], LEGACY_MODELS, System, |dice| set("price.output", dice.between(20, 40), dice.between(5, 19))),
    kind(6, ["user.role_changed", "modify_access", "user"], PEOPLE, Operator, role),
    kind(6, ["member.invited", "invite", "member"], NEWCOMERS, Member, none),
    kind(4, ["member.created", "create", "member"], NEWCOMERS, System, none),
    kind(2, ["member.removed", "delete", "member"], LEAVERS, Operator, none),
    kind(2, ["member.enabled", "enable", "member"], LEAVERS, Operator, |_| set("status", "disabled", "active")),
    kind(2, ["member.disabled", "disable", "member"], LEAVERS, System, |_| set("status", "active", "disabled")),
    kind(5, ["member_group.sync_configured", "modify_configuration", "member_group"], GROUPS, Operator, |_| set("sync.interval_min", 60, 15)),
    kind(3, ["member_group.created", "create", "member_group"], GROUPS, Operator, none),
    kind(2, ["sso.configured", "modify_configuration", "sso"], &["okta", "google"], Operator, |_| set("attribute.name", "email", "displayName")),
    kind(1, ["sso.enabled", "enable", "sso"], &["entra-test"], Operator, |_| set("enabled", false, true)),
    kind(1, ["sso.disabled", "disable", "sso"], &["entra-test"], Operator, |_| set("enabled", true, false)),
    kind(3, ["mcp_server.created", "create", "mcp_server"], SERVERS, Operator, none),
    kind(4, ["mcp_server.updated", "modify", "mcp_server"], SERVERS, Operator, |_| { set("allowed_tools", json!(["search"]), json!(["search", "read"])) }),
    kind(1, ["mcp_server.deleted", "delete", "mcp_server"], SERVERS, Operator, none),
    kind(5, ["mcp_oauth_client.registered", "create", "mcp_oauth_client"], SERVERS, System, none),
    kind(2, ["mcp_oauth_client.secret_rotated", "modify", "mcp_oauth_client"], SERVERS, Operator, none),
    kind(2, ["mcp_oauth_client.revoked", "delete", "mcp_oauth_client"], SERVERS, Operator, none),
    kind(3, ["announcement.created", "create", "announcement"], ANNOUNCEMENTS, Operator, none),
    kind(2, ["announcement.archived", "delete", "announcement"], ANNOUNCEMENTS, Operator, none),
    kind(5, ["usage.exported", "export", "export"], &["usage-2026-10.csv", "usage-by-key.csv"], Operator, none),
    kind(3, ["audit_log.exported", "export", "export"], &["audit-q3.csv"], Operator, none),
    kind(12, ["budget.updated", "modify", "budget"], GROUPS, Operator, |dice| { let old = dice.between(2, 40) * 50; set("monthly_usd", old, old + dice.between(1, 9) * 50) }),
    kind(6, ["user.password_changed", "modify_password", "user"], NOBODY, Member, none),
    kind(3, ["user.mfa_bound", "bind_2fa", "user"], NOBODY, Operator, none),
    kind(3, ["user.mfa_enabled", "enable_2fa", "user"], NOBODY, Operator, |_| set("mfa", false, true)),
    kind(2, ["user.mfa_disabled", "disable_2fa", "user"], NOBODY, Operator, |_| set("mfa", true, false)),
    kind(3, ["user.backup_codes_generated", "generate_backup_code", "user"], NOBODY, Operator, none),
];
