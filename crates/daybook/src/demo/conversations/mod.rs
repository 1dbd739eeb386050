//! What people and programs said to models: conversations made of templates, independent of any
//! protocol. The renderers beside this file turn one into the request and response of a protocol.

mod anthropic;
mod embeddings;
mod engineering;
mod gemini;
mod guide;
mod hostile;
mod languages;
mod office;
mod openai_chat;
mod openai_responses;
mod research;
mod support;
mod tools;

use super::billing::Tokens;
use super::dice::Dice;
use super::models::{Kind, Protocol};
use daybook_model::Timestamp;
use serde_json::{Value, json};

/// A tool the model may call.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// Name, JSON type and description.
    pub(super) parameters: &'static [[&'static str; 3]],
}

impl Tool {
    fn schema(&self) -> Value {
        let properties: serde_json::Map<_, _> = self
            .parameters
            .iter()
            .map(|[name, kind, text]| {
                (
                    (*name).to_owned(),
                    json!({"type": kind, "description": text}),
                )
            })
            .collect();
        let required: Vec<_> = self.parameters.iter().map(|[name, ..]| *name).collect();
        json!({"type": "object", "properties": properties, "required": required})
    }
}

/// One step of a conversation.
pub(super) enum Turn {
    User(String),
    /// A question about an image, given as a data URL.
    Image(String, &'static str),
    Assistant(String),
    Call {
        id: String,
        name: &'static str,
        arguments: Value,
    },
    Result {
        id: String,
        name: &'static str,
        content: String,
    },
}

impl Turn {
    fn length(&self) -> usize {
        match self {
            Self::User(text) | Self::Assistant(text) => text.len(),
            Self::Image(text, _) => text.len() + 340,
            Self::Call { arguments, .. } => 30 + arguments.to_string().len(),
            Self::Result { content, .. } => content.len(),
        }
    }
}

/// A conversation up to the answer.
#[derive(Default)]
pub(super) struct Conversation {
    pub(super) system: String,
    pub(super) tools: Vec<&'static Tool>,
    pub(super) turns: Vec<Turn>,
    /// The last turn, which the model gave.
    pub(super) answer: Vec<Turn>,
    pub(super) reasoning: String,
    /// The schema that the answer follows.
    pub(super) schema: Option<Value>,
}

impl Conversation {
    fn new(system: impl Into<String>) -> Self {
        Self {
            system: system.into(),
            ..Self::default()
        }
    }

    fn ask(mut self, text: impl Into<String>) -> Self {
        self.turns.push(Turn::User(text.into()));
        self
    }

    fn show(mut self, text: impl Into<String>, image: &'static str) -> Self {
        self.turns.push(Turn::Image(text.into(), image));
        self
    }

    fn said(mut self, text: impl Into<String>) -> Self {
        self.turns.push(Turn::Assistant(text.into()));
        self
    }

    /// The model called a tool and got its result.
    fn used(
        mut self,
        tool: &'static Tool,
        arguments: Value,
        content: &Value,
        dice: &mut Dice,
    ) -> Self {
        let id = format!("call_{}", dice.hex(12));
        let content = content
            .as_str()
            .map_or_else(|| content.to_string(), str::to_owned);
        self.turns.push(Turn::Call {
            id: id.clone(),
            name: tool.name,
            arguments,
        });
        self.turns.push(Turn::Result {
            id,
            name: tool.name,
            content,
        });
        self.with(tool)
    }

    fn with(mut self, tool: &'static Tool) -> Self {
        if !self.tools.iter().any(|known| known.name == tool.name) {
            self.tools.push(tool);
        }
        self
    }

    fn thinking(mut self, text: impl Into<String>) -> Self {
        self.reasoning = text.into();
        self
    }

    fn shaped(mut self, schema: Value) -> Self {
        self.schema = Some(schema);
        self
    }

    fn answer(mut self, text: impl Into<String>) -> Self {
        self.answer.push(Turn::Assistant(text.into()));
        self
    }

    /// The answer ends in a call of a tool, whose result the client has yet to give.
    fn calls(mut self, tool: &'static Tool, arguments: Value, dice: &mut Dice) -> Self {
        let id = format!("call_{}", dice.hex(12));
        self.answer.push(Turn::Call {
            id,
            name: tool.name,
            arguments,
        });
        self.with(tool)
    }

    fn answer_text(&self) -> String {
        let texts = self.answer.iter().filter_map(|turn| match turn {
            Turn::Assistant(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n\n")
    }

    fn ends_in_call(&self) -> bool {
        matches!(self.answer.last(), Some(Turn::Call { .. }))
    }

    /// The last question, on one line.
    pub(super) fn headline(&self) -> String {
        let question = self.turns.iter().rev().find_map(|turn| match turn {
            Turn::User(text) | Turn::Image(text, _) => Some(text),
            _ => None,
        });
        let line = question
            .and_then(|text| text.lines().next())
            .unwrap_or_default();
        line.chars().take(160).collect()
    }

    /// About as many tokens as a model would count.
    pub(super) fn tokens(&self, kind: Kind, dice: &mut Dice) -> Tokens {
        let said: usize = self.turns.iter().map(Turn::length).sum();
        let schemas: usize = self
            .tools
            .iter()
            .map(|t| t.schema().to_string().len())
            .sum();
        let answered: usize = self.answer.iter().map(Turn::length).sum();
        let count = |bytes: usize| (bytes as i64 * 10 / 41).max(1);
        let thought = match kind {
            Kind::Reasoning => count(self.reasoning.len()) + dice.around(220.0, 0.6),
            _ => 0,
        };
        let input = count(self.system.len() + said + schemas) + 12;
        // Caches keep whole blocks of long beginnings.
        let cached = if input > 300 && dice.chance(0.55) {
            input / 128 * 128
        } else {
            0
        };
        Tokens {
            input,
            cache_read: cached.min(input - 1),
            cache_write: 0,
            output: count(answered) + thought,
            reasoning: thought,
        }
    }
}

type Scenario = fn(&mut Dice) -> Conversation;

/// A conversation that suits what a program is for; any for people who try things.
pub(super) fn draw(feature: Option<&str>, kind: Kind, dice: &mut Dice) -> Conversation {
    if kind == Kind::Embedding {
        return embeddings::chunks(dice);
    }
    if dice.chance(0.012) {
        return dice.pick(hostile::SCENARIOS)(dice);
    }
    let scenarios = match feature.unwrap_or_default() {
        "support-chat" | "voice" | "onboarding" => support::CHATS,
        "ticket-triage" => support::TRIAGE,
        "hr-questions" => support::HANDBOOK,
        "nightly-summaries" | "release-notes" => engineering::SUMMARIES,
        "code-assistant" | "code-review" | "log-explainer" => engineering::CODE,
        "sql-copilot" => engineering::WAREHOUSE,
        "translation" => languages::TRANSLATION,
        "社内FAQ" => languages::JAPANESE,
        "research" | "docs-search" | "evaluation" => research::ESSAYS,
        "risk-scoring" | "forecasting" => research::FIGURES,
        "invoice-extraction" | "alt-texts" => office::PICTURES,
        "contract-review" => office::CONTRACTS,
        "" => match dice.index(13) {
            0..3 => engineering::CODE,
            3..5 => support::CHATS,
            5..7 => research::ESSAYS,
            7..9 => languages::CHATS,
            9 => research::FIGURES,
            10 => engineering::WAREHOUSE,
            _ => office::DESK,
        },
        _ => office::DESK,
    };
    dice.pick(scenarios)(dice)
}

/// What identifies a call inside its payloads.
pub(super) struct Frame<'a> {
    pub(super) protocol: Protocol,
    pub(super) model: &'a str,
    pub(super) upstream_model: &'a str,
    pub(super) is_stream: bool,
    pub(super) time: Timestamp,
    pub(super) tokens: Tokens,
}

/// The request in the client's protocol, as JSON.
pub(super) fn request(talk: &Conversation, frame: &Frame<'_>, dice: &mut Dice) -> String {
    match frame.protocol {
        Protocol::Chat => openai_chat::request(talk, frame, dice),
        Protocol::Responses => openai_responses::request(talk, frame),
        Protocol::Anthropic => anthropic::request(talk, frame),
        Protocol::Gemini => gemini::request(talk, dice),
        Protocol::Embeddings => embeddings::request(talk, frame),
    }
    .to_string()
}

/// The response in the client's protocol, as JSON.
pub(super) fn response(talk: &Conversation, frame: &Frame<'_>, dice: &mut Dice) -> String {
    match frame.protocol {
        Protocol::Chat => openai_chat::response(talk, frame, dice),
        Protocol::Responses => openai_responses::response(talk, frame, dice),
        Protocol::Anthropic => anthropic::response(talk, frame, dice),
        Protocol::Gemini => gemini::response(talk, frame, dice),
        Protocol::Embeddings => embeddings::response(frame, dice),
    }
    .to_string()
}

/// The body of a refusal in the client's protocol, as JSON.
pub(super) fn refusal(protocol: Protocol, status: i64, message: &str) -> String {
    match protocol {
        Protocol::Anthropic => {
            json!({"type": "error", "error": {"type": "api_error", "message": message}})
        }
        Protocol::Gemini => json!({"error": {"code": status, "message": message}}),
        _ => json!({"error": {"message": message, "type": "api_error", "code": status}}),
    }
    .to_string()
}
