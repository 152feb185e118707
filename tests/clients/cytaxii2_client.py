"""Drives the server with Cyware's client, cytaxii2, which leaves the paging to its caller."""

from cytaxii2 import cytaxii2

from expectation import Bridge, expect


def main():
    bridge = Bridge(__doc__)
    wanted = bridge.wait_until_republished()
    client = cytaxii2.cytaxii2(bridge.discovery, bridge.user, bridge.password)

    discovery = answer(client.discovery_request())
    expect(discovery["default"] in discovery["api_roots"], "the default is none of the API roots")
    root = answer(client.root_discovery())
    collections = answer(client.collection_request())["collections"]
    expect(len(collections) == 1, f"there are {len(collections)} collections, not 1")
    identifier = collections[0]["id"]
    data = answer(client.collection_data_request(identifier))
    expect(data == collections[0], "the collection's own resource differs from the list")
    print(f"discovery: {discovery['title']!r}, API root {root['title']!r}, collection {data['title']!r}")

    for limit in (None, 100, 1000):
        bridge.judge(read(client, identifier, limit), wanted)
        print(f"limit {limit}: every object once")

    vulnerabilities = read(client, identifier, 10, object_type="vulnerability")
    expect({found["type"] for found in vulnerabilities} == {"vulnerability"}, "another type came than asked for")
    least = sum(subject[0] == "vulnerability" for subject in wanted)
    expect(len(vulnerabilities) >= least, f"{len(vulnerabilities)} vulnerabilities, not {least}")
    print(f"{len(vulnerabilities)} vulnerabilities in pages of 10")

    one = vulnerabilities[0]
    alone = read(client, identifier, None, object_id=one["id"])
    expect(alone == [one], f"{one['id']} asked for alone is {alone}")
    refused = cytaxii2.cytaxii2(bridge.discovery, bridge.user, "wrong").discovery_request()
    expect(refused["status_code"] == 401, f"a wrong password gives {refused['status_code']}")


def answer(response):
    """The body of an answer that must have succeeded."""
    expect(response["status"] and response["status_code"] == 200, f"the client got {response}")
    return response["response"]


def read(client, collection, limit, **filters):
    """Pages by hand."""
    objects, position = [], None
    while True:
        page = answer(client.poll_request(collection, limit=limit, next=position, **filters))
        found = page.get("objects", [])
        expect(limit is None or len(found) <= limit, f"a page has {len(found)} objects, more than {limit}")
        objects.extend(found)
        if not page.get("more"):
            expect("next" not in page, "the last page has a `next`")
            return objects
        expect(found, "a page without objects says that there is more")
        position = page["next"]


if __name__ == "__main__":
    main()
