"""OpenTelemetry SDK set-up as an operator does it: exporters configured by the standard variables only."""

import os
from contextlib import contextmanager

from opentelemetry import _logs, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def configure() -> None:
    """Points the exporters of this process at Daybook; call it before instrumenting anything."""
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = os.environ["DAYBOOK_URL"]
    os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = f"authorization=Bearer%20{os.environ['DAYBOOK_KEY']}"
    os.environ.setdefault("OTEL_SERVICE_NAME", "client-test")
    # Everything waits for `flush`, which decides what arrives first.
    os.environ["OTEL_BSP_SCHEDULE_DELAY"] = os.environ["OTEL_BLRP_SCHEDULE_DELAY"] = "600000"
    tracers, logs = TracerProvider(), LoggerProvider()
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    trace.set_tracer_provider(tracers)
    _logs.set_logger_provider(logs)


@contextmanager
def application_span(call):
    """The span of the calling application around a model call, itself no model call. Yields the trace id."""
    with trace.get_tracer("client-test").start_as_current_span(f"handle {call.name}") as span:
        yield f"{span.get_span_context().trace_id:032x}"


def flush() -> None:
    """Sends spans, then logs; with DAYBOOK_LOGS_FIRST the other way round.

    With DAYBOOK_PAUSE it asks for something to happen between the two, and waits for a line on stdin.
    """
    providers = [trace.get_tracer_provider(), _logs.get_logger_provider()]
    if os.environ.get("DAYBOOK_LOGS_FIRST"):
        providers.reverse()
    providers[0].force_flush()
    if os.environ.get("DAYBOOK_PAUSE"):
        print('{"pause": true}', flush=True)
        input()
    providers[1].force_flush()
