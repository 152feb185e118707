"""Reads the collection with python-stix2, as a data source; every object must parse without allow_custom."""

import json

from stix2 import Filter, TAXIICollectionSource, parse
from taxii2client.v21 import Collection

from expectation import Bridge, expect, key_of, version_of


def main():
    bridge = Bridge(__doc__)
    wanted = bridge.wait_until_republished()
    collection = Collection(bridge.collection_url(), user=bridge.user, password=bridge.password)
    source = TAXIICollectionSource(collection, allow_custom=False)

    found = source.query([])
    bridge.judge([plain(stix_object) for stix_object in found], wanted)
    print(f"query: {len(found)} objects, all parsed")

    # The source drops duplicates by itself, so what the server really gives is read and parsed once more.
    served = bridge.all_of("objects")
    bridge.judge(served, wanted)
    for stix_object in served:
        again = plain(parse(stix_object, allow_custom=False))
        same = meaning(again) == meaning(stix_object)
        expect(same, f"{stix_object['id']} changes when it is parsed and printed")
    print(f"parse: {len(served)} objects, all printed as they were")

    for wanted_type in ("vulnerability", "attack-pattern", "identity"):
        of_type = source.query([Filter("type", "=", wanted_type)])
        expect({one["type"] for one in of_type} == {wanted_type}, f"not only {wanted_type} by its type")
        name = of_type[0]["id"]
        one = source.get(name)
        expect(one is not None and one["id"] == name, f"get({name}) finds nothing")
        versions = [key_of(plain(version)) for version in source.all_versions(name)]
        expect(key_of(plain(one)) in versions, f"all_versions({name}) lacks {version_of(plain(one))}")
    unknown = "indicator--00000000-0000-4000-8000-000000000000"
    expect(source.get(unknown) is None, "an unknown object is found")
    print("get, all_versions and a filter by type: as expected")


def meaning(stix_object):
    """An object without the two things that python-stix2 writes its own way."""
    text = json.dumps(stix_object).replace('.000Z"', 'Z"')
    return {"pattern_version": "2.1"} | json.loads(text)


def plain(stix_object):
    """An object of python-stix2 as JSON."""
    return json.loads(stix_object.serialize())


if __name__ == "__main__":
    main()
