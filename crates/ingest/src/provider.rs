//! Names of providers: whatever a client calls them, the log says it in one way.

/// Old or other names, and the current one of the semantic conventions.
const RENAMED: &[(&str, &str)] = &[
    ("vertex_ai", "gcp.vertex_ai"),
    ("gemini", "gcp.gemini"),
    ("az.ai.inference", "azure.ai.inference"),
    ("az.ai.openai", "azure.ai.openai"),
    ("xai", "x_ai"),
    // LiteLLM
    ("azure", "azure.ai.openai"),
    ("azure_ai", "azure.ai.inference"),
    ("bedrock", "aws.bedrock"),
    ("watsonx", "ibm.watsonx.ai"),
    ("mistral", "mistral_ai"),
    ("moonshot", "moonshot_ai"),
    // OpenInference
    ("mistralai", "mistral_ai"),
    ("vertexai", "gcp.vertex_ai"),
    ("google", "gcp.gemini"),
    // Vercel AI SDK
    ("azure-openai", "azure.ai.openai"),
    ("amazon-bedrock", "aws.bedrock"),
    ("google.generative-ai", "gcp.gemini"),
    ("google.vertex", "gcp.vertex_ai"),
];

/// The current name of a provider.
pub(crate) fn current(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    let known = RENAMED.iter().find(|(old, _)| *old == lower);
    known.map_or(lower.as_str(), |(_, new)| new).into()
}

/// The path and wire protocol of a call's API, where it can be told.
pub(crate) fn endpoint(protocol: &str) -> Option<&'static str> {
    Some(match protocol {
        "openai_chat" => "/v1/chat/completions",
        "openai_completions" => "/v1/completions",
        "openai_responses" => "/v1/responses",
        "openai_embeddings" => "/v1/embeddings",
        "anthropic_messages" => "/v1/messages",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::current;

    #[test]
    fn old_names_become_current_ones() {
        let old = [
            "vertex_ai",
            "gemini",
            "az.ai.inference",
            "az.ai.openai",
            "xai",
            "OpenAI",
        ];
        let new = [
            "gcp.vertex_ai",
            "gcp.gemini",
            "azure.ai.inference",
            "azure.ai.openai",
            "x_ai",
            "openai",
        ];
        assert_eq!(old.map(current), new);
    }
}
