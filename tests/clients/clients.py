"""The clients under test, each with its settings, and where it tells less than what happened.

A correction says what a *complete and honest* reading of this client's data gives, call by call (`*`: every call).
`SKIP` leaves a field unchecked. The corrections are findings about the clients, not about Daybook.
"""

from dataclasses import dataclass, field

from calls import EMBEDDING_MODEL, MODEL, UPSTREAM_MODEL

SKIP = object()
NOT_STORED = {"cache_read_tokens": None, "reasoning_tokens": None}
LOST_PROMPT = {"prompt": None}
LOST_ANSWER = {"response": None}
UNSEEN_BREAK = {"outcome": "success", "upstream_model": UPSTREAM_MODEL}
STREAMS = ("stream", "stream_no_usage", "tool_stream")
NEW_MODE = {"OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental"}
CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


@dataclass(frozen=True)
class Client:
    name: str
    group: str  # names the requirements file
    emitter: str
    reports: frozenset[str]  # of status, stream, ttft, user, provider
    corrections: dict = field(default_factory=dict)
    env: dict = field(default_factory=dict)
    restart: bool = False  # kill -9 between the two halves of each call

    def expected(self, line: dict) -> dict:
        """The line as this client reports it."""
        corrected = line | self.corrections.get("*", {}) | self.corrections.get(line["call"], {})
        return {name: value for name, value in corrected.items() if value is not SKIP}


def each(names, correction: dict) -> dict:
    return {name: correction for name in names}


def merged(*corrections: dict) -> dict:
    names = {name for some in corrections for name in some}
    return {name: {k: v for some in corrections for k, v in some.get(name, {}).items()} for name in names}


# A broken stream has answered with the model's name before it broke.
PARTIAL = {"stream_broken": {"upstream_model": UPSTREAM_MODEL}}
OPENAI_V2 = merged(PARTIAL, {"*": NOT_STORED, "embedding": LOST_PROMPT})
OPENAI_V2_NEW = merged(OPENAI_V2, {"parts": LOST_PROMPT})
GENAI = merged(PARTIAL, {"embedding": LOST_PROMPT}, each(("zeros", "priced", "parts"), NOT_STORED))
OPENLLMETRY = merged(
    {"stream_broken": UNSEEN_BREAK, "embedding": {"cache_read_tokens": 0}, "stream": {"reasoning_tokens": None}}
)
# In events mode its streamed answers carry the span id of the calling application's span.
OPENLLMETRY_EVENTS = merged(OPENLLMETRY, each(STREAMS, LOST_ANSWER))
# The model asked for is only in the payload; of a failed call nothing but the payload names a model.
OPENINFERENCE = merged(PARTIAL)
# It keeps one name of the model: the answer's, or when there is none the request's.
LANGFUSE = merged(
    {"*": {"platform_model": UPSTREAM_MODEL}, "embedding": {"platform_model": EMBEDDING_MODEL}},
    each(("rate_limited", "server_error", "responses_failed"), 
         {"platform_model": MODEL, "upstream_model": SKIP, "cost": "0"}),
    {"stream_broken": UNSEEN_BREAK, "priced": {"cost": "0.000123456"}},
)
# It counts tokens itself when the provider did not; its own counts of a broken stream are its own affair.
ESTIMATED = dict.fromkeys(
    ("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "reasoning_tokens", "cost"), SKIP
)
FAILED = ("rate_limited", "server_error", "stream_broken", "responses_failed", "attempt")
LITELLM = merged(
    each(FAILED, {"upstream_model": SKIP}),
    each(STREAMS, {"upstream_model": MODEL}),
    {"embedding": {"output_tokens": 0}, "stream_broken": ESTIMATED | {"error": None}},
)
LITELLM_SDK = merged(
    LITELLM,
    {"stream_no_usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0, "reasoning_tokens": 0, "cost": "0"},
     "mock_response": {"instant": True}},
)  # fmt: skip
# It rewrites the model's name in its answers to the name of the model group, and asks for usage by itself.
LITELLM_PROXY = merged(
    {"*": {"upstream_model": MODEL}},
    LITELLM,
    {"embedding": {"upstream_model": EMBEDDING_MODEL},
     "stream_no_usage": {"input_tokens": 15, "output_tokens": 6, "total_tokens": 21, "reasoning_tokens": 0}},
)  # fmt: skip
ROUTER = {"attempt": {"instant": True, "upstream_model": SKIP, "cost": "0"}}

SPANS = frozenset({"provider"})
ALL = frozenset({"provider", "stream", "status", "user"})

CLIENTS = [
    Client("openai-v2", "openai-v2", "emit_openai_v2.py", SPANS, OPENAI_V2, {CAPTURE: "true"}),
    Client("openai-v2 logs first, killed between", "openai-v2", "emit_openai_v2.py", SPANS, OPENAI_V2,
           {CAPTURE: "true", "DAYBOOK_LOGS_FIRST": "1"}, restart=True),
    Client("openai-v2 new, span", "openai-v2", "emit_openai_v2.py", SPANS, OPENAI_V2_NEW,
           NEW_MODE | {CAPTURE: "SPAN_ONLY"}),
    Client("openai-v2 new, event", "openai-v2", "emit_openai_v2.py", SPANS, OPENAI_V2_NEW,
           NEW_MODE | {CAPTURE: "EVENT_ONLY"}),
    Client("openai-v2 new, span and event", "openai-v2", "emit_openai_v2.py", SPANS, OPENAI_V2_NEW,
           NEW_MODE | {CAPTURE: "SPAN_AND_EVENT"}),
    Client("genai-openai span", "genai-openai", "emit_genai_openai.py", SPANS | {"stream", "ttft"}, GENAI,
           {CAPTURE: "SPAN_ONLY"}),
    Client("genai-openai event", "genai-openai", "emit_genai_openai.py", SPANS | {"stream", "ttft"}, GENAI,
           {CAPTURE: "EVENT_ONLY", "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT": "true"}),
    Client("genai-openai event first, killed between", "genai-openai", "emit_genai_openai.py",
           SPANS | {"stream", "ttft"}, GENAI,
           {CAPTURE: "SPAN_AND_EVENT", "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT": "true", "DAYBOOK_LOGS_FIRST": "1"},
           restart=True),
    Client("openllmetry", "openllmetry", "emit_openllmetry.py", SPANS | {"stream", "user"},
           merged(OPENLLMETRY, {"parts": LOST_PROMPT})),
    Client("openllmetry events, gzip", "openllmetry", "emit_openllmetry.py", SPANS | {"stream", "user"},
           OPENLLMETRY_EVENTS, {"DAYBOOK_USE_EVENTS": "1", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}),
    Client("openinference", "openinference", "emit_openinference.py", SPANS | {"stream", "ttft", "user"},
           OPENINFERENCE),
    Client("langfuse", "langfuse", "emit_langfuse.py", frozenset({"stream", "ttft", "user"}), LANGFUSE),
    Client("litellm json_array", "litellm", "emit_litellm.py", ALL | {"ttft"}, LITELLM_SDK),
    Client("litellm ndjson", "litellm", "emit_litellm.py", ALL | {"ttft"}, LITELLM_SDK,
           {"DAYBOOK_LITELLM_FORMAT": "ndjson"}),
    Client("litellm single", "litellm", "emit_litellm.py", ALL | {"ttft"}, LITELLM_SDK,
           {"DAYBOOK_LITELLM_FORMAT": "single"}),
    Client("litellm router", "litellm", "emit_litellm_router.py", SPANS | {"stream", "status"}, ROUTER),
    Client("litellm proxy", "litellm", "emit_litellm_proxy.py", ALL - {"user"} | {"ttft"}, LITELLM_PROXY),
]  # fmt: skip
