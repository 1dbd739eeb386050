//! A `StandardLoggingPayload`: one attempt to call a model.

use super::payload::{Payload, number, text_of};
use super::{billing, content, people};
use crate::tokens::Tokens;
use crate::{bounded, provider};
use daybook_model::{Event, Rejection, Stream, Timestamp};
use serde_json::{Map, Value, json};

pub(super) fn event(payload: &Payload<'_>) -> Result<Event, Rejection> {
    let id = payload
        .text("litellm_call_id")
        .or_else(|| payload.text("id"));
    let id = id.ok_or_else(|| Rejection::field("litellm_call_id", "missing"))?;
    let start = payload.time("startTime");
    let start = start
        .ok_or_else(|| Rejection::field("startTime", "missing: expected seconds since 1970"))?;
    let mut event = Event::new(Stream::Usage);
    // Ids have a limit that a cut would turn into a false duplicate; LiteLLM's are UUIDs.
    event.id = id.as_str().into();
    event.time = start;
    event.set_text("request_id", id);
    event.set_text("trace_id", payload.text("trace_id").unwrap_or_default());

    let metadata = payload.object("metadata");
    let parameters = payload.object("model_parameters");
    let failed = outcome(payload, &mut event);
    let streamed = payload
        .value("stream")
        .or_else(|| parameters.get("stream").cloned());
    let streamed = streamed == Some(Value::Bool(true));
    event.set_boolean("is_stream", streamed);
    models(payload, &mut event);
    let end = payload.time("endTime").filter(|end| *end >= start);
    if let Some(end) = end {
        event.set_integer("latency_ms", to_ms(end.us() - start.us()));
    }
    // A call that failed before its first token has its end there; a broken stream does not.
    let began =
        |first: &Timestamp| *first >= start && (!failed || end.is_some_and(|end| *first < end));
    let first = payload.time("completionStartTime").filter(began);
    if let Some(first) = first.filter(|_| streamed) {
        event.set_integer("ttft_ms", to_ms(first.us() - start.us()));
    }
    tokens(payload, &metadata, failed)?.apply(&mut event);
    billing::apply(payload, &mut event)?;
    people::apply(payload, &metadata, &parameters, &mut event);
    content::apply(payload, &parameters, &mut event);
    bounded::set_object(
        &mut event,
        "details",
        details(payload, &metadata, parameters),
    );
    Ok(event)
}

/// Sets outcome, status and error; returns whether the call failed.
fn outcome(payload: &Payload<'_>, event: &mut Event) -> bool {
    let failed = payload
        .text("status")
        .is_some_and(|status| status == "failure");
    event.set_text("outcome", if failed { "error" } else { "success" });
    if failed {
        let information = payload.object("error_information");
        let message = payload.text("error_str");
        let message = message.or_else(|| Some(text_of(&information, "error_message")?.to_owned()));
        event.set_text(
            "error",
            message.unwrap_or_else(|| "failed without a message".into()),
        );
        let code = information.get("error_code").and_then(|code| match code {
            Value::String(text) => text.parse().ok(),
            code => code.as_i64(),
        });
        if let Some(code) = code.filter(|code| (100..600).contains(code)) {
            event.set_integer("status_code", code);
        }
    }
    failed
}

/// The model that was asked for is the group's name, if there is one; the one that answered stands
/// in the response, unless LiteLLM wrote the group's name there, too.
fn models(payload: &Payload<'_>, event: &mut Event) {
    #[derive(serde::Deserialize)]
    struct Answer {
        model: Option<String>,
    }
    let provider = payload.text("custom_llm_provider").unwrap_or_default();
    let model = payload.text("model").unwrap_or_default();
    let model = model
        .strip_prefix(&format!("{provider}/"))
        .unwrap_or(&model);
    let group = payload.text("model_group").unwrap_or_default();
    let answer = payload.compact("response");
    let served = answer.and_then(|answer| serde_json::from_str::<Answer>(&answer).ok()?.model);
    let served = served.filter(|served| !served.is_empty() && *served != group);
    event.set_text(
        "platform_model",
        if group.is_empty() { model } else { &group },
    );
    event.set_text("upstream_model", served.as_deref().unwrap_or(model));
    event.set_text("provider", provider::current(&provider));
    event.set_text("channel_id", payload.text("model_id").unwrap_or_default());
    let call_type = payload.text("call_type").unwrap_or_default();
    if let Some(protocol) = protocol(&call_type) {
        event.set_text("protocol", protocol);
        event.set_text("endpoint", provider::endpoint(protocol).unwrap_or_default());
    }
}

fn protocol(call_type: &str) -> Option<&'static str> {
    Some(match call_type {
        "completion" | "acompletion" => "openai_chat",
        "text_completion" | "atext_completion" => "openai_completions",
        "responses" | "aresponses" => "openai_responses",
        "embedding" | "aembedding" => "openai_embeddings",
        "anthropic_messages" => "anthropic_messages",
        "generate_content"
        | "agenerate_content"
        | "generate_content_stream"
        | "agenerate_content_stream" => "gemini",
        _ => return None,
    })
}

/// The counts at the top, or those of the usage object that is beside them. Zeros of a call that
/// failed without a usage object mean that nothing was counted.
///
/// # Errors
/// Names a count that is none.
fn tokens(
    payload: &Payload<'_>,
    metadata: &Map<String, Value>,
    failed: bool,
) -> Result<Tokens, Rejection> {
    let usage = metadata.get("usage_object").cloned().unwrap_or_default();
    let first = |pointers: &[&str]| {
        let counts = pointers.iter().map(|pointer| {
            let name = format!("metadata.usage_object{}", pointer.replace('/', "."));
            let value = usage.pointer(pointer).unwrap_or(&Value::Null);
            number(value, &name, crate::otlp::count)
        });
        counts.filter_map(Result::transpose).next().transpose()
    };
    let whole = |name: &str, pointers: &[&str]| match payload.count(name)? {
        None => first(pointers),
        known => Ok(known),
    };
    let tokens = Tokens {
        input: whole("prompt_tokens", &["/prompt_tokens", "/input_tokens"])?,
        output: whole(
            "completion_tokens",
            &["/completion_tokens", "/output_tokens"],
        )?,
        total: whole("total_tokens", &["/total_tokens"])?,
        cache_read: first(&[
            "/prompt_tokens_details/cached_tokens",
            "/input_tokens_details/cached_tokens",
            "/cache_read_input_tokens",
        ])?,
        cache_write: first(&[
            "/cache_creation_input_tokens",
            "/prompt_tokens_details/cache_creation_tokens",
            "/prompt_tokens_details/cache_write_tokens",
            "/input_tokens_details/cache_write_tokens",
        ])?,
        reasoning: first(&[
            "/completion_tokens_details/reasoning_tokens",
            "/output_tokens_details/reasoning_tokens",
        ])?,
    };
    let uncounted = usage.as_object().is_none_or(Map::is_empty);
    let wholes = [tokens.input, tokens.output, tokens.total];
    if failed && uncounted && wholes.into_iter().flatten().all(|count| count == 0) {
        return Ok(Tokens::default());
    }
    Ok(tokens)
}

/// What may help whoever looks into one call. Never the price map, tracebacks or headers.
fn details(
    payload: &Payload<'_>,
    metadata: &Map<String, Value>,
    mut parameters: Map<String, Value>,
) -> Map<String, Value> {
    let mut details = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !super::content::is_empty(value)) {
            details.insert(name.into(), value);
        }
    };
    for name in [
        "call_type",
        "api_base",
        "cache_hit",
        "session_id",
        "status_fields",
        "guardrail_information",
        "standard_built_in_tools_params",
    ] {
        put(name, payload.value(name));
    }
    put("response_id", payload.value("id"));
    for name in [
        "tools",
        "messages",
        "input",
        "instructions",
        "system",
        "extra_headers",
        "headers",
    ] {
        parameters.remove(name);
    }
    parameters.retain(|name, _| !name.contains("api_key"));
    put("model_parameters", Some(parameters.into()));
    put("cost_breakdown", payload.value("cost_breakdown"));
    let mut error = payload.object("error_information");
    error.retain(|name, value| {
        !["traceback", "error_message"].contains(&name.as_str()) && !content::is_empty(value)
    });
    put("error_information", Some(error.into()));
    for name in [
        "user_api_key_org_id",
        "user_api_key_org_alias",
        "user_api_key_project_id",
        "user_api_key_project_alias",
        "user_api_key_end_user_id",
        "applied_guardrails",
        "mcp_tool_call_metadata",
        "vector_store_request_metadata",
        "routing_decision",
    ] {
        put(name, metadata.get(name).cloned());
    }
    let hidden = payload.object("hidden_params");
    put(
        "litellm_overhead_time_ms",
        hidden.get("litellm_overhead_time_ms").cloned(),
    );
    put(
        "litellm_model_name",
        hidden.get("litellm_model_name").cloned(),
    );
    if details.get("call_type") == Some(&json!("")) {
        details.remove("call_type");
    }
    details
}

fn to_ms(us: i64) -> i64 {
    us.saturating_add(500) / 1000
}

#[cfg(test)]
mod tests {
    use super::super::normalise;
    use daybook_model::Event;
    use serde_json::{Value, json};

    fn element(members: Value) -> String {
        let mut element =
            json!({"litellm_call_id": "c1", "startTime": 1_763_600_000.5, "status": "success"});
        let Value::Object(members) = members else {
            panic!("{members}")
        };
        element.as_object_mut().unwrap().extend(members);
        element.to_string()
    }

    fn counts(event: &Event) -> [Option<i64>; 3] {
        ["input_tokens", "output_tokens", "cache_read_tokens"].map(|name| event.integer(name))
    }

    #[test]
    fn counts_are_read_in_every_form() {
        let zeros = json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0});
        let with = |mut members: Value, name: &str, value: Value| {
            members[name] = value;
            members
        };
        let cases = [
            (
                json!({"prompt_tokens": "20", "completion_tokens": 10, "total_tokens": 30}),
                [Some(20), Some(10), None],
            ),
            (
                json!({"prompt_tokens": " 20 ", "completion_tokens": 10.0, "total_tokens": "30.0",
                    "metadata": {"usage_object": {"prompt_tokens": 20, "prompt_tokens_details": {"cached_tokens": "4"}}}}),
                [Some(20), Some(10), Some(4)],
            ),
            (
                json!({"prompt_tokens": 5, "completion_tokens": 10}),
                [Some(5), Some(10), None],
            ),
            (
                json!({"metadata": {"usage_object": {"prompt_tokens": 5, "output_tokens": "10"}}}),
                [Some(5), Some(10), None],
            ),
            (
                json!({"prompt_tokens": null, "completion_tokens": ""}),
                [None; 3],
            ),
            (zeros.clone(), [Some(0), Some(0), None]),
            (
                with(zeros.clone(), "metadata", json!({"usage_object": {}})),
                [Some(0), Some(0), None],
            ),
            (with(zeros, "status", "failure".into()), [None; 3]),
            (
                json!({"prompt_tokens": 5, "completion_tokens": 0, "status": "failure"}),
                [Some(5), Some(0), None],
            ),
        ];
        for (members, expected) in cases {
            let event = normalise(&element(members.clone())).unwrap();
            assert_eq!(counts(&event), expected, "{members}");
        }
    }

    #[test]
    fn a_count_or_cost_that_is_none_is_refused_by_name() {
        let usage = |members: Value| json!({"metadata": {"usage_object": members}});
        let old = |members: Value| {
            let mut element = json!({"startTime": "2026-11-21 01:00:00"});
            element
                .as_object_mut()
                .unwrap()
                .extend(members.as_object().unwrap().clone());
            element
        };
        let cases = [
            (json!({"prompt_tokens": -5}), "prompt_tokens"),
            (json!({"completion_tokens": 1.5}), "completion_tokens"),
            (json!({"total_tokens": [3]}), "total_tokens"),
            (json!({"total_tokens": []}), "total_tokens"),
            (json!({"prompt_tokens": true}), "prompt_tokens"),
            (json!({"prompt_tokens": 1e30}), "prompt_tokens"),
            (json!({"response_cost": "abc"}), "response_cost"),
            (json!({"response_cost": "NaN"}), "response_cost"),
            (json!({"response_cost": -1}), "response_cost"),
            (json!({"response_cost": 1e30}), "response_cost"),
            (json!({"response_cost": {}}), "response_cost"),
            (
                usage(json!({"prompt_tokens_details": {"cached_tokens": "few"}})),
                "metadata.usage_object.prompt_tokens_details.cached_tokens",
            ),
            (
                usage(json!({"completion_tokens_details": {"reasoning_tokens": -1}})),
                "metadata.usage_object.completion_tokens_details.reasoning_tokens",
            ),
            (old(json!({"cost": "abc"})), "cost"),
            (old(json!({"cost": -1})), "cost"),
            (
                old(json!({"usage": "Usage(completion_tokens=4, prompt_tokens=-5)"})),
                "usage.prompt_tokens",
            ),
        ];
        for (members, field) in cases {
            let rejection = normalise(&element(members.clone())).unwrap_err();
            assert_eq!(rejection.field.as_deref(), Some(field), "{members}");
        }
        let huge = element(json!({})).replacen('{', r#"{"response_cost":1e999,"#, 1);
        assert_eq!(
            normalise(&huge).unwrap_err().field.as_deref(),
            Some("response_cost")
        );
    }

    #[test]
    fn numbers_in_texts_are_numbers() {
        let event = normalise(&element(json!({
            "startTime": "1763600000.5", "endTime": "1763600001.5", "response_cost": "4.5e-06", "model": "m"
        })));
        let event = event.unwrap();
        assert_eq!(
            (event.integer("latency_ms"), event.integer("cost")),
            (Some(1000), Some(4500))
        );
        assert_eq!(event.text("upstream_model"), Some("m"), "the current form");
        let old = normalise(&element(json!({
            "startTime": "2026-11-21 01:00:00", "cost": "None",
            "usage": "{'completion_tokens': 4, 'prompt_tokens': '20', 'prompt_tokens_details': {'cached_tokens': None}}"
        })));
        assert_eq!(counts(&old.unwrap()), [Some(20), Some(4), None]);
    }
}
