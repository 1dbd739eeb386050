"""A small local mock of the OpenAI API: chat completions, responses and embeddings, whole and streamed.

Every answer is a constant of `calls.py`, found by the prompt. Run it alone to try something by hand:
`python openai_mock.py 9999`.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from calls import BY_PROMPT, ERROR_TEXT, TOOL_ARGUMENTS, TOOL_CALL_ID, Call

FIRST_BYTE_S = 0.03
BETWEEN_CHUNKS_S = 0.01
ERROR_TYPE = {429: ("requests", "rate_limit_exceeded"), 500: ("server_error", None)}


def start(port: int = 0) -> tuple[ThreadingHTTPServer, str]:
    """Serves on a thread of its own; returns the server and its base URL (with /v1)."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        call = BY_PROMPT.get(prompt_of(body))
        if call is None:
            return self.send_json(400, {"error": {"message": "unknown prompt", "type": "invalid_request_error"}})
        time.sleep(FIRST_BYTE_S)
        if call.status != 200:
            kind, code = ERROR_TYPE[call.status]
            error = {"message": ERROR_TEXT[call.status], "type": kind, "param": None, "code": code}
            return self.send_json(call.status, {"error": error})
        if self.path.endswith("/embeddings"):
            return self.send_json(200, embedding(call))
        whole, events = (
            (response_body, response_events) if self.path.endswith("/responses") else (chat_body, chat_events)
        )
        if body.get("stream"):
            return self.send_events(call, events(call, body))
        return self.send_json(200, whole(call, body))

    def send_json(self, status: int, body: dict):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.send_header("x-request-id", "req_mock_1")
        self.end_headers()
        self.wfile.write(data)

    def send_events(self, call: Call, events: list[dict]):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()
        for event in events[: len(events) // 2] if call.breaks else events:
            name = f"event: {event['type']}\n" if "type" in event else ""
            self.send_chunk(f"{name}data: {json.dumps(event)}\n\n")
            time.sleep(BETWEEN_CHUNKS_S)
        if not call.breaks:
            if call.api == "chat":
                self.send_chunk("data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def send_chunk(self, text: str):
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_):
        pass


def prompt_of(body: dict) -> str | None:
    """The text of the last user message (or of `input`)."""
    turns = body.get("messages") or body.get("input") or []
    if isinstance(turns, str):
        return turns
    if turns and isinstance(turns[0], str):
        return turns[0]
    content = next((turn["content"] for turn in reversed(turns) if turn.get("role") == "user"), None)
    if isinstance(content, list):
        return next((part["text"] for part in content if "text" in part), None)
    return content


# --- chat completions ------------------------------------------------------------------------------


def chat_usage(call: Call) -> dict:
    usage = {"prompt_tokens": call.input, "completion_tokens": call.output, "total_tokens": call.total}
    if call.cached is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": call.cached}
    if call.reasoning is not None:
        usage["completion_tokens_details"] = {"reasoning_tokens": call.reasoning}
    if call.cost is not None:
        usage["cost"] = float(call.cost)
    return usage


def tool_call() -> dict:
    return {"id": TOOL_CALL_ID, "type": "function",
            "function": {"name": "get_weather", "arguments": TOOL_ARGUMENTS}}  # fmt: skip


def chat_head(call: Call, kind: str) -> dict:
    return {"id": f"chatcmpl-{call.name}", "object": kind, "created": int(time.time()),
            "model": call.upstream_model, "service_tier": "default", "system_fingerprint": "fp_mock"}  # fmt: skip


def chat_body(call: Call, _body: dict) -> dict:
    message = {"role": "assistant", "content": call.answer, "refusal": None}
    if call.answer is None:
        message["tool_calls"] = [tool_call()]
    finish = "tool_calls" if call.answer is None else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return chat_head(call, "chat.completion") | {"choices": [choice], "usage": chat_usage(call)}


def chat_events(call: Call, body: dict) -> list[dict]:
    asked = (body.get("stream_options") or {}).get("include_usage", False)
    head = chat_head(call, "chat.completion.chunk") | ({"usage": None} if asked else {})

    def chunk(delta: dict, finish: str | None = None) -> dict:
        return head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    chunks = [chunk({"role": "assistant", "content": "" if call.answer else None})]
    if call.answer is None:
        whole, half = tool_call(), len(TOOL_ARGUMENTS) // 2
        first = {"index": 0} | whole | {"function": {"name": "get_weather", "arguments": ""}}
        chunks.append(chunk({"tool_calls": [first]}))
        for piece in (TOOL_ARGUMENTS[:half], TOOL_ARGUMENTS[half:]):
            chunks.append(chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
    else:
        chunks += [chunk({"content": word}) for word in words(call.answer)]
    chunks.append(chunk({}, "tool_calls" if call.answer is None else "stop"))
    if asked:
        chunks.append(head | {"choices": [], "usage": chat_usage(call)})
    return chunks


def words(text: str) -> list[str]:
    first, *rest = text.split(" ")
    return [first] + [" " + word for word in rest]


# --- responses and embeddings ----------------------------------------------------------------------


def response_body(call: Call, body: dict, status: str = "completed") -> dict:
    text = {"type": "output_text", "text": call.answer, "annotations": [], "logprobs": []}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    done = status == "completed"
    usage = {
        "input_tokens": call.input,
        "input_tokens_details": {"cached_tokens": call.cached, "cache_write_tokens": 0},
        "output_tokens": call.output,
        "output_tokens_details": {"reasoning_tokens": call.reasoning},
        "total_tokens": call.total,
    }
    return {
        "id": f"resp_{call.name}", "object": "response", "created_at": int(time.time()), "status": status,
        "error": None, "incomplete_details": None, "instructions": body.get("instructions"), "metadata": {},
        "model": call.upstream_model, "output": [message] if done else [], "parallel_tool_calls": True,
        "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0, "usage": usage if done else None,
        "service_tier": "default", "user": body.get("user"),
    }  # fmt: skip


def response_events(call: Call, body: dict) -> list[dict]:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    done = response_body(call, body)
    item = done["output"][0]
    part = item["content"][0]
    events = [
        {"type": "response.created", "response": response_body(call, body, "in_progress")},
        {"type": "response.output_item.added", "output_index": 0,
         "item": item | {"status": "in_progress", "content": []}},
        {"type": "response.content_part.added", **place, "part": part | {"text": ""}},
    ]  # fmt: skip
    events += [{"type": "response.output_text.delta", **place, "delta": w, "logprobs": []} for w in words(call.answer)]
    events += [
        {"type": "response.output_text.done", **place, "text": call.answer, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": done},
    ]
    return [event | {"sequence_number": n} for n, event in enumerate(events)]


def embedding(call: Call) -> dict:
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}],
        "model": call.upstream_model,
        "usage": {"prompt_tokens": call.input, "total_tokens": call.total},
    }


if __name__ == "__main__":
    running, base = start(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(base, flush=True)
    threading.Event().wait()
