"""LiteLLM's Router: attempts that fail and the one that answers, under one call id given by the caller.

Each attempt is a call of its own. LiteLLM reports them under the same `litellm_call_id`, with different start times.
"""

import asyncio
import json
import os
import uuid

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["DEFAULT_FLUSH_INTERVAL_SECONDS"] = "60"
os.environ["DEFAULT_BATCH_SIZE"] = "3"  # one batch, of all attempts
os.environ["GENERIC_LOGGER_ENDPOINT"] = os.environ["DAYBOOK_URL"] + "/ingest/litellm"
os.environ["GENERIC_LOGGER_HEADERS"] = f"Authorization=Bearer {os.environ['DAYBOOK_KEY']}"

import litellm  # noqa: E402

import calls  # noqa: E402

litellm.suppress_debug_info = True
CALL = next(call for call in calls.CALLS if call.name == "chat")


def deployment(name: str, **parameters) -> dict:
    real = {"model": f"openai/{calls.MODEL}", "api_base": os.environ["OPENAI_BASE_URL"], "api_key": "sk-mock"}
    return {"model_name": name, "litellm_params": real | {"max_retries": 0} | parameters}


async def main() -> None:
    litellm.callbacks = ["generic_api"]
    models = [deployment("primary", mock_response="litellm.RateLimitError"), deployment("backup")]
    router = litellm.Router(models, fallbacks=[{"primary": ["backup"]}], num_retries=1, retry_after=0)
    ids = {"litellm_call_id": str(uuid.uuid4()), "litellm_trace_id": str(uuid.uuid4())}
    await router.acompletion("primary", [{"role": "user", "content": CALL.prompt}], **ids)
    failed = calls.Call("attempt", CALL.prompt, status=429).expected() | {"error": None}
    attempts = [
        failed | {"platform_model": "primary", "cost": "0"},
        failed | {"platform_model": "primary", "cost": "0"},
        CALL.expected() | {"platform_model": "backup", "cost": CALL.priced()},
    ]
    for line in attempts:
        print(json.dumps(line | {"trace_id": ids["litellm_trace_id"]}), flush=True)
    await asyncio.sleep(3)


asyncio.run(main())
