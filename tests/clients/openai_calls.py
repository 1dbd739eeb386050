"""Makes the calls of `calls.py` through the OpenAI SDK and reports each as a JSON line.

Instrument the SDK before calling `run`: what it sends to Daybook is then the instrumentation's own.
"""

import json
import os

import calls

ALL = ("chat", "responses", "embeddings")


def client(base_url: str | None = None, api_key: str = "sk-mock"):
    from openai import OpenAI

    return OpenAI(base_url=base_url or os.environ["OPENAI_BASE_URL"], api_key=api_key, max_retries=0)


def run(openai_client, around, apis=ALL, model=lambda name: name, headers=lambda trace_id: {},
        cost=lambda call: None):  # fmt: skip
    """Makes every call whose API the instrumentation covers.

    `around(call)` is entered for the call and yields its trace id; `model` maps the model's name to the one to
    ask for; `headers` gives extra request headers; `cost` what the client reports as the call's cost.
    """
    for call in calls.selected(apis):
        with around(call) as trace_id:
            failure = attempt(openai_client, call, {"model": model(call.model), "extra_headers": headers(trace_id)})
        if (failure is not None) != call.failed:
            raise SystemExit(f"{call.name}: expected failed={call.failed}, got {failure}")
        made = {"platform_model": model(call.model), "cost": cost(call), "trace_id": trace_id}
        print(json.dumps(call.expected() | made), flush=True)


def attempt(openai_client, call, common) -> str | None:
    try:
        MAKE[call.api](openai_client, call, common)
    except Exception as error:  # the calls that must fail; `run` checks which
        return f"{type(error).__name__}: {error}"


def make_chat(openai_client, call, common):
    answer = openai_client.chat.completions.create(
        messages=messages(call), user=calls.USER, temperature=0.2, max_tokens=200, **options(call), **common
    )
    if call.stream:
        for _ in answer:
            pass


def options(call) -> dict:
    chosen = {"stream": True} if call.stream else {}
    if call.stream and call.ask_usage:
        chosen["stream_options"] = {"include_usage": True}
    if call.tool:
        chosen["tools"] = [calls.WEATHER_TOOL]
    return chosen


def messages(call) -> list[dict]:
    content = call.prompt
    if call.parts:
        content = [{"type": "text", "text": call.prompt}, {"type": "image_url", "image_url": {"url": calls.PIXEL}}]
    turns = [{"role": "system", "content": calls.SYSTEM}, {"role": "user", "content": content}]
    if call.tool and call.answer:
        asked = {"name": "get_weather", "arguments": calls.TOOL_ARGUMENTS}
        tool_call = {"id": calls.TOOL_CALL_ID, "type": "function", "function": asked}
        turns.append({"role": "assistant", "content": None, "tool_calls": [tool_call]})
        turns.append({"role": "tool", "tool_call_id": calls.TOOL_CALL_ID, "content": '{"celsius": 4}'})
    return turns


def make_response(openai_client, call, common):
    answer = openai_client.responses.create(
        input=call.prompt, instructions=calls.SYSTEM, user=calls.USER, stream=call.stream, **common
    )
    if call.stream:
        for _ in answer:
            pass


def make_embedding(openai_client, call, common):
    openai_client.embeddings.create(input=call.prompt, user=calls.USER, **common)


MAKE = {"chat": make_chat, "responses": make_response, "embeddings": make_embedding}
