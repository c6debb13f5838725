"""The OTP create of `functions/identification-otp-admin` in Python, as far as a fair comparison needs it: the
token is verified against the issuer's keys, the body is validated, the destination is hashed with the key from Secrets
Manager, the same four items are written in one transaction, the queue is kicked, and the answer is 201. Below it is a
minimal runtime: ask for an event, answer it.

It is written to start quickly: only the clients that it uses, no framework, the keys and the secret fetched before the
first event.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import sys
import time
import urllib.request
import uuid
from datetime import datetime, timezone

import boto3
import jwt

TABLE = os.environ["ACREDITA_TABLE"]
QUEUE_URL = os.environ["ACREDITA_QUEUE_URL"]
RETENTION_DAYS = int(os.environ["ACREDITA_RETENTION_DAYS"])
DAY = 24 * 3600

session = boto3.session.Session()
dynamodb = session.client("dynamodb")
sqs = session.client("sqs")


# --- Before the first event. ---


def issuer_keys():
    with urllib.request.urlopen(os.environ["ACREDITA_JWKS_URL"], timeout=3) as response:
        return {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.load(response)).keys}


def code_key():
    secret = session.client("secretsmanager").get_secret_value(SecretId=os.environ["ACREDITA_CODE_KEYS_SECRET"])
    return hashlib.sha256(json.loads(secret["SecretString"])["newest"].encode()).digest()


KEYS = issuer_keys()
KEY = code_key()


# --- The request. ---


class Refused(Exception):
    def __init__(self, status, details):
        super().__init__(details)
        self.status = status


def words(claim):
    return claim if isinstance(claim, list) else (claim or "").split()


def authorize(event):
    path = re.fullmatch(r"/v1/orgs/([a-z0-9_-]{1,64})/identifications/otp", event["rawPath"])
    scheme, _, token = event.get("headers", {}).get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(401, "a bearer token is required")
    try:
        key = KEYS[jwt.get_unverified_header(token).get("kid")]
        claims = jwt.decode(token, key.key, algorithms=[key.algorithm_name], options={"require": ["exp"], "verify_aud": False})
    except (KeyError, jwt.PyJWTError):
        raise Refused(401, "the token is not good") from None
    if not path or path[1] not in [entry.get("org") for entry in claims.get("tenants_translation", [])]:
        raise Refused(401, "the token is not for this organisation")
    if "identifications:admin" not in words(claims.get("permissions")) and "api:everything" not in words(claims.get("scope")):
        raise Refused(401, "the token lacks the permission for this operation")
    return path[1]


DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def seconds(text, faults):
    parts = DURATION.fullmatch(text) if isinstance(text, str) else None
    units = (7 * DAY, DAY, 3600, 60, 1)
    total = sum(int(part or 0) * unit for part, unit in zip(parts.groups(), units)) if parts else 0
    if not 60 <= total <= 30 * DAY:
        faults.append("/expires_in: is not a duration from PT1M to P30D")
    return total


def plain_text(value, pointer, faults):
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > 256 or not text.isprintable():
        faults.append(f"{pointer}: is not a text of 1 to 256 characters")
    return text


def validate(event):
    try:
        body = json.loads(base64.b64decode(event["body"]) if event.get("isBase64Encoded") else event["body"])
    except (KeyError, ValueError):
        raise Refused(400, "the body is not JSON") from None
    faults = []
    actor = body.get("actor") or {}
    name = plain_text(actor.get("name"), "/actor/name", faults)
    last_name = plain_text(actor.get("last_name"), "/actor/last_name", faults)
    msisdn = actor.get("msisdn") or {}
    phone, country = str(msisdn.get("phone_number", "")), str(msisdn.get("country_code", "")).removeprefix("+")
    if not re.fullmatch(r"\d{4,15}", phone) or not re.fullmatch(r"\d{1,3}", country):
        faults.append("/actor/msisdn: is not a phone number")
    language = actor.get("language", "ES").upper()
    if language not in ("ES", "EN", "EU", "GL", "CA", "DE"):
        faults.append("/actor/language: is not a language")
    if (body.get("channel") or {}).get("type") != "SMS":
        faults.append("/channel/type: is not a channel of this stand-in")
    life = seconds(body.get("expires_in"), faults)
    if faults:
        raise Refused(400, "; ".join(faults))
    return {"name": name, "last_name": last_name, "msisdn": {"phone_number": phone, "country_code": country}, "language": language}, life


# --- The stored items. ---


def text(value):
    return {"S": str(value)}


def number(value):
    return {"N": str(value)}


def shard(item_id):
    value = 0
    for byte in item_id.encode():
        value = (value * 31 + byte) & 0xFFFFFFFF
    return text(value % 8)


def put(item):
    condition = {"ConditionExpression": "attribute_not_exists(#pk)", "ExpressionAttributeNames": {"#pk": "pk"}}
    return {"Put": {"TableName": TABLE, "Item": item, **condition}}


def count_send(org, digest, now):
    moves = ", ".join(f"#s{n + 1} = if_not_exists(#s{n}, :never)" for n in range(1, 5))
    return {
        "Update": {
            "TableName": TABLE,
            "Key": {"pk": text(f"DST#{org}#{digest}"), "sk": text("A")},
            "UpdateExpression": f"SET #schema = :schema, #ttl = :ttl, #s1 = :now, {moves}",
            "ConditionExpression": "attribute_not_exists(#s5) OR #s5 <= :cutoff",
            "ExpressionAttributeNames": {f"#{name}": name for name in ("schema", "ttl", "s1", "s2", "s3", "s4", "s5")},
            "ExpressionAttributeValues": {
                ":schema": number(1),
                ":ttl": number(now // 1000 + 600 + 3600),
                ":now": number(now),
                ":never": number(0),
                ":cutoff": number(now - 600_000),
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def create(org, actor, life):
    now = time.time_ns() // 1_000_000
    expires_at = now + life * 1000
    identification_id, admin_id, message_id = (str(uuid.uuid4()) for _ in range(3))
    address = f"+{actor['msisdn']['country_code']}{actor['msisdn']['phone_number']}"
    digest = hmac.new(KEY, f"{org}\n{address}".encode(), hashlib.sha256).hexdigest()
    ttl = number(expires_at // 1000 + (RETENTION_DAYS + 7) * DAY)
    method = {"OTP": {"delivery": {"SMS": actor["msisdn"]}, "second_factor": None}}
    identification = {
        "pk": text(f"IDN#{identification_id}"), "sk": text("A"), "schema": number(1), "org": text(org), "admin_id": text(admin_id),
        "created_at": number(now), "expires_at": number(expires_at), "actor": text(json.dumps(actor)), "method": text(json.dumps(method)),
        "tries": number(0), "generation": number(1), "sends": number(1), "last_send_at": number(now), "status": text("CREATED"),
        "due_shard": shard(identification_id), "due_at": number(expires_at), "ttl": ttl,
    }  # fmt: skip
    pointer = {
        "pk": text(f"ADM#{admin_id}"), "sk": text("A"), "schema": number(1), "org": text(org), "identification_id": text(identification_id),
        "ttl": ttl,
    }  # fmt: skip
    message = {
        "pk": text(f"IDN#{identification_id}"), "sk": text(f"OBX#{message_id}"), "schema": number(1), "org": text(org), "state": text("PENDING"),
        "generation": number(1), "attempts": number(0), "due_shard": shard(message_id), "due_at": number(now + 60_000),
        "ttl": number(now // 1000 + 30 * DAY + 3600),
    }  # fmt: skip
    dynamodb.transact_write_items(TransactItems=[put(identification), put(pointer), put(message), count_send(org, digest, now)])
    kick = json.dumps({"message_id": message_id, "identification_id": identification_id})
    sqs.send_message(QueueUrl=QUEUE_URL, MessageBody=kick)

    def instant(at):
        return datetime.fromtimestamp(at / 1000, timezone.utc).isoformat()

    ids = {"admin_identification_id": admin_id, "identification_id": identification_id}
    return {**ids, "status": "CREATED", "created_at": instant(now), "expires_at": instant(expires_at)}


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body), "isBase64Encoded": False}


def handle(event):
    try:
        org = authorize(event)
        return answer(201, create(org, *validate(event)))
    except Refused as refused:
        return answer(refused.status, {"errors": [{"details": str(refused)}]})
    except Exception as error:  # As a runtime does: the next event may succeed.
        print(repr(error), file=sys.stderr)
        return answer(500, {"errors": [{"details": type(error).__name__}]})


# --- The runtime. ---


def run():
    invocation = "/2018-06-01/runtime/invocation"
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        connection.request("GET", f"{invocation}/next")
        response = connection.getresponse()
        event = json.load(response)
        answered = json.dumps(handle(event)).encode()
        connection.request("POST", f"{invocation}/{response.headers['lambda-runtime-aws-request-id']}/response", answered)
        connection.getresponse().read()


run()
