//! The refusals that operations of the API have in common, for its description: they follow from
//! what an operation takes. What its handler declares itself stays as it is.

use serde_json::{Value, json};

/// Adds the refusals that handlers do not declare.
pub(crate) fn add(document: &mut Value) {
    let paths = document["paths"].as_object_mut();
    for (path, operations) in paths.expect("a document has paths") {
        let operations = operations.as_object_mut();
        for operation in operations.expect("a path has operations").values_mut() {
            let refusals = refusals(path, operation);
            let otlp = speaks_otlp(path);
            let answers = operation["responses"].as_object_mut();
            let answers = answers.expect("an operation has answers");
            for (status, description) in refusals {
                let answer = answers
                    .entry(status)
                    .or_insert_with(|| answer(description, otlp));
                describe(answer, description);
            }
            for answer in answers.values_mut() {
                describe(answer, "Done.");
            }
        }
    }
}

/// Statuses and what they mean.
fn refusals(path: &str, operation: &Value) -> Vec<(&'static str, &'static str)> {
    let security = operation["security"].as_array();
    let takes = |scheme: &str| {
        security.is_some_and(|schemes| schemes.iter().any(|known| known.get(scheme).is_some()))
    };
    let also_nobody = security.is_some_and(|schemes| schemes.contains(&json!({})));
    let mut refusals = Vec::new();
    if operation.get("requestBody").is_some() {
        refusals.push(("400", "The body cannot be read, or a value of it be used."));
        refusals.push(("413", "The body passes a limit."));
        refusals.push(("415", "An unknown Content-Type or Content-Encoding."));
    }
    if takes("api_key") {
        refusals.push(("401", "Neither a valid API key nor a session."));
    } else if takes("session") && !also_nobody {
        refusals.push(("401", "No session; keys have no account."));
    }
    if takes("api_key") || takes("session") {
        refusals.push((
            "403",
            "The API key lacks the scope, the account has not the role, or a change by cookie does not come from this site.",
        ));
    }
    if path.contains("{stream}") {
        refusals.push(("404", "Unknown stream."));
    }
    if path.contains("/{id}") {
        refusals.push(("404", "No such thing."));
    }
    if !["/healthz", "/readyz"].contains(&path) {
        refusals.push(("429", "Too many requests; send again after Retry-After."));
    }
    if path != "/healthz" {
        refusals.push(("503", "Not now; send again after Retry-After."));
        // Exporters do not repeat what is answered with 500, so OTLP has 503 in its place.
        if !speaks_otlp(path) {
            refusals.push(("500", "A fault of Daybook; its log tells more."));
        }
    }
    refusals
}

fn speaks_otlp(path: &str) -> bool {
    ["/v1/traces", "/v1/logs", "/v1/metrics"]
        .iter()
        .any(|signal| path == *signal || path == format!("/api/public/otel{signal}"))
}

fn answer(description: &str, otlp: bool) -> Value {
    match otlp {
        true => json!({"description": format!("{description} The body is a google.rpc.Status.")}),
        false => json!({
            "description": description,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
        }),
    }
}

/// Every answer must have a description.
fn describe(answer: &mut Value, description: &str) {
    if answer["description"].as_str().is_none_or(str::is_empty) {
        answer["description"] = json!(description);
    }
}
