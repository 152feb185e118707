"""How much memory our server takes above idle under input that is made to cost memory.

    cargo build --release -p taxii-server
    python3 tests/compare/trials.py target/release/taxii-server

Each trial starts a server of its own on the loopback address and an empty SQLite database, plays one input, and prints
the resident memory: at idle, at its peak, and the difference, in MiB. A server whose memory passes `--ceiling` is killed,
and the row says so. Needs Linux, Python 3.9 and nothing else.
"""

import argparse
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from pathlib import Path

TAXII = "application/taxii+json;version=2.1"
COLLECTION = "943b1240-00c1-4707-802e-594f4d1104a6"
ROOT = "/socdefenders"
OBJECTS = f"{ROOT}/collections/{COLLECTION}/objects/"
MIB = 1 << 20
TARGET = 300


class Server:
    """A server on an empty database, with an account that may do everything, and a watch on its memory."""

    def __init__(self, program, ceiling, settings="", environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="taxii-trial-")
        self.program, self.ceiling = program, ceiling
        self.port = free_port()
        self.over_ceiling = False
        path = Path(self.folder.name)
        (path / "taxii-server.toml").write_text(
            f'listen = "127.0.0.1:{self.port}"\ndatabase = "taxii.db"\n{settings}'
        )
        self.environment = {**os.environ, "RUST_LOG": "warn", **(environment or {})}
        created = self.run("account", "create", "trial", "--read", "all", "--write", "all", "--no-password")
        assert created.returncode == 0, created.stderr
        self.token = self.run("account", "token", "add", "trial").stdout.strip()
        with open(path / "log", "ab") as log:
            self.process = subprocess.Popen(
                [program, "serve"], cwd=path, env=self.environment, stdout=log, stderr=log
            )
        self.wait_until_ready()
        time.sleep(1)
        self.idle = self.memory("VmRSS")
        # From here on the kernel counts the peak anew.
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        threading.Thread(target=self.watch, daemon=True).start()

    def run(self, *arguments):
        return subprocess.run(
            [self.program, *arguments], cwd=self.folder.name, env=self.environment, capture_output=True, text=True
        )

    def wait_until_ready(self):
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server does not listen: " + (Path(self.folder.name) / "log").read_text()[-2000:])

    def memory(self, name):
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

    def watch(self):
        while self.process.poll() is None:
            try:
                if self.memory("VmRSS") > self.ceiling:
                    self.over_ceiling = True
                    self.process.kill()
            except (OSError, StopIteration):
                return
            time.sleep(0.02)

    def peak(self):
        return self.ceiling if self.over_ceiling else self.memory("VmHWM")

    def request(self, method, path, body=None, accept=TAXII, timeout=180):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": accept, "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = TAXII
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def head(self, method, path, more=""):
        """The text of the head of a request, for clients that send or take the rest by themselves."""
        return (
            f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\nauthorization: Bearer {self.token}\r\n"
            f"accept: {TAXII}\r\n{more}\r\n"
        ).encode()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), 10)

    def database_bytes(self):
        return sum(file.stat().st_size for file in Path(self.folder.name).glob("taxii.db*"))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()


class Upstream(http.server.ThreadingHTTPServer):
    """A feed whose list endpoint answers with the bytes that `rows` makes of the number of the request."""

    daemon_threads = True

    def __init__(self, rows):
        self.rows, self.asked, self.may_answer = rows, 0, threading.Event()
        super().__init__(("127.0.0.1", 0), UpstreamHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def settings(self, more=""):
        return (
            '[[feed]]\nname = "trial"\nendpoint = "list"\napi_key_env = "TRIAL_KEY"\n'
            f'url = "http://127.0.0.1:{self.server_port}"\n{more}'
        )


class UpstreamHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        # Not before the memory at idle was looked at.
        self.server.may_answer.wait(60)
        self.server.asked += 1
        rows, total = self.server.rows(self.server.asked, query)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        meta = json.dumps({"total": total, "limit": int(query["limit"][0]), "generated_at": now})
        body = b'{"data":[' + rows + b'],"meta":' + meta.encode() + b"}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def indicator(**change):
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid.uuid4()}",
        "created": "2025-01-01T00:00:00.000Z", "modified": "2025-01-01T00:00:00.000Z", "name": "trial",
        "pattern": "[ipv4-addr:value = '198.51.100.1']", "pattern_type": "stix",
        "valid_from": "2025-01-01T00:00:00Z", **change,
    }


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)


def post_scalars(megabytes):
    def play(make):
        server = make()
        body = b'{"objects": [' + b",".join([b"7"] * (megabytes * 500_000)) + b"]}"
        status, answer = server.request("POST", OBJECTS, body)
        note = f"{status}, answer {len(answer) / 1e6:.1f} MB, database {server.database_bytes() / 1e6:.0f} MB"
        return server, note

    return play


def post_small_objects(make):
    """As many refused objects as an envelope may have, and then its status, once and three times at once."""
    server = make()
    body = b'{"objects": [' + b",".join([b"{}"] * 100_000) + b"]}"
    status, answer = server.request("POST", OBJECTS, body)
    path = f"{ROOT}/status/{json.loads(answer)['id']}/"
    in_threads(1, lambda _: server.request("GET", path))
    in_threads(3, lambda _: server.request("GET", path))
    return server, f"{status}, answer {len(answer) / 1e6:.1f} MB, database {server.database_bytes() / 1e6:.0f} MB"


def status_of_scalars(readers):
    def play(make):
        server = make()
        body = b'{"objects": [' + b",".join([b"7"] * 2_500_000) + b"]}"
        status, answer = server.request("POST", OBJECTS, body)
        if status != 202:
            return server, f"{status}: there is no status to read"
        path = f"{ROOT}/status/{json.loads(answer)['id']}/"
        del answer
        lengths = []
        in_threads(readers, lambda _: lengths.append(len(server.request("GET", path)[1])))
        return server, f"{len(lengths)} answers, the longest {max(lengths, default=0) / 1e6:.0f} MB"

    return play


def post_large_objects(make):
    """Four clients at once, each with an envelope of the largest objects that are full of small values."""
    server = make()
    filler = b"[" + b",".join([b"0"] * 900_000) + b"]"
    text = json.dumps(indicator(x_values="FILLER")).encode().replace(b'"FILLER"', filler)
    body = b'{"objects": [' + b",".join([text] * 20) + b"]}"
    statuses = []
    in_threads(4, lambda _: statuses.append(server.request("POST", OBJECTS, body)[0]))
    return server, f"4 bodies of {len(body) / 1e6:.0f} MB: {sorted(statuses)}"


def promised_bodies(make):
    server = make()
    head = server.head("POST", OBJECTS, f"content-type: {TAXII}\r\ncontent-length: {100 * MIB}\r\n")
    connections = []
    for _ in range(1000):
        connection = server.connect()
        connection.sendall(head + b"{")
        connections.append(connection)
    time.sleep(5)
    virtual = server.memory("VmSize")
    for connection in connections:
        connection.close()
    return server, f"1,000 connections, {virtual / 1024:.1f} GiB of addresses"


def bodies_in_flight(make):
    """Eight clients send 99 MB each and keep back the last byte."""
    server = make()
    length = 99_000_000
    head = server.head("POST", OBJECTS, f"content-type: {TAXII}\r\ncontent-length: {length}\r\n")
    answers = []

    def send(_):
        connection = server.connect()
        connection.settimeout(20)
        try:
            connection.sendall(head + b'{"objects": ["')
            for _ in range(96):
                connection.sendall(b"x" * 1_000_000)
            answers.append(connection.recv(12)[9:].decode())
        except socket.timeout:
            answers.append("held")
        except OSError:
            answers.append("closed")
        connection.close()

    in_threads(8, send)
    return server, f"{sorted(answers)}"


def feed_of_scalars(make):
    rows = b",".join(b'{"a":%d}' % number for number in range(1_860_000))
    upstream = Upstream(lambda asked, query: (rows, 1_860_000))
    server = make(upstream.settings('interval = "1h"\nattempts = 1\n'), {"TRIAL_KEY": "k" * 20})
    upstream.may_answer.set()
    wait_while_busy(server, 60)
    note = f"{upstream.asked} requests, database {server.database_bytes() / 1e6:.0f} MB"
    upstream.shutdown()
    return server, note


def value_that_grows(make):
    def rows(asked, query):
        if int(query.get("offset", ["0"])[0]) > 0:
            return b"", 40
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        made = [
            {
                "id": str(uuid.uuid4()), "type": "ipv4", "value": "203.0.113.7", "confidence": "high",
                "source": f"source {number}", "first_seen": "2025-01-01T00:00:00Z", "last_seen": now, "age": asked,
            }
            for number in range(40)
        ]
        return json.dumps(made).encode()[1:-1], 40

    upstream = Upstream(rows)
    server = make(upstream.settings('interval = "1s"\n'), {"TRIAL_KEY": "k" * 20})
    upstream.may_answer.set()
    for _ in range(120):
        time.sleep(0.5)
        if upstream.asked >= 24:
            break
    _, answer = server.request("GET", f"{OBJECTS}?match[version]=all&match[type]=indicator")
    texts = [json.dumps(it) for it in json.loads(answer).get("objects", [])]
    longest = max(map(len, texts), default=0)
    upstream.shutdown()
    return server, f"{upstream.asked} polls: {len(texts)} versions, the longest {longest / 1e3:.1f} kB"


def large_object(make):
    server = make()
    body = json.dumps({"objects": [indicator(description="x" * 10_000_000, x_more=["y" * 14_000_000] * 6)]}).encode()
    status, answer = server.request("POST", OBJECTS, body)
    failures = json.loads(answer).get("failure_count", "-")
    connections = []
    for _ in range(16):
        connection = server.connect()
        connection.sendall(server.head("GET", OBJECTS))
        connections.append(connection)
    for _ in range(10):
        time.sleep(1)
        for connection in connections:
            connection.setblocking(False)
            try:
                connection.recv(MIB)
            except OSError:
                pass
    for connection in connections:
        connection.close()
    return server, f"POST of {len(body) / 1e6:.0f} MB: {status}, {failures} refused; 16 readers at 1 MB/s"


def quarantine_page(make):
    text = b"x" * 1_000_000
    rows = b",".join(b'{"type":"nothing","value":"%d","text":"%s"}' % (number, text) for number in range(100))
    upstream = Upstream(lambda asked, query: (rows, 100))
    server = make(upstream.settings('interval = "1h"\nattempts = 1\n'), {"TRIAL_KEY": "k" * 20})
    upstream.may_answer.set()
    wait_while_busy(server, 30)
    poll = server.memory("VmHWM")
    lengths = []
    page = "/status/quarantine/"
    in_threads(3, lambda _: lengths.append(len(server.request("GET", page, accept="text/html")[1])))
    upstream.shutdown()
    return server, f"poll {poll - server.idle:.0f} MiB; 3 pages of {max(lengths, default=0) / 1e6:.2f} MB"


def page_cache(make):
    server = make()
    server.request("POST", OBJECTS, json.dumps({"objects": [indicator()]}).encode())

    def ask(worker):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Authorization": f"Bearer {server.token}", "Accept": TAXII}
        for number in range(15_000):
            versions = ",".join(
                f"20{worker:02}-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.{at:03}Z" for at in range(99)
            )
            connection.request("GET", f"{OBJECTS}?match[version]={versions}", headers=headers)
            connection.getresponse().read()
        connection.close()

    in_threads(8, ask)
    return server, "120,000 questions"


def wait_while_busy(server, seconds):
    """Waits until the process has computed nothing for three seconds, but no longer than this."""
    fields = lambda: Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
    end, still, before = time.monotonic() + seconds, 0, None
    while time.monotonic() < end and still < 6 and server.process.poll() is None:
        time.sleep(0.5)
        now = sum(map(int, fields()))
        still = still + 1 if before is not None and now - before <= 2 else 0
        before = now


TRIALS = {
    "scalars-5": ("POST of 5 MB of scalars", post_scalars(5)),
    "scalars-20": ("POST of 20 MB of scalars", post_scalars(20)),
    "scalars-100": ("POST of 100 MB of scalars", post_scalars(100)),
    "status-1": ("its status, read once", status_of_scalars(1)),
    "status-3": ("its status, three at once", status_of_scalars(3)),
    "small-objects": ("100,000 empty objects and their status", post_small_objects),
    "large-objects": ("4 envelopes of the largest objects", post_large_objects),
    "feed": ("an answer of 25 MB of tiny records", feed_of_scalars),
    "growth": ("40 rows of one value a poll", value_that_grows),
    "promises": ("announced bodies of 100 MiB", promised_bodies),
    "bodies": ("8 bodies of 99 MB at once", bodies_in_flight),
    "object": ("an object of 94 MB and 16 readers", large_object),
    "quarantine": ("100 quarantined records of 1 MB", quarantine_page),
    "page-cache": ("120,000 questions with 99 versions", page_cache),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the binary of taxii-server")
    parser.add_argument("--ceiling", type=int, default=1536, help="MiB at which a server is killed")
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help=f"of {', '.join(TRIALS)}; all without")
    arguments = parser.parse_args()
    program = str(Path(arguments.program).resolve())
    print(f"{'trial':<40} {'idle':>6} {'peak':>7} {'above':>7}  MiB", flush=True)
    passed = True
    for name in arguments.trials or TRIALS:
        title, play = TRIALS[name]
        servers = []

        def make(settings="", environment=None):
            servers.append(Server(program, arguments.ceiling, settings, environment))
            return servers[0]

        try:
            _, note = play(make)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            note = f"{type(error).__name__}: {error}"
        server = servers[0]
        try:
            peak = server.peak()
        except (OSError, StopIteration):
            peak, note = arguments.ceiling, f"the server has ended; {note}"
        above = peak - server.idle
        sign = ">" if server.over_ceiling else " "
        print(f"{title:<40} {server.idle:6.0f} {sign}{peak:6.0f} {sign}{above:6.0f}  {note}", flush=True)
        passed = passed and above <= TARGET and not server.over_ceiling
        server.stop()
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
