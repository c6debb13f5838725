"""Verifies a delivered event with the official package of Standard Webhooks, and that no other message verifies.

    webhooks.py ADDRESS TOKEN
"""

import http.server
import json
import sys
import threading
import urllib.request

from standardwebhooks import Webhook, WebhookVerificationError

ADDRESS, TOKEN = sys.argv[1:]
ARRIVED = threading.Event()
MESSAGES = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        MESSAGES.append((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()
        ARRIVED.set()

    def log_message(self, *_):
        pass


def call(path, body):
    request = urllib.request.Request(f"{ADDRESS}/v1/orgs/demo{path}", json.dumps(body).encode(), method="POST")
    request.add_header("authorization", f"Bearer {TOKEN}")
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def refuses(verifier, body, headers):
    try:
        verifier.verify(body, headers)
    except WebhookVerificationError:
        return True
    return False


server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
hook = {"url": f"http://127.0.0.1:{server.server_port}/hooks", "event_types": ["identification.created"]}
verifier = Webhook(call("/webhook_endpoints", hook)["secret"])
person = {"name": "James", "last_name": "Smith"}
created = call("/identifications/agent", {"actor": person, "expires_in": "PT1H"})
assert ARRIVED.wait(30), "no event arrived"
headers, body = MESSAGES[0]
event = verifier.verify(body, headers)
assert event["type"] == "identification.created"
assert event["data"]["subject"]["identification_id"] == created["identification_id"]
assert refuses(verifier, body + b" ", headers), "a changed body verifies"
moved = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}
assert refuses(verifier, body, moved), "a changed time verifies"
print("an event is verified in Python")
