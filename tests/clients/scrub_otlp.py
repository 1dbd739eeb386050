"""Removes what a pattern matches from every text value of an OTLP request: `scrub_otlp.py MESSAGE PATTERN <in >out`."""

import re
import sys

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue


def scrub(message, pattern: re.Pattern) -> None:
    if isinstance(message, AnyValue) and message.HasField("string_value"):
        message.string_value = pattern.sub("", message.string_value)
    for descriptor, value in message.ListFields():
        if descriptor.message_type:
            for part in [value] if hasattr(value, "ListFields") else value:
                scrub(part, pattern)


kinds = {"ExportTraceServiceRequest": ExportTraceServiceRequest, "ExportLogsServiceRequest": ExportLogsServiceRequest}
request = kinds[sys.argv[1]].FromString(sys.stdin.buffer.read())
scrub(request, re.compile(sys.argv[2]))
sys.stdout.buffer.write(request.SerializeToString())
