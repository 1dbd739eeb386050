//! How calls fail: in the words of the provider, or of the platform before it asks one.

use super::dice::Dice;
use super::models::{Kind, Model, Route};

/// A failed call.
pub(super) struct Failure {
    pub(super) status: i64,
    pub(super) message: String,
    pub(super) latency_ms: i64,
    /// Whether a provider was asked at all.
    pub(super) is_upstream: bool,
    /// Whether part of the answer was already there and has to be paid.
    pub(super) is_partial: bool,
}

impl Failure {
    /// Refused by the platform itself.
    pub(super) fn refused(status: i64, message: impl Into<String>, dice: &mut Dice) -> Self {
        let latency_ms = dice.between(2, 9);
        Self {
            status,
            message: message.into(),
            latency_ms,
            is_upstream: false,
            is_partial: false,
        }
    }

    /// Answered with an error, or not at all, by a provider.
    pub(super) fn upstream(status: i64, message: impl Into<String>, latency_ms: i64) -> Self {
        Self {
            status,
            message: message.into(),
            latency_ms,
            is_upstream: true,
            is_partial: false,
        }
    }
}

/// Whether a call fails, and how.
pub(super) fn roll(model: &Model, route: &Route, dice: &mut Dice) -> Option<Failure> {
    let rate = match route.provider {
        "deepseek" => 0.055,
        "vllm" => 0.035,
        "gcp.gemini" => 0.030,
        "anthropic" => 0.024,
        _ => 0.019,
    };
    if !dice.chance(rate) {
        return None;
    }
    Some(match dice.index(100) {
        0..38 => rate_limited(model, route, dice),
        38..56 => overloaded(route, dice),
        56..68 => broken(route, dice),
        68..80 => Failure::upstream(
            504,
            format!(
                "upstream timeout: no first byte from {} within 60 s",
                route.upstream_name
            ),
            60_000 + dice.between(1, 40),
        ),
        80..90 => guarded(dice),
        90..95 if model.kind != Kind::Embedding => Failure {
            is_partial: true,
            ..Failure::upstream(
                499,
                "client closed the request before the answer was complete",
                0,
            )
        },
        _ => too_long(model, route, dice),
    })
}

fn rate_limited(model: &Model, route: &Route, dice: &mut Dice) -> Failure {
    if dice.chance(0.25) {
        let limit = dice.pick(&[60, 120, 600]);
        let text = format!(
            "key limit reached: {limit} requests per minute, retry in {} s",
            dice.between(1, 50)
        );
        return Failure::refused(429, text, dice);
    }
    let (used, wait) = (dice.between(1_930_000, 1_999_000), dice.between(90, 4_000));
    let text = match route.provider {
        "azure" => format!(
            "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2025-04-01-preview have exceeded \
             token rate limit of your current OpenAI S0 pricing tier. Please retry after {} seconds.",
            wait / 100 + 1
        ),
        "anthropic" => "rate_limit_error: This request would exceed your organization's rate limit of 800,000 input tokens \
             per minute. Please reduce the prompt length or the maximum tokens requested, or try again later."
            .into(),
        "gcp.gemini" => format!(
            "RESOURCE_EXHAUSTED: Quota exceeded for metric: generate_content_requests_per_minute, limit: 1000, model: {}. \
             Please retry in {}.{}s.",
            model.name,
            wait / 1000 + 2,
            wait % 1000
        ),
        "mistral_ai" => "Requests rate limit exceeded".into(),
        "vllm" => format!("queue full: {} requests are waiting for {}", dice.between(256, 300), model.name),
        _ => format!(
            "Rate limit reached for {} in organization org-platform on tokens per min (TPM): Limit 2000000, Used {used}, \
             Requested {}. Please try again in {wait}ms.",
            model.name,
            2_000_000 - used + dice.between(40, 20_000)
        ),
    };
    Failure::upstream(429, text, dice.between(40, 420))
}

fn overloaded(route: &Route, dice: &mut Dice) -> Failure {
    let (status, text) = match route.provider {
        "anthropic" => (529, "overloaded_error: Overloaded"),
        "gcp.gemini" => (
            503,
            "UNAVAILABLE: The model is overloaded. Please try again later.",
        ),
        "vllm" => (503, "no healthy replica: 0 of 2 answer their health check"),
        "azure" => (
            503,
            "The service is temporarily unable to process your request. Please try again later.",
        ),
        _ => (503, "The server is overloaded or not ready yet."),
    };
    Failure::upstream(status, text, dice.between(80, 2_500))
}

fn broken(route: &Route, dice: &mut Dice) -> Failure {
    let text = match route.provider {
        "vllm" => "EngineDeadError: EngineCore encountered an issue. See stack trace (above) for the root cause.".into(),
        "anthropic" => format!("api_error: Internal server error (request req_011{})", dice.hex(20)),
        "gcp.gemini" => "INTERNAL: An internal error has occurred. Please retry or report.".into(),
        _ => format!(
            "The server had an error while processing your request. Sorry about that! (request id {})",
            dice.hex(32)
        ),
    };
    let status = if dice.chance(0.2) { 502 } else { 500 };
    Failure::upstream(status, text, dice.between(300, 18_000))
}

fn guarded(dice: &mut Dice) -> Failure {
    let text = dice.pick(&[
        "guardrail pii-outbound blocked the request: 2 matches (iban, credit_card)",
        "guardrail secrets blocked the request: 1 match (private key)",
        "guardrail prompt-injection blocked the request: score 0.94, threshold 0.80",
        "guardrail topic-policy blocked the request: category medical_advice",
        "content_filter: The response was filtered due to the prompt triggering content management policy (violence: medium)",
    ]);
    Failure {
        latency_ms: dice.between(18, 140),
        ..Failure::refused(403, text, dice)
    }
}

fn too_long(model: &Model, route: &Route, dice: &mut Dice) -> Failure {
    let limit = match route.provider {
        "anthropic" => 200_000,
        "gcp.gemini" => 1_048_576,
        _ if model.kind == Kind::Embedding => 8_192,
        _ => 128_000,
    };
    let asked = limit + dice.between(12, limit / 3);
    let text = match route.provider {
        "anthropic" => {
            format!("invalid_request_error: prompt is too long: {asked} tokens > {limit} maximum")
        }
        "gcp.gemini" => format!(
            "INVALID_ARGUMENT: The input token count ({asked}) exceeds the maximum number of tokens allowed ({limit})."
        ),
        _ => format!(
            "This model's maximum context length is {limit} tokens. However, your messages resulted in {asked} tokens. \
             Please reduce the length of the messages."
        ),
    };
    Failure::upstream(400, text, dice.between(60, 600))
}
