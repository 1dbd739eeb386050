"""opentelemetry-instrumentation-openai-v2: chat and embeddings. The modes are chosen by its variables."""

import otel

otel.configure()

from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor  # noqa: E402

import openai_calls  # noqa: E402

OpenAIInstrumentor().instrument()
openai_calls.run(openai_calls.client(), otel.application_span, apis=("chat", "embeddings"))
otel.flush()
