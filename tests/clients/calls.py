"""The fixed calls: what the mock answers and what the test expects to find stored.

One table serves the mock (it finds a call by its prompt), the emitters (they make the calls) and
the checks (they compare the stored events), so that no number is written twice.

`None` in a token field means that the provider does not report the number; `0` that it reports zero.
"""

import os
from dataclasses import dataclass
from decimal import Decimal

MODEL = "gpt-4o-mini"
UPSTREAM_MODEL = "gpt-4o-mini-2024-07-18"
EMBEDDING_MODEL = "text-embedding-3-small"
USER = "user-42"
# USD per million tokens: input, cached input, output; as in the price list of the pinned LiteLLM.
PRICES = {MODEL: ("0.15", "0.075", "0.6"), EMBEDDING_MODEL: ("0.02", "0.02", "0")}
SYSTEM = "You answer briefly."
TOOL_ARGUMENTS = '{"city": "Oslo"}'
TOOL_CALL_ID = "call_oslo_1"
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

ERROR_TEXT = {429: "Rate limit reached for gpt-4o-mini", 500: "The server had an error"}

WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


@dataclass(frozen=True)
class Call:
    """One request and the answer to it.

    `api` is chat, responses or embeddings; or litellm for a call that LiteLLM answers by itself, with its own tokens.
    """

    name: str
    prompt: str
    answer: str | None = None
    api: str = "chat"
    model: str = MODEL
    upstream_model: str | None = UPSTREAM_MODEL
    stream: bool = False
    ask_usage: bool = True  # streamed chat: whether the caller asks for the usage chunk
    status: int = 200
    breaks: bool = False  # the connection is cut in the middle of the stream
    tool: bool = False  # offers the weather tool; without an answer the model calls it
    parts: bool = False  # the prompt is sent as a list of text and image parts
    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    cost: str | None = None  # USD, reported in `usage` as some providers do

    @property
    def total(self) -> int | None:
        return None if self.input is None else self.input + (self.output or 0)

    @property
    def failed(self) -> bool:
        return self.status != 200 or self.breaks

    def priced(self) -> str:
        """What LiteLLM's price list makes of the tokens, in USD, exactly."""
        if self.failed or self.input is None:
            return "0"
        fresh, cached, output = (Decimal(price) / 10**6 for price in PRICES[self.model])
        read = self.cached or 0
        return str((self.input - read) * fresh + read * cached + (self.output or 0) * output)

    def expected(self) -> dict:
        """What a complete report of this call says, in the names of the usage stream."""
        known = self.ask_usage and not self.failed
        return {
            "call": self.name,
            "api": self.api,
            "platform_model": self.model,
            "upstream_model": None if self.failed else self.upstream_model,
            "outcome": "error" if self.failed else "success",
            "status_code": self.status if not self.breaks else None,
            "is_stream": self.stream,
            "input_tokens": self.input if known else None,
            "output_tokens": self.output if known else None,
            "total_tokens": self.total if known else None,
            "cache_read_tokens": self.cached if known else None,
            "reasoning_tokens": self.reasoning if known else None,
            "cost": None,  # most clients report none
            "error": ERROR_TEXT.get(self.status),
            "prompt": self.prompt,
            "response": None if self.failed else self.answer or ("get_weather" if self.tool else None),
        }


CALLS = [
    Call("chat", "What is the capital of France?", "Paris is the capital of France.",
         input=120, output=45, cached=64, reasoning=20),
    Call("priced", "What does this answer cost?", "Very little.", input=41, output=7, cached=0, reasoning=0,
         cost="0.000123456"),
    Call("zeros", "Say hello without thinking.", "Hello!", input=14, output=3, cached=0, reasoning=0),
    Call("stream", "Count from one to five.", "One, two, three, four, five.", stream=True,
         input=84, output=33, cached=32, reasoning=12),
    Call("stream_no_usage", "Name one colour of the sky.", "Blue, most of the time.", stream=True,
         ask_usage=False, input=15, output=6),
    Call("tool_call", "What is the weather in Oslo?", tool=True, input=58, output=17),
    Call("tool_stream", "What is the weather in Oslo now?", tool=True, stream=True, input=59, output=18),
    Call("tool_result", "Tell me the weather in Oslo.", "It is 4 degrees in Oslo.", tool=True,
         input=91, output=9),
    Call("parts", "Describe this image.", "A single dark pixel.", parts=True,
         input=273, output=5, cached=0, reasoning=0),
    Call("rate_limited", "Please be rate limited.", status=429),
    Call("server_error", "Please fail inside.", status=500),
    Call("stream_broken", "Stop in the middle of it.", "This answer never ends.", stream=True, breaks=True),
    Call("responses", "Explain recursion in a sentence.", "Recursion is a function calling itself.",
         api="responses", input=90, output=60, cached=40, reasoning=24),
    Call("responses_stream", "Explain iteration in a sentence.", "Iteration repeats a step.",
         api="responses", stream=True, input=91, output=52, cached=41, reasoning=25),
    Call("responses_failed", "Explain failure by example.", api="responses", status=429),
    Call("embedding", "A short text to embed.", api="embeddings", model=EMBEDDING_MODEL,
         upstream_model=EMBEDDING_MODEL, input=8),
    Call("mock_response", "Answer by yourself.", "A mocked answer.", api="litellm", upstream_model=MODEL,
         input=10, output=20),
]  # fmt: skip

BY_PROMPT = {call.prompt: call for call in CALLS}


def selected(apis: tuple[str, ...]) -> list[Call]:
    """The calls of these APIs; DAYBOOK_CALLS (names, comma-separated) narrows them further."""
    names = os.environ.get("DAYBOOK_CALLS", "").split(",")
    return [call for call in CALLS if call.api in apis and (names == [""] or call.name in names)]
