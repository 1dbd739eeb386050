//! What the platform offers: models, the routes that serve them and what they cost. Prices resemble
//! public lists; they are exact integers.

/// How a client speaks to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Chat,
    Responses,
    Embeddings,
    Anthropic,
    Gemini,
}

impl Protocol {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Chat => "openai_chat",
            Self::Responses => "openai_responses",
            Self::Embeddings => "openai_embeddings",
            Self::Anthropic => "anthropic_messages",
            Self::Gemini => "gemini",
        }
    }

    pub(super) fn endpoint(self, model: &str, is_stream: bool) -> String {
        match self {
            Self::Chat => "/v1/chat/completions".into(),
            Self::Responses => "/v1/responses".into(),
            Self::Embeddings => "/v1/embeddings".into(),
            Self::Anthropic => "/v1/messages".into(),
            Self::Gemini if is_stream => format!("/v1beta/models/{model}:streamGenerateContent"),
            Self::Gemini => format!("/v1beta/models/{model}:generateContent"),
        }
    }
}

/// How a model behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Chat,
    Reasoning,
    Embedding,
    Image,
}

/// A list price in nano-USD per token: 1 is 0.001 USD per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Price {
    pub(super) input: i64,
    pub(super) cache_read: i64,
    pub(super) cache_write: i64,
    pub(super) output: i64,
    /// In nano-USD per call, instead of the others.
    pub(super) call: i64,
}

/// One way to a model.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) upstream_name: &'static str,
    pub(super) provider: &'static str,
    pub(super) upstream_model: &'static str,
    pub(super) channel_id: &'static str,
    pub(super) binding_code: &'static str,
    pub(super) billing_mode: &'static str,
    pub(super) price: Price,
}

/// A model as the platform's users know it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    pub(super) kind: Kind,
    /// Popularity in the playground.
    pub(super) weight: u32,
    /// The first takes most calls.
    pub(super) routes: &'static [Route],
}

const fn tokens(input: i64, cache_read: i64, cache_write: i64, output: i64) -> Price {
    Price {
        input,
        cache_read,
        cache_write,
        output,
        call: 0,
    }
}

const FREE: Price = tokens(0, 0, 0, 0);

const fn route(
    [upstream_name, provider, upstream_model]: [&'static str; 3],
    channel_id: &'static str,
    binding_code: &'static str,
    price: Price,
) -> Route {
    let billing_mode = "per_token";
    Route {
        upstream_name,
        provider,
        upstream_model,
        channel_id,
        binding_code,
        billing_mode,
        price,
    }
}

impl Route {
    const fn billed(mut self, billing_mode: &'static str) -> Self {
        self.billing_mode = billing_mode;
        self
    }
}

const fn model(
    [id, name]: [&'static str; 2],
    protocol: Protocol,
    kind: Kind,
    weight: u32,
    routes: &'static [Route],
) -> Model {
    Model {
        id,
        name,
        protocol,
        kind,
        weight,
        routes,
    }
}

const GPT_4O: Price = tokens(2_500, 1_250, 2_500, 10_000);
const GPT_4O_MINI: Price = tokens(150, 75, 150, 600);
const GPT_41: Price = tokens(2_000, 500, 2_000, 8_000);
const GPT_41_MINI: Price = tokens(400, 100, 400, 1_600);
const GPT_5: Price = tokens(1_250, 125, 1_250, 10_000);
const GPT_5_MINI: Price = tokens(250, 25, 250, 2_000);
const SONNET: Price = tokens(3_000, 300, 3_750, 15_000);
const HAIKU: Price = tokens(1_000, 100, 1_250, 5_000);
const OPUS: Price = tokens(15_000, 1_500, 18_750, 75_000);

/// Where `summarize-standard` goes, and where it went for three days by mistake.
pub(super) const STANDARD_ROUTE: Route = route(
    ["anthropic-us", "anthropic", "claude-haiku-4-5-20251001"],
    "23",
    "an-us-summarize",
    HAIKU,
);
pub(super) const EXPENSIVE_ROUTE: Route = route(
    ["anthropic-us", "anthropic", "claude-opus-4-1-20250805"],
    "23",
    "an-us-summarize",
    OPUS,
);

use Kind::{Chat, Embedding, Image, Reasoning};

// One row a line.
#[rustfmt::skip]
pub(super) const MODELS: &[Model] = &[
    model(["m_gpt4o", "gpt-4o"], Protocol::Chat, Chat, 16, &[
        route(["azure-eu", "azure", "gpt-4o-2024-11-20"], "14", "az-eu-gpt4o", GPT_4O),
        route(["openai-main", "openai", "gpt-4o-2024-11-20"], "11", "oa-gpt4o", GPT_4O),
    ]),
    model(["m_gpt4omini", "gpt-4o-mini"], Protocol::Chat, Chat, 14, &[
        route(["openai-main", "openai", "gpt-4o-mini-2024-07-18"], "11", "oa-gpt4o-mini", GPT_4O_MINI),
        route(["azure-eu", "azure", "gpt-4o-mini-2024-07-18"], "14", "az-eu-gpt4o-mini", GPT_4O_MINI),
    ]),
    model(["m_gpt41", "gpt-4.1"], Protocol::Chat, Chat, 8, &[
        route(["openai-main", "openai", "gpt-4.1-2025-04-14"], "11", "oa-gpt41", GPT_41),
        route(["azure-us", "azure", "gpt-4.1-2025-04-14"], "15", "az-us-gpt41", GPT_41),
    ]),
    model(["m_gpt41mini", "gpt-4.1-mini"], Protocol::Chat, Chat, 8, &[
        route(["azure-us", "azure", "gpt-4.1-mini-2025-04-14"], "15", "az-us-gpt41-mini", GPT_41_MINI),
    ]),
    model(["m_gpt5", "gpt-5"], Protocol::Responses, Reasoning, 12, &[
        route(["openai-main", "openai", "gpt-5-2025-08-07"], "11", "oa-gpt5", GPT_5),
    ]),
    model(["m_gpt5mini", "gpt-5-mini"], Protocol::Responses, Reasoning, 10, &[
        route(["openai-main", "openai", "gpt-5-mini-2025-08-07"], "11", "oa-gpt5-mini", GPT_5_MINI),
        route(["azure-eu", "azure", "gpt-5-mini-2025-08-07"], "14", "az-eu-gpt5-mini", GPT_5_MINI),
    ]),
    model(["m_o4mini", "o4-mini"], Protocol::Responses, Reasoning, 4, &[
        route(["openai-main", "openai", "o4-mini-2025-04-16"], "11", "oa-o4-mini", tokens(1_100, 275, 1_100, 4_400)),
    ]),
    model(["m_sonnet45", "claude-sonnet-4-5"], Protocol::Anthropic, Chat, 14, &[
        route(["anthropic-eu", "anthropic", "claude-sonnet-4-5-20250929"], "22", "an-eu-sonnet", SONNET),
        route(["anthropic-us", "anthropic", "claude-sonnet-4-5-20250929"], "23", "an-us-sonnet", SONNET),
    ]),
    model(["m_haiku45", "claude-haiku-4-5"], Protocol::Anthropic, Chat, 9, &[
        route(["anthropic-eu", "anthropic", "claude-haiku-4-5-20251001"], "22", "an-eu-haiku", HAIKU),
    ]),
    model(["m_opus41", "claude-opus-4-1"], Protocol::Anthropic, Reasoning, 2, &[
        route(["anthropic-eu", "anthropic", "claude-opus-4-1-20250805"], "22", "an-eu-opus", OPUS),
    ]),
    model(["m_gem25pro", "gemini-2.5-pro"], Protocol::Gemini, Reasoning, 7, &[
        route(["gemini-eu", "gcp.gemini", "gemini-2.5-pro"], "31", "gg-eu-pro", tokens(1_250, 125, 1_250, 10_000)),
    ]),
    model(["m_gem25flash", "gemini-2.5-flash"], Protocol::Gemini, Chat, 8, &[
        route(["gemini-eu", "gcp.gemini", "gemini-2.5-flash"], "31", "gg-eu-flash", tokens(300, 30, 300, 2_500)),
    ]),
    model(["m_gemimage", "gemini-2.5-flash-image"], Protocol::Gemini, Image, 2, &[
        route(["gemini-eu", "gcp.gemini", "gemini-2.5-flash-image"], "31", "gg-eu-image", Price { call: 39_000_000, ..FREE }) .billed("per_call"),
    ]),
    model(["m_mistral", "mistral-large"], Protocol::Chat, Chat, 3, &[
        route(["mistral-paris", "mistral_ai", "mistral-large-2411"], "41", "mi-large", tokens(2_000, 2_000, 2_000, 6_000)),
    ]),
    model(["m_codestral", "codestral"], Protocol::Chat, Chat, 4, &[
        route(["mistral-paris", "mistral_ai", "codestral-2508"], "42", "mi-codestral-seat", FREE) .billed("subscription"),
    ]),
    model(["m_dschat", "deepseek-chat"], Protocol::Chat, Chat, 5, &[
        route(["deepseek-cn", "deepseek", "deepseek-chat"], "51", "ds-chat", tokens(280, 28, 280, 420)),
    ]),
    model(["m_dsreason", "deepseek-reasoner"], Protocol::Chat, Reasoning, 3, &[
        route(["deepseek-cn", "deepseek", "deepseek-reasoner"], "51", "ds-reasoner", tokens(280, 28, 280, 420)),
    ]),
    model(["m_llama33", "llama-3.3-70b"], Protocol::Chat, Chat, 4, &[
        route(["vllm-local", "vllm", "meta-llama/Llama-3.3-70B-Instruct"], "61", "vl-llama", FREE) .billed("free"),
    ]),
    model(["m_qwen3", "qwen3-coder-30b"], Protocol::Chat, Chat, 4, &[
        route(["vllm-local", "vllm", "Qwen/Qwen3-Coder-30B-A3B-Instruct"], "61", "vl-qwen-coder", FREE) .billed("free"),
    ]),
    model(["m_emb3s", "text-embedding-3-small"], Protocol::Embeddings, Embedding, 0, &[
        route(["openai-main", "openai", "text-embedding-3-small"], "11", "oa-emb-s", tokens(20, 20, 20, 0)),
    ]),
    model(["m_emb3l", "text-embedding-3-large"], Protocol::Embeddings, Embedding, 0, &[
        route(["azure-eu", "azure", "text-embedding-3-large"], "14", "az-eu-emb-l", tokens(130, 130, 130, 0)),
    ]),
    model(["m_bge", "bge-m3"], Protocol::Embeddings, Embedding, 0, &[
        route(["vllm-local", "vllm", "BAAI/bge-m3"], "61", "vl-bge", FREE).billed("free"),
    ]),
    model(["m_sumstd", "summarize-standard"], Protocol::Chat, Chat, 0, &[
        STANDARD_ROUTE,
    ]),
];

/// The model of this name.
pub(super) fn by_name(name: &str) -> &'static Model {
    let found = MODELS.iter().find(|model| model.name == name);
    found.expect("the platform offers the models its keys and stories use")
}
