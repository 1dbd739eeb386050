"""OpenLLMetry's OpenAI instrumentation; DAYBOOK_USE_EVENTS puts the content into log events."""

import os

import otel

otel.configure()

from opentelemetry.instrumentation.openai import OpenAIInstrumentor  # noqa: E402

import openai_calls  # noqa: E402

OpenAIInstrumentor(use_attributes=not os.environ.get("DAYBOOK_USE_EVENTS")).instrument()
openai_calls.run(openai_calls.client(), otel.application_span)
otel.flush()
