"""What schemathesis loads beside the document: who asks, and what of the document it cannot know.

DAYBOOK_AS says who: `key` sends the key in DAYBOOK_KEY, `session` signs in with DAYBOOK_EMAIL and DAYBOOK_PASSWORD, and
again whenever the session has ended, for much of what is asked ends it.
"""

import json
import os
import threading
import urllib.request

import schemathesis

# Signs in from an address of its own: loopback is a trusted proxy, and others guess passwords from there.
OWN_ADDRESS = "192.0.2.1"
COOKIE = "daybook_session"


class Key:
    def __init__(self):
        self.key = os.environ["DAYBOOK_KEY"]

    def get(self, case, context):
        return self.key

    def set(self, case, key, context):
        case.headers["Authorization"] = f"Bearer {key}"


class Session:
    ended = threading.Event()

    def __init__(self):
        self.lock = threading.Lock()
        self.cookies: dict[str, str] = {}
        self.ended.set()

    def get(self, case, context):
        with self.lock:
            if self.ended.is_set():
                self.cookies |= sign_in(self.cookies)
                self.ended.clear()
            return self.cookies[COOKIE]

    def set(self, case, token, context):
        case.cookies[COOKIE] = token
        case.headers["x-daybook-csrf"] = "1"


def sign_in(cookies: dict[str, str]) -> dict[str, str]:
    """The cookies of a new session; those before make it a known browser, which no failures of others lock out."""
    who = {"email": os.environ["DAYBOOK_EMAIL"], "password": os.environ["DAYBOOK_PASSWORD"]}
    headers = {"content-type": "application/json", "x-forwarded-for": OWN_ADDRESS,
               "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}  # fmt: skip
    address = os.environ["DAYBOOK_URL"] + "/api/v1/session"
    request = urllib.request.Request(address, json.dumps(who).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        set_cookies = answer.headers.get_all("set-cookie")
    return dict(cookie.split(";")[0].split("=", 1) for cookie in set_cookies)


AS_SESSION = os.environ["DAYBOOK_AS"] == "session"
schemathesis.auth(refresh_interval=None)(Session if AS_SESSION else Key)


@schemathesis.hook
def after_call(context, case, response):
    """A session that has ended, or has another token, is no use for the next request."""
    if AS_SESSION and (response.status_code == 401 or COOKIE in response.headers.get("set-cookie", "")):
        Session.ended.set()
