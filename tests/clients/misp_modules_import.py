"""Imports the collection into MISP, with the module that MISP has for it: every object becomes a part of the event."""

import json

from misp_modules.modules.import_mod import taxii21

from expectation import Bridge, expect, some


class Converter(taxii21.ExternalSTIX2toMISPParser):
    """The module's converter; the module leaves galaxies out of its answer, so the whole event is kept here."""

    made = []

    def __init__(self):
        super().__init__()
        self.made.append(self)


def main():
    bridge = Bridge(__doc__)
    wanted = bridge.wait_until_republished()
    served = bridge.all_of("objects")
    bridge.judge(served, wanted)
    taxii21.ExternalSTIX2toMISPParser = Converter

    found = ask(bridge, stix_object_limit=str(len(served)))
    expected = indicators(served)
    compare([key_of(one["uuid"], one["value"]) for one in found["Attribute"]], expected)
    galaxies = Converter.made[-1].misp_event.galaxies
    clusters = [cluster.value for galaxy in galaxies for cluster in galaxy.clusters]
    compare(clusters, {one["name"] for one in served if one["type"] in ("vulnerability", "attack-pattern")})
    print(f"{len(served)} objects are {len(expected)} attributes, {len(clusters)} galaxy clusters and their author")

    # The filters of its users, and a limit that lies within a page.
    found = ask(bridge, **{"type": "indicator identity", "STIX object limit": "250"})
    some_of_them = [key_of(one["uuid"], one["value"]) for one in found["Attribute"]]
    expect(len(some_of_them) == 249, f"the first 250 objects have {len(some_of_them)} indicators")
    expect(set(some_of_them) <= expected, f"there are others: {some(set(some_of_them) - expected)}")
    # From the middle on. Where nothing is newer the module fails by itself: it expects a bundle to have objects.
    middle = len(served) // 2
    found = ask(bridge, added_after=bridge.all_of("manifest")[middle - 1]["date_added"])
    compare([key_of(one["uuid"], one["value"]) for one in found["Attribute"]], indicators(served[middle:]))
    wrong = taxii21.handler(json.dumps({"config": {**account(bridge), "password": "wrong"}}))
    expect(wrong == {"error": "Access was denied."}, f"a wrong password gives {wrong}")


def ask(bridge, **settings):
    """What MISP would be told."""
    answer = taxii21.handler(json.dumps({"config": account(bridge) | settings}))
    expect("results" in answer, f"the module says {answer}")
    return answer["results"]


def account(bridge):
    return {"url": bridge.collection_url(), "username": bridge.user, "password": bridge.password}


def indicators(served):
    return {key_of(one["id"], one["name"]) for one in served if one["type"] == "indicator"}


def key_of(name, value):
    """The UUID, which an identifier of STIX ends with, and the value."""
    return name.rpartition("--")[2], value


def compare(found, expected):
    """Checks that everything is there, and once."""
    expect(expected <= set(found), f"MISP misses {some(map(str, expected - set(found)))}")
    expect(len(found) == len(expected), f"MISP has {len(found)} things for {len(expected)}")


if __name__ == "__main__":
    main()
