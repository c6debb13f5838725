"""What no schema can say: the code that goes with an id, evidence that is a picture, pictures that show a document.

Schemathesis calls these hooks around each request. They complete requests that were meant to be valid, so that these
get as far as a caller's do; everything else stays as it was generated.
"""

import base64
import itertools
import struct
import zlib
from pathlib import Path

import schemathesis
from schemathesis.generation import GenerationMode
from schemathesis.transport.serialization import Binary

FIXTURES = Path(__file__).parent.parent / "fixtures"
PICTURES = {side: Binary((FIXTURES / f"dni-{side}.jpg").read_bytes()) for side in ("front", "back")}

# What creates asked for, by the identification's id.
codes: dict[str, tuple[str, str | None]] = {}
evidence: dict[str, str | None] = {}
turns = itertools.count()


def operation(case) -> str:
    return case.operation.definition.raw["operationId"]


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is not None and case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    complete = {
        "validate_otp_identification": complete_code,
        "validate_agent_identification": complete_evidence,
        "score_document": complete_pictures,
    }.get(operation(case))
    if complete is not None:
        complete(case)


def complete_code(case) -> None:
    code, factor = codes.get(str(case.path_parameters.get("identification_id")), (None, None))
    if code is not None and isinstance(case.body, dict):
        case.body = {"code": code} | ({} if factor is None else {"two_factor": factor})


def complete_evidence(case) -> None:
    identification = str(case.path_parameters.get("identification_id"))
    if identification in evidence and isinstance(case.body, dict):
        picture = evidence[identification]
        others = {name: value for name, value in case.body.items() if not name.startswith("evidence")}
        case.body = others | ({} if picture is None else {"evidence": picture})


def complete_pictures(case) -> None:
    # The boundary of the other type is not in the header that schemathesis sends with it.
    case.media_type = "multipart/form-data"
    # Not each time: scoring takes longer than everything else together.
    if next(turns) % 10 == 0:
        case.body = dict(PICTURES)


@schemathesis.hook
def after_call(context, case, response):
    if not isinstance(case.body, dict) or response.status_code != 201:
        return
    created = response.json()
    identification = created["identification_id"]
    if operation(case) == "create_otp_identification" and "code" in created:
        actor = case.body["actor"]
        factor = {
            "DOCUMENT_NUMBER": lambda: actor["identity_document"]["document_number"],
            "EMAIL": lambda: actor["email"],
        }.get(case.body.get("two_factor_type"), lambda: None)()
        codes[identification] = created["code"], factor
    if operation(case) == "create_agent_identification":
        asked = case.body.get("personal_document_image")
        evidence[identification] = base64.b64encode(picture()).decode() if asked else None


def picture() -> bytes:
    """A PNG of 200 × 200 pixels, all white."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 200, 200, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * 25) * 200)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
