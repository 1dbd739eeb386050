//! The API keys: programs of the company, each with a purpose, favourite models and a client
//! library.

use super::dice::{Dice, Weighted};
use super::models::{self, Model, Protocol};
use super::people::{People, User};
use std::fmt::Write;

/// What a program does with models.
pub(super) struct Purpose {
    pub(super) name: &'static str,
    /// Favourite models, comma-separated; the first takes most calls.
    models: &'static str,
    pub(super) feature: &'static str,
    pub(super) group: &'static str,
    pub(super) client: Client,
    /// Probability that it streams.
    pub(super) streams: f64,
    /// Medians of the tokens of a call.
    pub(super) input: f64,
    pub(super) output: f64,
}

/// The library a program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Python,
    Node,
    Go,
    Java,
    Agent,
}

const fn purpose(
    name: &'static str,
    models: &'static str,
    feature: &'static str,
    group: &'static str,
    client: Client,
    [streams, input, output]: [f64; 3],
) -> Purpose {
    Purpose {
        name,
        models,
        feature,
        group,
        client,
        streams,
        input,
        output,
    }
}

use Client::{Agent, Go, Java, Node, Python};

// One row a line.
#[rustfmt::skip]
const PURPOSES: &[Purpose] = &[
    purpose("support-bot", "gpt-4o,gpt-4o-mini,claude-haiku-4-5", "support-chat", "vip", Node, [0.95, 2400.0, 260.0]),
    purpose("rag-indexer", "text-embedding-3-large,text-embedding-3-small", "indexing", "default", Python, [0.0, 3800.0, 0.0]),
    purpose("ci-batch", "summarize-standard,gpt-4o-mini", "nightly-summaries", "batch", Python, [0.0, 15000.0, 900.0]),
    purpose("docs-search", "gpt-4o-mini,text-embedding-3-small,gemini-2.5-flash", "docs-search", "default", Node, [0.8, 3100.0, 240.0]),
    purpose("code-assistant", "claude-sonnet-4-5,codestral,qwen3-coder-30b", "code-assistant", "vip", Agent, [0.98, 14000.0, 420.0]),
    purpose("vectorizer", "bge-m3,text-embedding-3-small", "vectorization", "default", Python, [0.0, 5200.0, 0.0]),
    purpose("translator", "gpt-4.1-mini,deepseek-chat,mistral-large", "translation", "default", Python, [0.3, 900.0, 850.0]),
    purpose("ticket-triage", "gpt-4o-mini,gpt-4.1-mini", "ticket-triage", "default", Python, [0.0, 1100.0, 90.0]),
    purpose("invoice-reader", "gpt-4o,gemini-2.5-flash", "invoice-extraction", "default", Java, [0.0, 1900.0, 310.0]),
    purpose("contract-review", "claude-sonnet-4-5,gemini-2.5-pro,claude-opus-4-1", "contract-review", "vip", Python, [0.4, 26000.0, 1300.0]),
    purpose("pr-reviewer", "gpt-5,claude-sonnet-4-5", "code-review", "default", Node, [0.2, 11000.0, 900.0]),
    purpose("sql-copilot", "gpt-5-mini,gpt-4.1", "sql-copilot", "default", Python, [0.9, 3600.0, 380.0]),
    purpose("sales-mailer", "gpt-4o-mini,claude-haiku-4-5", "outreach", "default", Node, [0.1, 700.0, 420.0]),
    purpose("meeting-notes", "gemini-2.5-flash,gpt-4o-mini", "meeting-notes", "default", Go, [0.0, 17000.0, 700.0]),
    purpose("risk-scoring", "o4-mini,gpt-5-mini", "risk-scoring", "vip", Java, [0.0, 2100.0, 900.0]),
    purpose("voice-agent", "gpt-4o-mini,gemini-2.5-flash", "voice", "vip", Go, [1.0, 1500.0, 70.0]),
    purpose("research-agent", "gpt-5,gemini-2.5-pro,deepseek-reasoner", "research", "default", Agent, [0.9, 21000.0, 2200.0]),
    purpose("eval-nightly", "gpt-4.1,claude-sonnet-4-5,llama-3.3-70b,deepseek-chat,mistral-large", "evaluation", "batch", Python, [0.0, 1300.0, 420.0]),
    purpose("catalogue-tagger", "gpt-4.1-mini,llama-3.3-70b", "tagging", "batch", Python, [0.0, 850.0, 60.0]),
    purpose("image-studio", "gemini-2.5-flash-image", "image-studio", "default", Node, [0.0, 260.0, 1290.0]),
    purpose("hr-assistant", "claude-haiku-4-5,gpt-4o-mini", "hr-questions", "default", Java, [0.7, 2600.0, 230.0]),
    purpose("log-explainer", "deepseek-chat,qwen3-coder-30b", "log-explainer", "default", Go, [0.5, 6100.0, 350.0]),
    purpose("moderation", "llama-3.3-70b,gpt-4o-mini", "moderation", "default", Go, [0.0, 420.0, 12.0]),
    purpose("release-notes", "claude-haiku-4-5,gpt-4.1", "release-notes", "default", Agent, [0.0, 5400.0, 520.0]),
    purpose("tokyo-faq", "gpt-4o,claude-haiku-4-5", "社内FAQ", "default", Node, [0.9, 1800.0, 310.0]),
    purpose("forecasting", "o4-mini,deepseek-reasoner", "forecasting", "default", Python, [0.0, 3300.0, 1900.0]),
    purpose("onboarding-tutor", "gpt-5-mini,gpt-4o-mini", "onboarding", "default", Node, [0.9, 1700.0, 480.0]),
    purpose("data-cleaner", "gpt-4.1-mini,deepseek-chat", "data-cleaning", "batch", Python, [0.0, 2900.0, 1400.0]),
    purpose("slides-writer", "claude-sonnet-4-5,gemini-2.5-pro", "slides", "default", Python, [0.6, 2300.0, 1800.0]),
    purpose("accessibility", "gpt-4o,gemini-2.5-flash", "alt-texts", "default", Node, [0.0, 1150.0, 80.0]),
];

/// An API key.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) name: String,
    /// Index of the user who made it.
    pub(super) owner: usize,
    pub(super) purpose: &'static Purpose,
    pub(super) environment: &'static str,
    pub(super) ip: String,
    pub(super) user_agent: &'static str,
    models: Vec<&'static Model>,
}

impl Key {
    /// The model of its next call.
    pub(super) fn model(&self, dice: &mut Dice) -> &'static Model {
        if dice.chance(0.72) {
            self.models[0]
        } else {
            dice.pick(&self.models)
        }
    }

    pub(super) fn owner<'a>(&self, people: &'a People) -> &'a User {
        &people.users[self.owner]
    }

    /// Whether its client speaks a protocol of its own to every model.
    pub(super) fn speaks(&self, protocol: Protocol) -> Protocol {
        match (self.purpose.client, protocol) {
            // These clients know the chat completions dialect only; the platform translates.
            (Go | Java, Protocol::Anthropic | Protocol::Gemini | Protocol::Responses) => {
                Protocol::Chat
            }
            _ => protocol,
        }
    }

    /// The tags it attaches to its calls, as JSON.
    pub(super) fn metadata(&self, owner: &User, dice: &mut Dice) -> String {
        let mut tags = format!(
            r#"{{"department":"{}","environment":"{}","feature":"{}""#,
            owner.workspace.department, self.environment, self.purpose.feature
        );
        if self.purpose.name == "ci-batch" {
            write!(tags, r#","pipeline":"summaries-{}""#, dice.between(1, 5))
        } else if dice.chance(0.3) {
            write!(tags, r#","prompt_version":"v{}""#, dice.between(3, 19))
        } else if dice.chance(0.25) {
            write!(tags, r#","ticket":"SUP-{}""#, dice.between(10_200, 14_900))
        } else if dice.chance(0.2) {
            write!(tags, r#","tenant":"{}""#, dice.pick(TENANTS))
        } else {
            Ok(())
        }
        .expect("writing to a text cannot fail");
        tags.push('}');
        tags
    }
}

const TENANTS: &[&str] = &[
    "northwind",
    "café-berlin",
    "株式会社みどり",
    "acme",
    "globex",
    "شركة النور",
];

/// All keys, and how much each is used.
pub(super) struct Keys {
    pub(super) keys: Vec<Key>,
    weights: Weighted,
}

impl Keys {
    pub(super) fn new(people: &People, dice: &mut Dice) -> Self {
        let mut keys = Vec::new();
        let mut weights = Vec::new();
        for (environment, suffix, busy) in [("production", "", 1.0), ("staging", "-staging", 0.06)]
        {
            for (rank, purpose) in PURPOSES.iter().enumerate() {
                weights.push(busy / (rank as f64 + 2.0).powf(0.9));
                keys.push(Key {
                    id: format!("k_{}", keys.len() + 29),
                    name: format!("{}{suffix}", purpose.name),
                    // The third program, the batch job of the stories, belongs to the first user.
                    owner: (rank * 11 + people.users.len() - 22) % people.users.len(),
                    purpose,
                    environment,
                    ip: match rank % 5 {
                        0 => format!("2001:db8:ffff:{:x}::{:x}", rank + 1, dice.between(16, 4096)),
                        _ => format!("192.0.2.{}", dice.between(10, 250)),
                    },
                    user_agent: "",
                    models: purpose.models.split(',').map(models::by_name).collect(),
                });
            }
        }
        for key in &mut keys {
            let protocol = key.speaks(key.models[0].protocol);
            key.user_agent = user_agent(key.purpose.client, protocol);
        }
        Self {
            keys,
            weights: Weighted::new(weights),
        }
    }

    /// A key that is in use now.
    pub(super) fn draw(&self, dice: &mut Dice) -> &Key {
        &self.keys[self.weights.draw(dice)]
    }

    pub(super) fn by_name(&self, name: &str) -> &Key {
        let found = self.keys.iter().find(|key| key.name == name);
        found.expect("the company has the keys its stories tell of")
    }
}

fn user_agent(client: Client, protocol: Protocol) -> &'static str {
    match (client, protocol) {
        (Python, Protocol::Anthropic) => "Anthropic/Python 0.74.0",
        (Python, Protocol::Gemini) => "google-genai-sdk/1.50.1 gl-python/3.12.11",
        (Python, _) => "AsyncOpenAI/Python 2.8.1",
        (Node, Protocol::Anthropic) => "Anthropic/JS 0.70.0",
        (Node, Protocol::Gemini) => "google-genai-sdk/1.30.0 gl-node/v22.20.0",
        (Node, _) => "OpenAI/JS 6.9.0",
        (Go, _) => "OpenAI/Go 3.8.0",
        (Java, _) => "OpenAI/Java 4.8.0",
        (Agent, Protocol::Anthropic) => "claude-cli/2.0.47 (external, sdk-py)",
        (Agent, _) => "litellm/1.79.3",
    }
}
