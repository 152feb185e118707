"""How long 10,000 indicators take by POST, from the first byte until the status is complete: our server with SQLite
(checked, and on disk) against medallion with its memory backend.

Both are driven by taxii2-client, in turns, each time on an empty collection. Run it in an environment of its own:

    python3 -m venv venv && venv/bin/pip install medallion==3.0.0 taxii2-client==2.3.0
    cargo build --release -p taxii-server
    venv/bin/python tests/compare/posting.py
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from taxii2client.common import TokenAuth
from taxii2client.v21 import Collection

from bridge import TAXII, Bridge, free_port, wait_for

MEDALLION_COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
TIME = "2025-06-01T00:00:00.000Z"


def indicator(number):
    """A valid one of about 700 bytes, as feeds have them; the same for the same number."""
    address = ".".join(str(part) for part in number.to_bytes(4, "big"))
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128, version=4)}",
        "created": TIME,
        "modified": TIME,
        "name": f"Connections to {address}",
        "description": "A host that was seen to control malware. " * 5,
        "indicator_types": ["malicious-activity"],
        "pattern": f"[ipv4-addr:value = '{address}']",
        "pattern_type": "stix",
        "valid_from": TIME,
        "confidence": number % 101,
        "external_references": [{"source_name": "example", "url": f"https://example.com/reports/{number}"}],
    }


def envelope(first, count):
    """The bytes of an envelope with the indicators of these numbers."""
    return json.dumps({"objects": [indicator(number) for number in range(first, first + count)]}).encode()


class Medallion:
    """medallion, started as its documentation says, with one empty collection."""

    def __init__(self, folder):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.collection_url = f"{self.url}/root/collections/{MEDALLION_COLLECTION}/"
        data = {
            "/discovery": {"title": "medallion", "default": f"{self.url}/root/", "api_roots": [f"{self.url}/root/"]},
            "root": {
                "information": {"title": "root", "versions": [TAXII], "max_content_length": 100 << 20},
                "status": [],
                "collections": [
                    {
                        "id": MEDALLION_COLLECTION, "title": "empty", "can_read": True, "can_write": True,
                        "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": [],
                    }
                ],
            },
        }
        (Path(folder) / "data.json").write_text(json.dumps(data))
        settings = {
            "backend": {
                "module": "medallion.backends.memory_backend",
                "module_class": "MemoryBackend",
                "filename": "data.json",
            },
            "users": {"user": "password"},
            "taxii": {"max_page_size": 1000},
        }
        (Path(folder) / "medallion.json").write_text(json.dumps(settings))
        program = Path(sys.executable).parent / "medallion"
        command = [program, "--port", str(port), "medallion.json"]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.url)

    def collection(self):
        return Collection(self.collection_url, user="user", password="password")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Ours(Bridge):
    def __init__(self, folder):
        super().__init__(folder, str(Path(folder) / "taxii.db"))
        self.start()

    def collection(self):
        return Collection(self.collection_url, auth=TokenAuth(self.token))


def measure(server_class, body, count, poll):
    """The seconds that the POST takes with a new server."""
    with tempfile.TemporaryDirectory() as folder:
        server = server_class(folder)
        try:
            collection = server.collection()
            assert collection.can_write
            begin = time.perf_counter()
            status = collection.add_objects(body, poll_interval=poll, timeout=0)
            took = time.perf_counter() - begin
            found = (status.status, status.success_count, status.failure_count)
            assert found == ("complete", count, 0), found
            return took, cpu_seconds(server.process)
        finally:
            server.stop()


def cpu_seconds(process):
    """What the process has computed, which other load of the machine does not change much."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--poll", type=float, default=0.02, help="seconds from one look at the status to the next")
    arguments = parser.parse_args()
    body = envelope(0, arguments.objects)
    print(f"{arguments.objects} indicators, {len(body)} bytes, {arguments.rounds} rounds")
    times = {Ours: [], Medallion: []}
    for _ in range(arguments.rounds):
        for server, measured in times.items():
            measured.append(measure(server, body, arguments.objects, arguments.poll))
            print("%-10s %8.3f s, of which the server computed %.3f s" % (server.__name__, *measured[-1]), flush=True)
    for what, ours, medallion in zip(("time", "computing"), *map(medians, times.values())):
        print(f"{what:<10} medians: ours {ours:.3f} s, medallion {medallion:.3f} s, ratio {medallion / ours:.1f}")


def medians(measured):
    return [statistics.median(column) for column in zip(*measured)]


if __name__ == "__main__":
    main()
