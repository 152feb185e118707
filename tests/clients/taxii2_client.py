"""Drives the server with the OASIS client, taxii2-client.

The client checks the Content-Type and the required properties of every answer by itself.
"""

from datetime import datetime

from requests import HTTPError
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from expectation import TAXII, Bridge, expect, key_of, some, subject_of_object, version_of


def main():
    bridge = Bridge(__doc__, changed=0)
    wanted = bridge.wait_until_republished()
    collection = find_collection(bridge)
    pages(bridge, collection, wanted)
    filters(collection)
    added_after(collection)
    single_objects(collection)
    versions(collection, bridge.arguments.changed)
    refusals(bridge, collection)


def find_collection(bridge):
    """From the discovery URL to the collection, as a client is set up."""
    server = Server(bridge.discovery, user=bridge.user, password=bridge.password)
    root = server.default
    expect(root is not None, "the discovery answer has no default that is one of its API roots")
    expect(TAXII in root.versions, f"the API root does not name {TAXII}")
    expect(root.max_content_length > 0, "max_content_length is not positive")
    collections = root.collections
    expect(len(collections) == 1, f"there are {len(collections)} collections, not 1")
    expect(collections[0].can_read, "the collection cannot be read")
    # The other way in: an integration that is given the URL of the collection.
    collection = Collection(collections[0].url, user=bridge.user, password=bridge.password)
    expect(collection.id == collections[0].id, "the collection's own resource has another id")
    print(f"discovery: {server.title!r}, API root {root.title!r}, collection {collection.title!r}")
    return collection


def read(func, per_request=1000, **filters):
    """All objects or manifest records that the client pages through."""
    pages = as_pages(func, per_request=per_request, **filters)
    return [item for page in pages for item in page.get("objects", [])]


def pages(bridge, collection, wanted):
    """Every object comes exactly once, whatever the size of the pages; the manifest lists the same."""
    for per_request in (50, 100, 500):
        objects = read(collection.get_objects, per_request)
        bridge.judge(objects, wanted)
        records = read(collection.get_manifest, per_request)
        listed = [(record["id"], record["version"]) for record in records]
        expect(len(set(listed)) == len(listed), "the manifest lists a version twice")
        unlisted = {found["id"] for found in objects} - {record["id"] for record in records}
        expect(not unlisted, f"the manifest does not list {some(unlisted)}")
        dates = [record["date_added"] for record in records]
        expect(dates == sorted(dates), "the manifest is not sorted by date_added")
        print(f"pages of {per_request}: {len(objects)} objects and {len(records)} manifest records, each once")


def filters(collection):
    """Each filter gives what it names and all of it. The feed may grow, hence a look before and after."""
    before = read(collection.get_objects)
    others = ["vulnerability", "attack-pattern"]
    rare = next(found["id"] for found in before if found["type"] in others)
    few = [before[0]["id"], before[len(before) // 2]["id"], before[-1]["id"], rare]
    cases = [
        ({"type": "indicator"}, lambda found: found["type"] == "indicator"),
        ({"type": others}, lambda found: found["type"] in others),
        ({"type": "malware"}, lambda found: found["type"] == "malware"),
        ({"id": few}, lambda found: found["id"] in few),
        ({"id": few, "type": others}, lambda found: found["id"] in few and found["type"] in others),
        ({"spec_version": "2.1"}, lambda found: True),
        ({"spec_version": "2.0"}, lambda found: False),
        ({"version": "last"}, lambda found: True),
        ({"version": "first"}, lambda found: True),
        ({"version": "all"}, lambda found: True),
    ]
    results = [read(collection.get_objects, **filter_) for filter_, _ in cases]
    listed = [read(collection.get_manifest, **filter_) for filter_, _ in cases]
    after = read(collection.get_objects)
    for (filter_, wanted), objects, records in zip(cases, results, listed):
        least = {found["id"] for found in before if wanted(found)}
        most = {found["id"] for found in after if wanted(found)}
        for kind, items in (("objects", objects), ("manifest", records)):
            ids = {item["id"] for item in items}
            expect(least <= ids, f"{kind} with {filter_} lack {some(least - ids)}")
            expect(ids <= most, f"{kind} with {filter_} should not give {some(ids - most)}")
        shown = {name: "a few" if value is few else value for name, value in filter_.items()}
        print(f"match {shown}: {len(objects)} objects")


def added_after(collection):
    """After the date of the middle object come exactly the objects of the later half, in order."""
    records = read(collection.get_manifest)
    middle = len(records) // 2
    later = [record["id"] for record in records[middle + 1:]]
    date = records[middle]["date_added"]
    for given in (date, datetime.fromisoformat(date.replace("Z", "+00:00"))):
        found = [found["id"] for found in read(collection.get_objects, 100, added_after=given)]
        expect(found[:len(later)] == later, f"added_after={given} does not give the later half")
        known = {record["id"] for record in records}
        expect(not known & set(found[len(later):]), f"added_after={given} repeats objects")
    empty = collection.get_objects(added_after="2100-01-01T00:00:00Z")
    expect(empty == {}, f"nothing is after the year 2100, yet the answer is {str(empty)[:200]}")
    print(f"added_after the middle: the later {len(later)} objects")


def single_objects(collection):
    """Single objects are those of the list."""
    objects = read(collection.get_objects)
    for position in (0, 1, len(objects) // 3, len(objects) // 2):
        listed = objects[position]
        answer = collection.get_object(listed["id"])["objects"]
        expect(len(answer) == 1, f"{listed['id']} alone comes {len(answer)} times")
        if version_of(answer[0]) == version_of(listed):
            expect(answer[0] == listed, f"{listed['id']} alone is not the same as in the list")
        versions = collection.object_versions(listed["id"])["versions"]
        expect(version_of(answer[0]) in versions, f"the versions of {listed['id']} lack the last")
    print("single objects: as in the list")


def versions(collection, changed):
    """`match[version]` chooses among the versions of one object; at least `changed` objects have several."""
    history = {}
    for record in read(collection.get_manifest, version="all"):
        history.setdefault(record["id"], []).append(record["version"])
    several = {name: kept for name, kept in history.items() if len(kept) > 1}
    expect(len(several) >= changed, f"{len(several)} objects have several versions, not {changed}")
    every = [key_of(found) for found in read(collection.get_objects, version="all")]
    expect(len(set(every)) == len(every), "with version=all a version comes twice")
    lost = {(name, version) for name, kept in history.items() for version in kept} - set(every)
    expect(not lost, f"with version=all these are missing: {some(lost)}")
    for name, kept in list(several.items())[:20]:
        cases = {
            "all": kept,
            "first": kept[:1],
            "last": kept[-1:],
            kept[0]: kept[:1],
            f"{kept[0]},last": [kept[0], kept[-1]],
        }
        for value, wanted in cases.items():
            found = [version_of(found) for found in collection.get_object(name, version=value)["objects"]]
            expect(found == wanted, f"{name} with version={value} gives {found}, not {wanted}")
        listed = collection.object_versions(name)["versions"]
        expect(listed == kept, f"the versions of {name} are {listed}, not {kept}")
        first = collection.get_object(name, version="first")["objects"][0]
        last = collection.get_object(name, version="last")["objects"][0]
        expect(subject_of_object(first) == subject_of_object(last), f"{name} has changed what it is about")
        expect(first["created"] == last["created"], f"`created` of {name} changes")
        expect(first != {**last, "modified": first["modified"]}, f"the versions of {name} say the same")
    print(f"versions: {len(every)} of {len(history)} objects, {len(several)} of them have several")


def refusals(bridge, collection):
    """What must not work fails as TAXII 2.1 says, in TAXII's media type."""
    account = {"user": bridge.user, "password": bridge.password}
    unused = "00000000-0000-4000-8000-000000000000"
    unknown = Collection(collection.url.replace(collection.id, unused), **account)
    nobody = f"indicator--{unused}"
    root = collection.url.split("collections/")[0]
    cases = [
        ("a wrong password", 401, lambda: Server(bridge.discovery, **account | {"password": "wrong"}).title),
        ("an unknown user", 401, lambda: Server(bridge.discovery, **account | {"user": "nobody"}).title),
        ("no credentials", 401, lambda: Collection(collection.url).get_objects()),
        ("an unknown collection", 404, lambda: unknown.title),
        ("an unknown object", 404, lambda: collection.get_object(nobody)),
        ("versions of an unknown object", 404, lambda: collection.object_versions(nobody)),
        ("an unknown API root", 404, lambda: ApiRoot(root.rstrip("/") + "-not/", **account).title),
        ("an unknown status", 404, lambda: ApiRoot(root, **account).get_status(unused)),
        ("a negative limit", 400, lambda: collection.get_objects(limit=-1)),
        ("a `next` that is made up", 400, lambda: collection.get_objects(next="made-up")),
        ("an `added_after` that is no date", 400, lambda: collection.get_objects(added_after="yesterday")),
    ]
    for what, status, call in cases:
        try:
            call()
        except HTTPError as error:
            answer = error.response
            expect(answer.status_code == status, f"{what}: {answer.status_code} instead of {status}")
            content_type = answer.headers.get("Content-Type")
            expect(content_type == TAXII, f"{what}: the Content-Type is {content_type}")
            expect(answer.json().get("title"), f"{what}: the error has no title")
            challenged = "WWW-Authenticate" in answer.headers
            expect(challenged == (status == 401), f"{what}: WWW-Authenticate: {challenged}")
        else:
            expect(False, f"{what}: no error instead of {status}")
    print(f"refusals: {len(cases)}, each with its status and a TAXII error")


if __name__ == "__main__":
    main()
