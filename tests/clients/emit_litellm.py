"""LiteLLM's SDK with its generic API callback, in the format DAYBOOK_LITELLM_FORMAT names.

`json_array` is set up by variables, as its documentation says; the other formats in code.
"""

import asyncio
import os
import uuid

import calls

CALLS = calls.selected(("chat", "responses", "embeddings", "litellm"))
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no look-up of prices over the network
# One batch at the end: LiteLLM drops the calls that finish while it waits for the answer to a batch.
os.environ["DEFAULT_FLUSH_INTERVAL_SECONDS"] = "60"
os.environ["DEFAULT_BATCH_SIZE"] = str(len(CALLS))
ENDPOINT = os.environ["DAYBOOK_URL"] + "/ingest/litellm"
AUTHORIZATION = f"Bearer {os.environ['DAYBOOK_KEY']}"
os.environ["GENERIC_LOGGER_ENDPOINT"] = ENDPOINT
os.environ["GENERIC_LOGGER_HEADERS"] = f"Authorization={AUTHORIZATION}"

import json  # noqa: E402

import litellm  # noqa: E402
from litellm.integrations.generic_api.generic_api_callback import GenericAPILogger  # noqa: E402

from openai_calls import messages, options  # noqa: E402

litellm.suppress_debug_info = True


def set_up() -> None:
    log_format = os.environ.get("DAYBOOK_LITELLM_FORMAT", "json_array")
    if log_format == "json_array":
        litellm.callbacks = ["generic_api"]
    else:
        headers = {"Authorization": AUTHORIZATION}
        litellm.callbacks = [GenericAPILogger(endpoint=ENDPOINT, headers=headers, log_format=log_format)]


async def make(call, trace_id: str) -> None:
    common = {
        "model": f"openai/{call.model}",
        "api_base": os.environ["OPENAI_BASE_URL"],
        "api_key": "sk-mock",
        "max_retries": 0,
        "user": calls.USER,
        "litellm_trace_id": trace_id,
        "metadata": {"tags": ["client-test"]},
    }
    if call.api == "chat":
        answer = await litellm.acompletion(messages=messages(call), temperature=0.2, **options(call), **common)
    elif call.api == "litellm":
        answer = await litellm.acompletion(messages=messages(call), mock_response=call.answer, **common)
    elif call.api == "embeddings":
        answer = await litellm.aembedding(input=[call.prompt], **common)
    else:
        answer = await litellm.aresponses(
            input=call.prompt, instructions=calls.SYSTEM, stream=call.stream, **common
        )
    if call.stream:
        async for _ in answer:
            pass


async def main() -> None:
    set_up()
    for call in CALLS:
        trace_id = str(uuid.uuid4())
        try:
            await make(call, trace_id)
            failed = False
        except Exception as error:  # the calls that must fail; checked below
            failed = True
            reason = error
        if failed != call.failed:
            raise SystemExit(f"{call.name}: expected failed={call.failed}, got {failed and reason}")
        print(json.dumps(call.expected() | {"cost": call.priced(), "trace_id": trace_id}), flush=True)
    await asyncio.sleep(3)  # the callback runs in the background


asyncio.run(main())
