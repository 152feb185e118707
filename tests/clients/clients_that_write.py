"""Adds and deletes objects with taxii2-client, and with the sink of python-stix2 that is built on it."""

import json
import os

import stix2
from requests.exceptions import HTTPError
from taxii2client.v21 import Server

from expectation import expect


def main():
    environment = os.environ
    user, password = environment["TAXII_USER"], environment["TAXII_PASSWORD"]
    server = Server(environment["TAXII_DISCOVERY"], user=user, password=password)
    root = server.api_roots[0] if server.api_roots else server.default
    collection = root.collections[0]
    expect(collection.can_write and collection.can_read, "the collection does not let the account write")

    indicators = [indicator(number) for number in range(500)]
    small = collection.add_objects(envelope(indicators[:3]), wait_for_completion=False)
    expect((small.status, small.success_count) == ("complete", 3), f"three objects are {small}")
    spoiled = json.loads(indicators[3].serialize())
    del spoiled["pattern"]
    large = envelope(indicators)
    large["objects"][3] = spoiled
    # The client checks the counts and lists of each status that it is given.
    status = collection.add_objects(large, wait_for_completion=True, poll_interval=0.2, timeout=60)
    expect((status.status, status.success_count, status.failure_count) == ("complete", 499, 1), f"{status}")
    expect("/pattern" in status.failures[0]["message"], f"the reason is {status.failures[0]}")
    print(f"500 indicators: {status.success_count} added, one refused: {status.failures[0]['message']}")

    malware = stix2.Malware(name="written by python-stix2", is_family=False)
    stix2.TAXIICollectionSink(collection).add(stix2.Bundle(malware))
    source = stix2.TAXIICollectionSource(collection)
    expect(source.get(malware.id) == malware, "what the sink was given is not what the source gives")

    collection.delete_object(malware.id)
    try:
        collection.get_object(malware.id)
        expect(False, "the deleted object is still there")
    except HTTPError as error:
        expect(error.response.status_code == 404, f"the deleted object gives {error}")
    print("one object written, read and deleted")


def indicator(number):
    return stix2.Indicator(
        name=f"indicator {number}",
        pattern=f"[domain-name:value = 'host-{number}.example']",
        pattern_type="stix",
        indicator_types=["malicious-activity"],
    )


def envelope(objects):
    return {"objects": [json.loads(stix_object.serialize()) for stix_object in objects]}


if __name__ == "__main__":
    main()
