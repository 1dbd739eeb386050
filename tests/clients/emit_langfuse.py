"""Langfuse's OpenAI wrapper: Basic authentication, its own path, gzip."""

import os
from contextlib import contextmanager

os.environ["LANGFUSE_BASE_URL"] = os.environ["DAYBOOK_URL"]
os.environ["LANGFUSE_PUBLIC_KEY"] = "pk-lf-daybook"  # any: Daybook looks at the secret key
os.environ["LANGFUSE_SECRET_KEY"] = os.environ["DAYBOOK_KEY"]

from langfuse import get_client, propagate_attributes  # noqa: E402
from langfuse.openai import OpenAI  # noqa: E402

import calls  # noqa: E402
import openai_calls  # noqa: E402

langfuse = get_client()


@contextmanager
def observation(call):
    with propagate_attributes(user_id=calls.USER, session_id="session-7", tags=["client-test"]):
        with langfuse.start_as_current_observation(name=f"handle {call.name}", as_type="span"):
            yield langfuse.get_current_trace_id()


client = OpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key="sk-mock", max_retries=0)
openai_calls.run(client, observation)
langfuse.flush()
