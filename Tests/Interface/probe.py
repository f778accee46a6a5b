"""Asks a server of its own every operation of its interface, with good and with bad requests, by schemathesis.

probe.py SIRDAR ST CASES PHASES [SEED]: the program, schemathesis' program, how many requests an operation gets in the
fuzzing phases, and the phases. Ends with 1 when schemathesis finds anything, or when an operation was not reached.
"""

import http.cookies
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROLES = ["requester", "operator", "supervisor", "author", "auditor", "admin"]
SCOPES = ["read", "request", "work", "manage", "events", "inventory", "on-behalf-of"]
# A stream of events has no end to be waited for; Tests/SirdarServerTests has its own tests of it.
ENDLESS = ["followChanges"]
PASSWORD = "a long enough secret"


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers here."""

    def redirect_request(self, *_):
        return None


class Server:
    def __init__(self, program, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.base = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.folder = folder
        environment = dict(
            os.environ,
            SIRDAR_DATA=folder,
            SIRDAR_LISTEN=self.base.removeprefix("http://"),
            SIRDAR_REQUESTS_PER_SECOND="0",
            SIRDAR_LOG_LEVEL="error",
        )
        subprocess.run([program, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen([program, "serve"], env=environment, stdout=subprocess.DEVNULL)
        self.opener = urllib.request.build_opener(Stay)

    def wait(self):
        for _ in range(200):
            try:
                return self.ask("GET", "/readyz")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        sys.exit("the server does not answer")

    def ask(self, method, path, body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with self.opener.open(request) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def sign_in(self, name):
        form = urllib.parse.urlencode({"name": name, "password": PASSWORD}).encode()
        request = urllib.request.Request(self.base + "/sign-in", form, {"Sec-Fetch-Site": "same-origin"})
        try:
            self.opener.open(request)
        except urllib.error.HTTPError as answer:
            cookie = http.cookies.SimpleCookie(answer.headers["Set-Cookie"])
            return "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())
        sys.exit("nobody was signed in")

    def everybody(self):
        """The token of somebody who may do everything."""
        with open(f"{self.folder}/demo-credentials.json") as file:
            tokens = {name: account["token"] for name, account in json.load(file).items()}
        supervisor = f"Bearer {tokens['supervisor']}"
        queues = [item["name"] for item in self.ask("GET", "/v1/queues", Authorization=supervisor)["items"]]
        self.ask(
            "POST",
            "/v1/people",
            {"name": "probe", "roles": ROLES, "projects": ["*"], "queues": queues, "password": PASSWORD},
            Authorization=f"Bearer {tokens['admin']}",
        )
        mine = {"Cookie": self.sign_in("probe"), "Sec_Fetch_Site": "same-origin"}
        return self.ask("POST", "/v1/tokens", {"name": "probe", "scopes": SCOPES}, **mine)["token"]


def main():
    program, schemathesis = (os.path.abspath(path) for path in sys.argv[1:3])
    cases, phases = sys.argv[3:5]
    seed = sys.argv[5] if len(sys.argv) > 5 else str(random.randrange(1 << 31))
    print(f"seed {seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="sirdar-interface-")
    server = Server(program, folder)
    try:
        server.wait()
        authorization = f"Authorization: Bearer {server.everybody()}"
        config = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemathesis.toml")
        run = subprocess.run(
            [schemathesis, "--config-file", config, "run", f"{server.base}/v1/openapi.json", "-H", authorization]
            + [word for name in ENDLESS for word in ("--exclude-operation-id", name)]
            + ["--checks", "all", "--phases", phases, "-n", cases, "--seed", seed, "--no-color"],
            stdout=subprocess.PIPE,
            text=True,
            # It keeps what it found beside where it runs.
            cwd=folder,
        )
        if server.process.poll() is not None:
            sys.exit(f"the server ended, with {server.process.returncode}")
    finally:
        server.process.terminate()
        server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    reached = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", run.stdout)
    print(run.stdout if run.returncode else run.stdout[run.stdout.find("SUMMARY") :])
    selected, declared, tested = (int(number) for number in reached.groups()) if reached else (0, 0, -1)
    if run.returncode or not selected == tested == declared - len(ENDLESS):
        sys.exit("the interface does not keep what it says, or not every operation was reached")


main()
