"""Systems outside the deployment, on one loopback port: the issuer of tokens, and the providers that send messages."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KID = "e2e"
ISSUER, AUDIENCE = "https://issuer.example/", "acredita"
SEND_EMAIL = "/v2/email/outbound-emails"
# SES's answer to an address that it refuses: the recipient's, or a misspelt sender's.
REFUSED = "refused@acredita.example"


class Outside:
    """Serves the issuer's keys at `/jwks.json`, and accepts the messages of both providers.

    End User Messaging's `SendTextMessage` is at `/`, the `SendEmail` of SES at its own path.
    """

    def __init__(self):
        self.sent, self.emails = [], []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        jwks = {"keys": [{**jwk, "kid": KID, "alg": "RS256", "use": "sig"}]}
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(jwks, self.sent, self.emails))
        Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"

    def token(self, org):
        """A token with every permission in an organisation, valid for ten minutes."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "tenants_translation": [{"tenant_id": "15", "org": org}],
            "scope": "api:everything",
            "permissions": "identifications:force_delete events:read webhooks:admin settings:admin reviews:decide records:list records:read records:read_personal records:search records:export",
            "exp": int(time.time()) + 600,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KID})

    def messages_to(self, phone):
        """The texts that were sent to a phone, in E.164 without the plus sign."""
        return [message["MessageBody"] for message in list(self.sent) if message["DestinationPhoneNumber"] == f"+{phone}"]

    def emails_to(self, address):
        """The e-mails that were sent to an address."""
        return [email for email in list(self.emails) if email["Destination"] == {"ToAddresses": [address]}]


def _handler(jwks, sent, emails):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/jwks.json"
            self._answer(200 if found else 404, jwks if found else {})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == SEND_EMAIL:
                return self._take_email(json.loads(body))
            if self.headers["x-amz-target"] != "PinpointSMSVoiceV2.SendTextMessage":
                return self._answer(400, {"__type": "ValidationException"})
            sent.append(json.loads(body))
            self._answer(200, {"MessageId": f"message-{len(sent)}"})

        def _take_email(self, email):
            if email["Destination"]["ToAddresses"] == [REFUSED]:
                return self._answer(400, {"message": "not an address"}, {"x-amzn-errortype": "BadRequestException"})
            emails.append(email)
            self._answer(200, {"MessageId": f"email-{len(emails)}"})

        def _answer(self, status, body, headers={}):
            payload = json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/x-amz-json-1.0")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_):
            """Logs nothing: requests contain codes."""

    return Handler
