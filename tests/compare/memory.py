"""How much memory our server takes with a large collection and many clients that page through all of it.

    cargo build --release -p taxii-server --bin taxii-server --example fill
    target/release/examples/fill /tmp/large.db 1000000
    python3 tests/compare/memory.py --database /tmp/large.db

A URL of PostgreSQL in place of the file does as well. Each client reads page after page by date of adding, from the first
object to the last, and begins again; half of them take what is compressed.
"""

import argparse
import http.client
import tempfile
import threading
import time
from pathlib import Path

from bridge import Bridge


class Client(threading.Thread):
    """Reads the collection on and on, without looking at what it reads."""

    def __init__(self, server, limit, encoding, over):
        super().__init__(daemon=True)
        self.server, self.limit, self.over = server, limit, over
        self.headers = {**server.headers(), "Accept-Encoding": encoding}
        self.pages = self.bytes = self.rounds = 0

    def run(self):
        connection, place = http.client.HTTPConnection(self.server.address, timeout=60), ""
        while not self.over.is_set():
            connection.request(
                "GET", f"{self.server.objects}?limit={self.limit}{place}", headers=self.headers
            )
            answer = connection.getresponse()
            length = len(answer.read())
            assert answer.status == 200, answer.status
            self.pages += 1
            self.bytes += length
            if answer.getheader("X-TAXII-Date-Added-Last") != place.rpartition("=")[2]:
                place = f"&added_after={answer.getheader('X-TAXII-Date-Added-Last')}"
            else:
                place, self.rounds = "", self.rounds + 1


def memory(process):
    """Now and at most, in MiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    values = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith("Vm")}
    return values["VmRSS"], values["VmHWM"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, help="a file or a URL of PostgreSQL; what is there is read")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--apart", action="store_true", help="no two clients ask for the same page")
    parser.add_argument("--seconds", type=int, default=180)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Bridge(folder, arguments.database)
        server.start()
        print("at rest: %.0f MiB, at most %.0f MiB" % memory(server.process), flush=True)
        over = threading.Event()
        clients = [
            Client(server, arguments.limit - number * arguments.apart, ("identity", "gzip")[number % 2], over)
            for number in range(arguments.clients)
        ]
        for client in clients:
            client.start()
        begin = time.monotonic()
        while time.monotonic() - begin < arguments.seconds:
            time.sleep(min(15, arguments.seconds))
            pages = sum(client.pages for client in clients)
            print("%4d s  %6d pages  now %.0f MiB, at most %.0f MiB" % (
                time.monotonic() - begin, pages, *memory(server.process)), flush=True)
        over.set()
        for client in clients:
            client.join(60)
        seconds = time.monotonic() - begin
        pages, size = (sum(getattr(client, of) for client in clients) for of in ("pages", "bytes"))
        print(f"{pages / seconds:.0f} pages/s, {size / seconds / 2**20:.0f} MiB/s, "
              f"the furthest client has read it {max(client.rounds for client in clients)} times")
        server.stop()


if __name__ == "__main__":
    main()
