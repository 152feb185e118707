"""A million IOCs: a stand-in for the feed has them, our server reads them all as its past, and a second client polls them.

    python3 -m venv venv && venv/bin/pip install taxii2-client==2.3.0
    cargo build --release -p taxii-server -p socdefenders-standin --example serve --bin taxii-server
    venv/bin/python tests/compare/million.py

It prints how long each part takes, the memory of our server, and what the database takes on the disk. Of `--client`,
`taxii2` is the client of OASIS, and `plain` reads the JSON of each page and nothing more.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import requests

from bridge import Bridge, free_port
from memory import memory

STAND_IN = Path(__file__).parents[2] / "target/release/examples/serve"
MEBIBYTE = 1 << 20


class StandIn:
    """The feed, as a process of its own."""

    def __init__(self, arguments):
        numbers = [str(number) for number in (arguments.iocs, arguments.days, arguments.requests)]
        self.process = subprocess.Popen(
            [STAND_IN, *numbers], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url, self.key = (self.process.stdout.readline().strip() for _ in range(2))

    def values(self):
        """Every pair of type and value that it has, as its own list shows them, from the newest on."""
        values, until = set(), None
        headers = {"Authorization": f"Bearer {self.key}"}
        while True:
            parameters = {"limit": 10_000, **({"until": until} if until else {})}
            page = requests.get(f"{self.url}/api/v1/iocs", params=parameters, headers=headers, timeout=600).json()
            values.update((row["type"], row["value"]) for row in page["data"])
            if page["meta"]["total"] <= len(page["data"]):
                return values
            # The newest come first; those of the last second of a page come again.
            last = page["data"][-1]["last_seen"]
            until = last if last != until else None
            assert until, "more rows in one second than a page holds"

    def stop(self):
        """How many requests it has had."""
        return int(self.process.communicate(timeout=60)[0])


class Feed(Bridge):
    """Our server, which reads the feed."""

    def __init__(self, folder, standin, arguments):
        super().__init__(folder, arguments.database or str(Path(folder) / "taxii.db"))
        (Path(folder) / "key").write_text(standin.key)
        self.admin = f"127.0.0.1:{free_port()}"
        (Path(folder) / "taxii-server.toml").write_text(
            f'admin_listen = "{self.admin}"\n[[feed]]\nurl = "{standin.url}"\napi_key_file = "key"\n'
            f'interval = "1m"\npage = {arguments.page}\nbackfill = "{arguments.days + 1}d"\nbackfill_share = 1.0\n'
        )

    def metric(self, name):
        """The sum over all labels."""
        text = requests.get(f"http://{self.admin}/metrics", timeout=600).text
        found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, found)) if found else None

    def is_ready(self):
        return requests.get(f"http://{self.admin}/readyz", timeout=600).status_code == 200

    def disk(self):
        """The bytes of the database, and of its log of what is written."""
        return tuple((Path(self.folder) / name).stat().st_size for name in ("taxii.db", "taxii.db-wal"))


def read_past(feed):
    """Waits until nothing of the past is left."""
    begin, ready, said = time.monotonic(), None, 0.0
    while (left := feed.metric("taxii_feed_past_left_seconds")) is None or left > 0:
        took = time.monotonic() - begin
        if ready is None and feed.is_ready():
            ready = took
            print(f"ready after {took:.1f} s", flush=True)
        if took - said > 30:
            said = took
            objects = feed.metric("taxii_objects") or 0
            print("%5.0f s  %8d objects  %.1f days left  now %.0f MiB, at most %.0f MiB" % (
                took, objects, (left or 0) / 86400, *memory(feed.process)), flush=True)
        time.sleep(2)
    return time.monotonic() - begin


def plain_pages(feed, limit):
    """The pages as a client of few lines asks for them."""
    session, more = requests.Session(), {}
    session.headers.update(feed.headers())
    while True:
        answer = session.get(f"{feed.collection_url}objects/", params={"limit": limit, **more}, timeout=600)
        answer.raise_for_status()
        envelope = answer.json()
        yield envelope
        if not envelope.get("more"):
            return
        more = {"next": envelope["next"]}


def taxii2_pages(feed, limit):
    """The pages as the client of OASIS asks for them."""
    from taxii2client.common import TokenAuth
    from taxii2client.v21 import Collection, as_pages

    collection = Collection(feed.collection_url, auth=TokenAuth(feed.token))
    return as_pages(collection.get_objects, per_request=limit)


def poll_all(pages):
    """The objects by type, the names of those that stand for IOCs, and how long each page took."""
    ids, names, types, times = set(), [], {}, []
    begin = time.monotonic()
    for envelope in pages:
        times.append(time.monotonic() - begin)
        for stix in envelope.get("objects", []):
            ids.add(stix["id"])
            types[stix["type"]] = types.get(stix["type"], 0) + 1
            if stix["type"] in ("indicator", "vulnerability", "attack-pattern"):
                names.append(stix["name"])
        begin = time.monotonic()
    assert len(ids) == sum(types.values()), "an object came twice"
    return types, names, times


def latency(get, times=15):
    """The median of some tries, in milliseconds."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        get()
        took.append(time.perf_counter() - begin)
    return statistics.median(took) * 1000


def measure(feed, standin, arguments):
    seconds = read_past(feed)
    objects = feed.metric("taxii_objects")
    print(f"the past is read after {seconds:.0f} s: {objects:.0f} objects, {arguments.iocs / seconds:.0f} IOCs/s, "
          f"{cpu(feed):.0f} s of CPU")
    print("memory: now %.0f MiB, at most %.0f MiB" % memory(feed.process))
    if not arguments.database:
        database, log = feed.disk()
        print(f"disk: {database / MEBIBYTE:.0f} MiB, {database / objects:.0f} bytes an object, "
              f"and {log / MEBIBYTE:.0f} MiB of log", flush=True)

    pages = {"taxii2": taxii2_pages, "plain": plain_pages}
    for client in arguments.client:
        begin = time.monotonic()
        types, names, times = poll_all(pages[client](feed, arguments.limit))
        took, count = time.monotonic() - begin, sum(types.values())
        print(f"{client}: {count} objects in {took:.0f} s, {count / took:.0f}/s; a page at most {max(times) * 1000:.0f} ms, "
              f"half of them in {statistics.median(times) * 1000:.0f} ms; {json.dumps(types)}")
        print("memory: now %.0f MiB, at most %.0f MiB" % memory(feed.process), flush=True)
    wanted = {value for _, value in standin.values()}
    assert len(names) == len(set(names)), "an IOC is there twice"
    missing = wanted - set(names)
    assert not missing, f"{len(missing)} are missing, such as {missing.pop()}"
    print(f"all {len(wanted)} values of the feed are there, each once", flush=True)

    session = requests.Session()
    session.headers.update({**feed.headers(), "Accept": "text/html"})

    def browse(path):
        answer = session.get(f"{feed.url}{path}", timeout=600)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    print("looking things up is prepared after %.0f s more" % until_indexed(feed))
    address = next(name for name in names if re.fullmatch(r"\d+(\.\d+){3}", name))
    assert "indicator--" in browse(f"/status/search?value={address}")
    places = {
        "the search for an address": f"/status/search?value={address}",
        "the search for what is nowhere": "/status/search?value=nowhere.invalid",
        "the overview": "/status",
        "a collection": "/status/collections/943b1240-00c1-4707-802e-594f4d1104a6",
    }
    for what, path in places.items():
        print(f"{what}: {latency(lambda: browse(path)):.1f} ms")
    print(f"the metrics: {latency(lambda: requests.get(f'http://{feed.admin}/metrics', timeout=600)):.1f} ms")
    session.headers.update(feed.headers())
    last = session.get(f"{feed.collection_url}objects/?limit=1000", timeout=600)
    place = f"{feed.collection_url}objects/?limit=1000&added_after={last.headers['X-TAXII-Date-Added-Last']}"
    numbers = iter(range(1000))
    print("a page of 1000 objects, not asked for before: %.1f ms" % latency(
        lambda: session.get(place.replace("1000", str(1000 - next(numbers)), 1), timeout=600)))
    print("memory: now %.0f MiB, at most %.0f MiB" % memory(feed.process))


def until_indexed(feed):
    """Waits until the index of what objects mention is complete: the server computes nothing any more."""
    begin = time.monotonic()
    while True:
        before = cpu(feed)
        time.sleep(3)
        if cpu(feed) - before < 0.3:
            return time.monotonic() - begin


def cpu(feed):
    fields = Path(f"/proc/{feed.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iocs", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=300, help="the past over which they are spread")
    parser.add_argument("--requests", type=int, default=1000, help="that the feed allows in a minute")
    parser.add_argument("--page", type=int, default=10_000, help="IOCs that are asked for at a time")
    parser.add_argument("--limit", type=int, default=1000, help="objects that the second client asks for at a time")
    parser.add_argument("--client", nargs="+", default=["taxii2", "plain"], choices=["taxii2", "plain"])
    parser.add_argument("--database", help="a URL of PostgreSQL in place of a file")
    arguments = parser.parse_args()
    begin = time.monotonic()
    standin = StandIn(arguments)
    print(f"{arguments.iocs} IOCs, drawn in {time.monotonic() - begin:.0f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        feed = Feed(folder, standin, arguments)
        feed.start()
        try:
            measure(feed, standin, arguments)
        finally:
            feed.stop()
            print(f"the feed had {standin.stop()} requests")


if __name__ == "__main__":
    main()
