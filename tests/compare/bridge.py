"""Our server as a process, for measurements: built with `cargo build --release -p taxii-server`."""

import os
import socket
import subprocess
import time
from pathlib import Path

import requests

COLLECTION = "943b1240-00c1-4707-802e-594f4d1104a6"
TAXII = "application/taxii+json;version=2.1"
PROGRAM = Path(__file__).parents[2] / "target/release/taxii-server"


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_for(url):
    """Waits until something answers there, whatever it says."""
    for _ in range(600):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
    raise SystemExit(f"nothing answers at {url}")


class Bridge:
    """A server on a database, with an account that may do everything."""

    def __init__(self, folder, database):
        self.program = os.environ.get("TESTS_TAXII_SERVER", PROGRAM)
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        self.objects = f"/socdefenders/collections/{COLLECTION}/objects/"
        self.collection_url = f"{self.url}/socdefenders/collections/{COLLECTION}/"
        self.settings = ["--database", database, "--listen", self.address]
        self.folder = folder
        self.user = "measurement"
        self._run("account", "create", self.user, "--read", "all", "--write", "all", "--no-password", fails=True)
        self.token = self._run("account", "token", "add", self.user)
        self.log = open(Path(folder) / "bridge.log", "a")
        self.process = None

    def start(self):
        command = [self.program, "serve", *self.settings]
        environment = {**os.environ, "RUST_LOG": "warn"}
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=self.log, stderr=self.log
        )
        wait_for(f"{self.url}/healthz")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def headers(self):
        return {"Authorization": f"Bearer {self.token}", "Accept": TAXII, "Content-Type": TAXII}

    def _run(self, *arguments, fails=False):
        done = subprocess.run(
            [self.program, *arguments, *self.settings], cwd=self.folder, capture_output=True, text=True
        )
        if done.returncode != 0 and not fails:
            raise SystemExit(done.stderr)
        return done.stdout.strip()
