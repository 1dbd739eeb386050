"""LiteLLM's proxy with the generic API callback in its configuration file, called through the OpenAI SDK."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

import calls
import openai_calls

MASTER_KEY = "sk-master-of-the-test"
NAMES = {calls.MODEL: "company-chat", calls.EMBEDDING_MODEL: "company-embeddings"}


def configuration() -> dict:
    def deployment(real: str, name: str) -> dict:
        parameters = {"model": f"openai/{real}", "api_base": os.environ["OPENAI_BASE_URL"], "api_key": "sk-mock"}
        return {"model_name": name, "litellm_params": parameters | {"max_retries": 0}}

    return {
        "model_list": [deployment(real, name) for real, name in NAMES.items()],
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "general_settings": {"master_key": MASTER_KEY},
        "litellm_settings": {"callbacks": ["daybook"]},
        "callback_settings": {
            "daybook": {
                "callback_type": "generic_api",
                "endpoint": os.environ["DAYBOOK_URL"] + "/ingest/litellm",
                "headers": {"Authorization": f"Bearer {os.environ['DAYBOOK_KEY']}"},
                "log_format": "ndjson",
            }
        },
    }


@contextmanager
def proxy():
    """Runs the proxy; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")
        config.write_text(json.dumps(configuration()))  # JSON is YAML
        program = Path(sys.executable).with_name("litellm")
        # One batch at the end: LiteLLM drops the calls that finish while it waits for the answer to a batch.
        size = len(calls.selected(openai_calls.ALL))
        batch = {"DEFAULT_FLUSH_INTERVAL_SECONDS": "60", "DEFAULT_BATCH_SIZE": str(size)}
        with open(Path(folder, "log"), "w") as log:
            process = subprocess.Popen(
                [program, "--config", config, "--host", "127.0.0.1", "--port", str(port)],
                env=os.environ | batch | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}, cwd=folder, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(process, address, Path(folder, "log"))
            yield address
            time.sleep(3)  # the callback runs in the background
        finally:
            process.terminate()
            process.wait(20)


def wait_until_ready(process, address: str, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            return urllib.request.urlopen(f"{address}/health/liveliness", timeout=2).close()
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the proxy did not start:\n" + log.read_text()[-2000:])


@contextmanager
def trace(_call):
    yield str(uuid.uuid4())


with proxy() as address:
    openai_calls.run(
        openai_calls.client(f"{address}/v1", MASTER_KEY),
        trace,
        model=NAMES.get,
        headers=lambda trace_id: {"x-litellm-trace-id": trace_id},
        cost=calls.Call.priced,
    )
