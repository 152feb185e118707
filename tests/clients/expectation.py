"""What a client should find: every IOC of the feed as exactly one object, and its author beside them.

Shared by the scripts in this folder. They are told of the server and of the feed by flags or by the
environment variables that `--help` names.
"""

import argparse
import os
import sys
import time
from urllib.parse import urljoin

import requests

TAXII = "application/taxii+json;version=2.1"

PATHS = {
    "ipv4": "ipv4-addr:value",
    "ipv6": "ipv6-addr:value",
    "domain": "domain-name:value",
    "url": "url:value",
    "email": "email-addr:value",
    "md5": "file:hashes.MD5",
    "sha1": "file:hashes.'SHA-1'",
    "sha256": "file:hashes.'SHA-256'",
    "sha512": "file:hashes.'SHA-512'",
}


def expect(condition, message):
    """Ends the script with the message unless the condition holds."""
    if not condition:
        sys.exit(f"FAILED: {message}")


def some(things):
    """A few of many things, for messages."""
    things = sorted(things)
    return f"{len(things)}: " + ", ".join(str(thing) for thing in things[:5])


def version_of(stix_object):
    """The version of an object (TAXII 2.1, section 3.4): its `modified`, else its `created`."""
    return stix_object.get("modified") or stix_object.get("created")


def key_of(stix_object):
    """What must be unique in an answer."""
    return stix_object["id"], version_of(stix_object)


def subject_of_ioc(ioc_type, value):
    """Type, name and pattern of the object that an IOC must become."""
    if ioc_type == "cve":
        return "vulnerability", value, None
    if ioc_type == "mitre-attack":
        return "attack-pattern", value, None
    literal = value.replace("\\", "\\\\").replace("'", "\\'")
    return "indicator", value, f"[{PATHS[ioc_type]} = '{literal}']"


def subject_of_object(stix_object):
    """Type, name and pattern of an object."""
    return stix_object["type"], stix_object.get("name"), stix_object.get("pattern")


class Bridge:
    """A TAXII server, and the feed that it republishes."""

    def __init__(self, description, **flags):
        """Reads the command line; `flags` are further flags with their defaults."""
        parser = argparse.ArgumentParser(description=description)
        for name in ("TAXII_DISCOVERY", "TAXII_USER", "TAXII_PASSWORD", "FEED_URL", "FEED_KEY"):
            flag = "--" + name.lower().replace("_", "-")
            default = os.environ.get(name)
            parser.add_argument(flag, default=default, required=default is None, help=f"or set {name}")
        for name, default in flags.items():
            parser.add_argument("--" + name.replace("_", "-"), type=type(default), default=default)
        self.arguments = parser.parse_args()
        self.discovery = self.arguments.taxii_discovery
        self.user = self.arguments.taxii_user
        self.password = self.arguments.taxii_password

    def session(self):
        """Plain HTTP with credentials and the TAXII media type."""
        session = requests.Session()
        session.auth = (self.user, self.password)
        session.headers["Accept"] = TAXII
        return session

    def collection_url(self):
        """The URL of the one collection, found from the discovery URL on."""
        with self.session() as session:
            discovery = session.get(self.discovery, timeout=30)
            discovery.raise_for_status()
            root = urljoin(self.discovery, discovery.json()["default"])
            collections = session.get(urljoin(root, "collections/"), timeout=30).json()["collections"]
        expect(len(collections) == 1, f"there are {len(collections)} collections, not 1")
        return urljoin(root, f"collections/{collections[0]['id']}/")

    def pages(self, resource, **parameters):
        """The answers of `objects` or `manifest`, page by page, by plain requests that follow `next`."""
        url = urljoin(self.collection_url(), f"{resource}/")
        with self.session() as session:
            while True:
                answer = session.get(url, params=parameters, timeout=60)
                expect(answer.status_code == 200, f"{answer.url} gives {answer.status_code}: {answer.text}")
                page = answer.json()
                yield page
                if not page.get("more"):
                    return
                parameters["next"] = page["next"]

    def all_of(self, resource, **parameters):
        """Everything that `objects` or `manifest` has."""
        return [item for page in self.pages(resource, **parameters) for item in page.get("objects", [])]

    def feed_subjects(self):
        """What the feed has now, as the objects that it must become."""
        answer = requests.get(
            f"{self.arguments.feed_url}/api/v1/iocs",
            params={"limit": 10_000},
            headers={"Authorization": f"Bearer {self.arguments.feed_key}"},
            timeout=60,
        )
        answer.raise_for_status()
        rows = answer.json()["data"]
        expect(answer.json()["meta"]["total"] == len(rows), "the feed has more rows than one answer can hold")
        return {subject_of_ioc(row["type"], row["value"]) for row in rows}

    def wait_until_republished(self, patience=60):
        """Waits until the server has everything that the feed has now, and gives that."""
        wanted = self.feed_subjects()
        deadline = time.monotonic() + patience
        while True:
            missing = wanted - {subject_of_object(found) for found in self.all_of("objects")}
            if not missing:
                return wanted
            expect(time.monotonic() < deadline, f"not republished within {patience} s: {some(missing)}")
            time.sleep(0.5)

    def judge(self, objects, wanted):
        """Checks objects that were read after `wanted` had been republished: all of it, each once."""
        keys = [key_of(found) for found in objects]
        twice = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
        expect(not twice, f"objects came twice: {some(twice)}")
        ids = {}
        for found in objects:
            ids.setdefault(subject_of_object(found), set()).add(found["id"])
        doubled = {subject for subject, known_as in ids.items() if len(known_as) > 1}
        expect(not doubled, f"IOCs are more than one object: {some(map(str, doubled))}")
        seen = {subject for subject in ids if subject[0] != "identity"}
        expect(wanted <= seen, f"IOCs are missing: {some(map(str, wanted - seen))}")
        # The feed may have grown since, so what came besides must be there by now.
        strange = seen - wanted
        if strange:
            strange -= self.feed_subjects()
        expect(not strange, f"objects are no IOC of the feed: {some(map(str, strange))}")
        authors = len(ids) - len(seen)
        expect(authors == 1, f"there are {authors} identities, not 1")
