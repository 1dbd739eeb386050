"""opentelemetry-instrumentation-genai-openai, the successor of openai-v2."""

import otel

otel.configure()

from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor  # noqa: E402

import openai_calls  # noqa: E402

OpenAIInstrumentor().instrument()
openai_calls.run(openai_calls.client(), otel.application_span)
otel.flush()
