"""Checks what the bridge makes of records: stix2-validator in strict mode and python-stix2 without custom content.

The objects are those that `fixtures/feed` expects, and those in the files of JSON Lines of the folders that are named.
Two recommendations do not apply: 103 wants random identifiers, where STIX 2.1 (section 2.9) allows deterministic ones; 302
wants hashes beside every URL, which the feed does not have. A third one, 202, knows no relationship between an indicator
and a cyber-observable object, so it is off for these.
"""

import json
import sys
import uuid
from pathlib import Path

import stix2
from stix2validator import ValidationOptions, validate_instance

FIXTURES = Path(__file__).parents[2] / "fixtures" / "feed"
BUNDLE = {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d"}
OPTIONS = ValidationOptions(strict=True, version="2.1", disabled="103,302")
OPTIONS_OF_LINKS = ValidationOptions(strict=True, version="2.1", disabled="103,302,202")

# All that an IOC can become, and what comes with it.
TYPES = {
    *("indicator", "vulnerability", "attack-pattern", "relationship", "identity", "marking-definition"),
    *("ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "file"),
}


def main():
    checked = 0
    types = set()
    wrong = []
    for name, objects in files():
        objects = [found for found in objects if made_by_the_bridge(found)]
        checked += len(objects)
        types.update(found["type"] for found in objects)
        wrong += [f"{name}: {problem}" for problem in problems(objects)]
    assert not wrong, f"{len(wrong)} problems:\n" + "\n".join(wrong[:20])
    assert types == TYPES, f"other types than expected: {types ^ TYPES}"
    broken = {"type": "indicator", "spec_version": "2.1", "id": "indicator--56086f3d-1b0b-594d-8c65-fceb3a34b1f9"}
    tools = {problem.split(":")[0] for problem in problems([broken])}
    assert tools == {"stix2-validator", "python-stix2"}, "neither tool may be blind"
    print(f"{checked} objects of {len(types)} types: no error and no warning")


def files():
    """The objects of each file."""
    for path in sorted(FIXTURES.glob("*.json")):
        yield path.name, json.loads(path.read_text())["objects"]
    for folder in map(Path, sys.argv[1:]):
        paths = sorted(folder.glob("*.jsonl"))
        assert paths, f"there is nothing in {folder}"
        for path in paths:
            objects = [json.loads(line) for line in path.read_text().splitlines()]
            made = sum(map(made_by_the_bridge, objects))
            assert made > 100, f"{path.name} has {made} objects of the bridge only"
            yield path.name, objects


def made_by_the_bridge(found):
    """Its own identifiers are of version 5; what is passed through has those of the upstream."""
    return found["type"] == "marking-definition" or uuid.UUID(found["id"].split("--")[1]).version == 5


def problems(objects):
    """What the two tools find."""
    said = []
    for links, options in ((False, OPTIONS), (True, OPTIONS_OF_LINKS)):
        chosen = [found for found in objects if is_link(found) == links]
        if chosen:
            result = validate_instance(BUNDLE | {"objects": chosen}, options)
            said += [f"stix2-validator: {problem}" for problem in result.errors + result.warnings]
    for found in objects:
        try:
            stix2.parse(found, allow_custom=False)
        except Exception as error:
            said.append(f"python-stix2: {found['id']}: {error}")
    return said


def is_link(found):
    """Whether it says that an indicator is based on a cyber-observable object."""
    return found["type"] == "relationship" and found.get("relationship_type") == "based-on"


if __name__ == "__main__":
    main()
