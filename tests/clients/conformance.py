"""What schemathesis did: how many requests of each operation got how far.

Reads the reports (NDJSON) that it wrote, prints a table, and fails if fewer requests were made than wanted, if less than
half of them got past validation, if an operation never succeeded that could, or if one answered with a status that only its
`default` documents.
"""

import json
import sys
from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path

# The answers to what is read and refused: syntax of path, query, headers and body.
REFUSED = {400, 405, 406, 413, 415}
METHODS = ("get", "put", "post", "delete")


def answers(report: Path):
    """Method, path template and status of every request."""
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line).get("ScenarioFinished")
            recorder = event["recorder"] if event else {}
            for case, interaction in recorder.get("interactions", {}).items():
                value = recorder["cases"][case]["value"]
                response = interaction.get("response")
                yield value["method"], value["path"], response["status_code"] if response else None


# A review opens with a score between two thresholds, which no request here can bring about. `tests/acceptance/reviews`
# and the walk through the operator's page have these succeed.
NEEDS_A_REVIEW = {"claim_review", "release_review", "decide_review"}


def main(document: Path, wanted: int, reports: list[Path]) -> int:
    paths = json.loads(document.read_text(encoding="utf-8"))["paths"]
    operations = {(m.upper(), path): item[m] for path, item in paths.items() for m in METHODS if m in item}
    counts: dict[tuple[str, str], Counter] = defaultdict(Counter)
    other = Counter()
    for method, path, status in chain.from_iterable(map(answers, reports)):
        if (method, path) in operations:
            counts[method, path][status] += 1
        else:
            # A method that a path does not take.
            other[status] += 1

    faults = []
    print(f"{'requests':>8} {'2xx':>6} {'refused':>8} {'past':>5}  operation")
    for key, operation in sorted(operations.items(), key=lambda item: item[1]["operationId"]):
        of = counts[key]
        made = of.total()
        refused = sum(n for status, n in of.items() if status in REFUSED)
        good = sum(n for status, n in of.items() if status and status < 300)
        name = operation["operationId"]
        past = (made - refused) / made if made else 0
        others = ", ".join(f"{s}: {n}" for s, n in sorted(of.items(), key=str) if s and s >= 300)
        print(f"{made:8} {good:6} {refused:8} {past:5.0%}  {name} ({others})")
        if not good and name not in NEEDS_A_REVIEW:
            faults.append(f"{name} never succeeded")
        undocumented = {str(status) for status in of} - set(operation["responses"])
        if undocumented:
            faults.append(f"{name} answers {', '.join(sorted(undocumented))}, which only its default documents")
    made = sum(of.total() for of in counts.values()) + other.total()
    refused = sum(n for of in counts.values() for status, n in of.items() if status in REFUSED) + other.total()
    past = made - refused
    print(f"\n{made} requests, {past} ({past / made:.0%}) past validation; {other.total()} of methods that no path takes")
    if made < wanted:
        faults.append(f"{made} requests were made, and {wanted} are wanted")
    if 2 * refused > made:
        faults.append("most requests did not get past validation")
    for fault in faults:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), [Path(report) for report in sys.argv[3:]]))
