"""Asks the pattern matcher of OASIS, stix2-matcher, about the generated cases of one bracket.

Its answers lie beside ours in `match_generated.jsonl`, with a reason where they differ; here it is seen that they still
are its answers.
"""

import json
import pathlib

from stix2matcher.matcher import match

FIXTURES = pathlib.Path(__file__).parents[2] / "fixtures" / "patterns"


def main():
    objects = json.loads((FIXTURES / "match_values.json").read_text(encoding="utf-8"))
    cases = [json.loads(line) for line in (FIXTURES / "match_generated.jsonl").open(encoding="utf-8")]
    bundle = observed(objects)
    wrong = []
    for case in cases:
        said = answer(case["pattern"], bundle)
        if said != case["stix2_matcher"]:
            wrong.append(f"{case['pattern']}: says {said}, and {case['stix2_matcher']} is written down")
    differing = sum(case["matches"] != case["stix2_matcher"] for case in cases)
    print(f"{len(cases)} patterns, {differing} with another answer of ours and a reason")
    assert not wrong, f"{len(wrong)} answers are not those written down:\n" + "\n".join(wrong[:10])


def observed(objects):
    """A bundle with one observation of all objects."""
    time = "2024-01-01T00:00:00Z"
    data = {
        "type": "observed-data",
        "spec_version": "2.1",
        "id": "observed-data--00000000-0000-4000-8000-000000000000",
        "created": time,
        "modified": time,
        "first_observed": time,
        "last_observed": time,
        "number_observed": 1,
        "object_refs": [thing["id"] for thing in objects],
    }
    return {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": [*objects, data]}


def answer(pattern, bundle):
    """Whether the pattern matches, or `error` where the matcher raises one."""
    try:
        return bool(match(pattern, [bundle], stix_version="2.1"))
    except Exception:
        return "error"


if __name__ == "__main__":
    main()
