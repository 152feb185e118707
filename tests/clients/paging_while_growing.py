"""Reads a collection that grows, with the styles of paging that clients have; none may lose or repeat any.

The reference is the manifest of all versions: a style must meet versions in its order, each once, and miss
none that is still the last of its object.
"""

import threading
import time
from urllib.parse import urljoin

from expectation import Bridge, expect, key_of

PAGE = 25


class Style(threading.Thread):
    """A client that reads page after page until it is told to stop and has caught up."""

    def __init__(self, bridge, url, name, following):
        super().__init__(name=name, daemon=True)
        self.bridge, self.url, self.following = bridge, url, following
        self.seen, self.requests, self.failure = [], 0, None
        self.goal = threading.Event()
        self.wanted = None

    def run(self):
        try:
            self.read()
        except Exception as error:  # told to the main thread, which fails with it
            self.failure = error

    def read(self):
        """Asks for a page, then for what the style makes of the answer."""
        parameters, newest = {"limit": PAGE}, None
        with self.bridge.session() as session:
            while not (self.goal.is_set() and self.wanted in set(self.seen)):
                answer = session.get(self.url, params=parameters, timeout=60)
                answer.raise_for_status()
                self.requests += 1
                page = answer.json()
                self.seen.extend(key_of(found) for found in page.get("objects", []))
                newest = answer.headers.get("X-TAXII-Date-Added-Last", newest)
                parameters = self.following(self, parameters, page, newest)
                time.sleep(0.05 if page.get("more") else 0.5)


def next_only(style, parameters, page, newest):
    """Follows `next` and forgets added_after meanwhile; at the end goes on after the newest date."""
    return {"limit": PAGE, "next": page["next"]} if page.get("more") else resumed(newest)


def next_and_added_after(style, parameters, page, newest):
    """Keeps added_after while it follows `next`, as the standard says."""
    kept = {name: value for name, value in parameters.items() if name != "next"}
    return kept | {"next": page["next"]} if page.get("more") else resumed(newest)


def next_and_moved_date(style, parameters, page, newest):
    """Follows `next` and moves added_after at the same time."""
    return resumed(newest) | ({"next": page["next"]} if page.get("more") else {})


def date_only(style, parameters, page, newest):
    """Knows only X-TAXII-Date-Added-Last."""
    return resumed(newest)


def date_in_milliseconds(style, parameters, page, newest):
    """Keeps three digits of the date, as languages without microseconds do."""
    return resumed(newest and newest[:-len("000Z")] + "Z")


def changing_limit(style, parameters, page, newest):
    """Asks for another number of objects every time."""
    return next_and_added_after(style, parameters, page, newest) | {"limit": 1 + style.requests * 37 % 90}


def resumed(newest):
    return {"limit": PAGE} | ({"added_after": newest} if newest else {})


STYLES = [next_only, next_and_added_after, next_and_moved_date, date_only, date_in_milliseconds, changing_limit]


def main():
    bridge = Bridge(__doc__, seconds=20, grown=0)
    url = urljoin(bridge.collection_url(), "objects/")
    at_first = len(bridge.feed_subjects())
    styles = [Style(bridge, url, following.__name__, following) for following in STYLES]
    for style in styles:
        style.start()
    time.sleep(bridge.arguments.seconds)

    bridge.wait_until_republished()
    goal = bridge.all_of("manifest")[-1]
    for style in styles:
        style.wanted = goal["id"], goal["version"]
        style.goal.set()
    deadline = time.monotonic() + 60 + bridge.arguments.seconds
    for style in styles:
        style.join(max(0, deadline - time.monotonic()))
        expect(style.failure is None, f"{style.name}: {style.failure}")
        expect(not style.is_alive(), f"{style.name} never met what was the newest a while ago")

    records = bridge.all_of("manifest", **{"match[version]": "all"})
    reference = [(record["id"], record["version"]) for record in records]
    last = dict(reference)
    grown = len(last) - 1 - at_first
    expect(grown >= bridge.arguments.grown, f"the feed grew by {grown} IOCs only")
    for style in styles:
        compare(style, reference, last)
        print(f"{style.name}: {len(style.seen)} versions in {style.requests} requests, none lost, none twice")
    changes = len(reference) - len(last)
    print(f"meanwhile {grown} IOCs were new, and {changes} versions replaced others")


def compare(style, reference, last):
    """Checks what a style has seen against the manifest of all versions."""
    place = {key: index for index, key in enumerate(reference)}
    unknown = [key for key in style.seen if key not in place]
    expect(not unknown, f"{style.name} met what the manifest does not list: {unknown[:5]}")
    places = [place[key] for key in style.seen]
    for earlier, later in zip(places, places[1:]):
        expect(earlier < later, f"{style.name} met {reference[later]} again, or out of order")
    current = {key for key in reference[:places[-1] + 1] if last[key[0]] == key[1]}
    lost = current - set(style.seen)
    expect(not lost, f"{style.name} lost {len(lost)} objects, among them {sorted(lost)[:5]}")


if __name__ == "__main__":
    main()
