"""OpenInference's OpenAI instrumentation."""

import otel

otel.configure()

from openinference.instrumentation.openai import OpenAIInstrumentor  # noqa: E402

import openai_calls  # noqa: E402

OpenAIInstrumentor().instrument()
openai_calls.run(openai_calls.client(), otel.application_span)
otel.flush()
