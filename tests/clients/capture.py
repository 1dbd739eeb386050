"""Records what a client sends: `python capture.py FOLDER [PORT]` stands in for Daybook.

Each request becomes NNN.bin (the body as sent) and NNN.json (method, path, headers). It answers
success to everything; the address is the first line on stdout.
"""

import itertools
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def start(folder: Path, port: int = 0) -> tuple[ThreadingHTTPServer, str]:
    folder.mkdir(parents=True, exist_ok=True)
    numbers = itertools.count(1)

    class Recorder(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            name = f"{next(numbers):03}"
            (folder / f"{name}.bin").write_bytes(body)
            about = {"method": self.command, "path": self.path, "headers": dict(self.headers)}
            (folder / f"{name}.json").write_text(json.dumps(about, indent=1))
            self.send_response(200)
            protobuf = self.headers.get("content-type") == "application/x-protobuf"
            answer = b"" if protobuf else b"{}"
            self.send_header("content-type", self.headers.get("content-type") or "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Recorder)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


if __name__ == "__main__":
    _, address = start(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(address, flush=True)
    threading.Event().wait()
