"""What no schema can say: ids of something that exists, the code that goes with one, evidence that is a picture, a code of
MiDNI that was signed.

Schemathesis calls these hooks around each request. They complete requests that were meant to be valid, so that these
get as far as a caller's do; everything else stays as it was generated. They take turns instead of drawing lots, so that
a seed makes the same requests again.
"""

import base64
import itertools
import os
import struct
import subprocess
import time
import zlib
from collections import defaultdict
from pathlib import Path

import requests
import schemathesis
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport.serialization import Binary

# Otherwise schemathesis takes values from all answers, and makes the generator of a body anew for each request that
# could use one: two thirds of its time. It can be configured for the other phases, but not for the stateful one. Ids
# are known by links, and by `known_id`.
OpenApiSchema.create_extra_data_source = lambda self: None

FIXTURES = Path(__file__).parent.parent / "fixtures"
PICTURES = {side: (FIXTURES / f"dni-{side}.jpg").read_bytes() for side in ("front", "back")}
HOLDER = {
    "name": "Ana",
    "last_name": "Muñoz Gil",
    "identity_document": {"document_number": "12345678Z", "document_type": "NIF", "country": "ES"},
}
# Of whoever validates.
DEVICE = {"x-installation_id": "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11", "x-fingerprint": "f6a1c0"}
# An end is final, so each has its own share of what exists.
ENDS = ("cancel", "close", "delete", "validate")
# Nothing is sent again earlier after the create, in seconds.
PAUSE = 31

# What creates and lists answered, by what it is, and what each create asked for.
known: dict[str, list[dict]] = defaultdict(list)
codes: dict[str, tuple[str, str | None]] = {}
evidence: dict[str, str | None] = {}
# By operation, what `send_early` made for it, and when.
sent: dict[str, list[dict]] = defaultdict(list)
sent_at: float | None = None
cursors: list[str] = []
keys: set[str] = set()
turns: dict[str, itertools.count] = defaultdict(itertools.count)


def operation(case) -> str:
    return case.operation.definition.raw["operationId"]


def each(number: int, what: str) -> bool:
    """Each so many times that this is asked."""
    return next(turns[what]) % number == 0


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    name = operation(case)
    if case.meta.phase.name == TestPhase.EXAMPLES and sent_at is None:
        send_early(case)
    # Links know ids. Keys of a chain are always new, so that it goes the same way when it is tried again: schemathesis
    # starts all chains over when one does not, until none did, which for many chains is never.
    stateful = case.meta.phase.name == TestPhase.STATEFUL
    # Nothing that has such an id, and the same key again, are worth a request now and then.
    if not stateful and not each(5, f"{name}: any id"):
        known_id(case, name)
    if stateful or not each(5, f"{name}: any key"):
        new_key(case)
    complete = {
        "list_events": complete_cursor,
        "validate_otp_identification": complete_code,
        "validate_agent_identification": complete_evidence,
        "check_midni": complete_midni,
        "score_document": complete_pictures,
        "create_webhook_endpoint": complete_endpoint,
        "update_webhook_endpoint": complete_endpoint,
        "list_webhook_deliveries": drop_cursor,
        "list_reviews": drop_cursor,
        "list_records": drop_cursor,
        "search_records": complete_search,
        "create_record_export": complete_export,
        "replace_settings": complete_settings,
        "resend_event": complete_resend,
    }.get(name)
    if complete is not None:
        complete(case)


def kind(case) -> str:
    """What an operation is about: `otp`, `agent`, `identity_document`, `chain`, `scorings`, `events`."""
    collection, *rest = case.operation.path.removeprefix("/v1/orgs/{org_id}/").split("/")
    return rest[0] if collection == "identifications" else collection


def known_id(case, name: str) -> None:
    places = [place for place in case.path_parameters or {} if place != "org_id"]
    if not places:
        return
    (place,) = places
    items = known[kind(case)]
    for share, end in enumerate(ENDS):
        if name.startswith(end):
            items = items[share :: len(ENDS)]
    if case.meta.phase.name == TestPhase.FUZZING:
        items = prepared_for(case, name) or items
    if items:
        # The newest first, as lifetimes are short.
        item = items[-1 - next(turns[f"{name}: id"]) % len(items)]
        # Both of an identification's ids are called `id`, and both of a chain's: one reads, the other deletes.
        own = "identification_chain_id" if kind(case) == "chain" else "identification_id"
        case.path_parameters[place] = item.get(place) or item[own if name.startswith("read_") else f"admin_{own}"]


def new_key(case) -> None:
    key = case.headers.get("Idempotency-Key") if case.headers else None
    if key in keys:
        case.headers["Idempotency-Key"] = f"{key[:200]}-{len(keys)}"
    if key is not None:
        keys.add(case.headers["Idempotency-Key"])


def complete_search(case) -> None:
    """By one value, which a schema of generators does not say."""
    drop_cursor(case)
    if isinstance(case.body, dict):
        by = next((name for name in ("document_number", "phone", "email", "client_reference_id") if name in case.body), None)
        case.body = {by: case.body[by]} if by else {"client_reference_id": "order-4711"}


def complete_export(case) -> None:
    """A time that ends after it began, which no schema says."""
    if isinstance(case.body, dict) and not each(10, "any time of an export"):
        case.body["created_from"], case.body["created_to"] = "2026-11-01T00:00:00Z", "2100-01-01T00:00:00Z"


def complete_cursor(case) -> None:
    # Only an answer has one, and any other text is refused.
    if case.query and "cursor" in case.query and not each(10, "cursor"):
        case.query.pop("cursor")
        if cursors:
            case.query["cursor"] = cursors[-1]


def drop_cursor(case) -> None:
    if case.query and not each(10, "any other cursor"):
        case.query.pop("cursor", None)


def complete_endpoint(case) -> None:
    """Nobody listens there, so what is sent costs little; and few endpoints ask for what happens here."""
    if not isinstance(case.body, dict) or each(10, "any endpoint"):
        return
    if "url" in case.body:
        case.body["url"] = "http://127.0.0.1:9/hooks"
    if not each(10, "any types"):
        case.body["event_types"] = ["settings.updated"]


def complete_settings(case) -> None:
    """Of the current version, and within what everything else here needs: numbers of Spain, and many of them."""
    if case.headers and not each(5, "any version"):
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict):
        case.body.pop("sms", None)


def complete_resend(case) -> None:
    if known["webhook_endpoints"] and isinstance(case.body, dict) and not each(10, "any endpoint of a resend"):
        case.body["endpoint_id"] = known["webhook_endpoints"][-1]["endpoint_id"]


def complete_code(case) -> None:
    code, factor = codes.get(str(case.path_parameters.get("identification_id")), (None, None))
    if code is not None and isinstance(case.body, dict):
        case.body = {"code": code} | ({} if factor is None else {"two_factor": factor})


def complete_evidence(case) -> None:
    identification = str(case.path_parameters.get("identification_id"))
    if identification in evidence and isinstance(case.body, dict):
        picture = evidence[identification]
        completed = ("evidence", "evidence_metadata", "midni_check_id")
        others = {name: value for name, value in case.body.items() if name not in completed}
        case.body = others | ({} if picture is None else {"evidence": picture})


def complete_midni(case) -> None:
    if not each(10, "any code of MiDNI"):
        # Each of another name, because a code is presented once.
        name = f"ANA {next(turns['codes of MiDNI'])}"
        draw = [os.environ["ACREDITA"], "midni", "draw", "--data-dir", os.environ["ACREDITA_DATA"], "--name", name]
        drawn = subprocess.run(draw, capture_output=True, check=True, text=True)
        case.body = {"code": drawn.stdout.strip()}


def complete_pictures(case) -> None:
    # The boundary of the other type is not in the header that schemathesis sends with it.
    case.media_type = "multipart/form-data"
    # Not each time: scoring takes longer than everything else together.
    if each(10, "pictures"):
        case.body = {side: Binary(picture) for side, picture in PICTURES.items()}


def prepared_for(case, name: str) -> list[dict]:
    """What an operation needs more for than a create, as long as there is some."""
    if name == "validate_identity_document_identification" and next(turns["scored"]) < 4:
        return [scored(case)]
    if name == "validate_chain" and next(turns["taken"]) < 4:
        return [taken(case)]
    if not sent[name]:
        return []
    time.sleep(max(0.0, sent_at + PAUSE - time.monotonic()))
    return [sent[name].pop()]


def send_early(case) -> None:
    """Identifications that get another code or message when it is their turn."""
    global sent_at
    sent_at = time.monotonic()
    for name, channel in (("create_otp_code", {"type": "SMS", "external": "true"}), ("resend_otp", {"type": "SMS"})):
        for number in range(4):
            actor = HOLDER | {"msisdn": {"phone_number": 611111111 + number, "country_code": "34"}}
            body = {"actor": actor, "expires_in": "PT1H", "channel": channel}
            sent[name].append(send(case, "POST", "identifications/otp", json=body))


def scored(case) -> dict:
    """An identification whose document has been scored, and is the declared person's."""
    body = {"actor": HOLDER, "configuration_name": "MEDIUM", "scoring": {"provider": "INTERNAL"}}
    created = send(case, "POST", "identifications/identity_document", json=body)
    send(case, "PUT", f"scorings/identity_document/{created['scoring_id']}/score", files=PICTURES)
    return created


def taken(case) -> dict:
    """A chain whose only step has been taken."""
    body = {"actor": HOLDER, "expires_in": "PT1H", "sequence": [{"identification_type": "AGENT"}]}
    created = send(case, "POST", "identifications/chain", json=body)
    (step,) = created["sequence"]
    send(case, "POST", f"identifications/agent/{step['identification_id']}/validate", json={"agent": "maria"})
    return created


def send(case, method: str, path: str, **body) -> dict:
    schema = case.operation.schema
    url = f"{schema.get_base_url()}/v1/orgs/{case.path_parameters['org_id']}/{path}"
    answer = requests.request(method, url, headers=schema.config.headers_for() | DEVICE, timeout=60, **body)
    answer.raise_for_status()
    return answer.json() if answer.content else {}


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code not in (200, 201, 202):
        return
    name = operation(case)
    if name == "list_events":
        answer = response.json()
        known["events"] = answer["events"] or known["events"]
        if "next_cursor" in answer:
            cursors.append(answer["next_cursor"])
    if name == "list_records":
        found = response.json()["records"]
        known["records"] = found or known["records"]
        known["record_pictures"] = known["records"]
    if not name.startswith("create_") or name == "create_otp_code":
        return
    created = response.json()
    known[kind(case)].append(created)
    if "scoring_id" in created and kind(case) != "scorings":
        known["scorings"].append(created)
    if not isinstance(case.body, dict):
        return
    if name == "create_otp_identification" and "code" in created:
        actor = case.body["actor"]
        factor = {
            "DOCUMENT_NUMBER": lambda: actor["identity_document"]["document_number"],
            "EMAIL": lambda: actor["email"],
        }.get(case.body.get("two_factor_type"), lambda: None)()
        codes[created["identification_id"]] = created["code"], factor
    if name == "create_agent_identification":
        asked = case.body.get("personal_document_image")
        evidence[created["identification_id"]] = base64.b64encode(picture()).decode() if asked else None


def picture() -> bytes:
    """A PNG of 200 × 200 pixels, all white."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 200, 200, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * 25) * 200)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
