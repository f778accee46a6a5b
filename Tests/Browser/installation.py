"""A demonstration studio in a temporary folder, with a server of its own, and the API of it."""

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SIRDAR_PROGRAM", str(ROOT / ".build/debug/sirdar"))
PATIENCE = 120

# A task with nothing to type, opened by whoever sends an event: what the tests need many of.
KNOCK = """
document: { dsl: '1.0.3', namespace: suite, name: knock, version: 1.0.0, title: Knock }
schedule: { on: { one: { with: { type: suite.knock } } } }
do:
  - answer:
      call: manual
      with:
        title: '${ .[0].title }'
        queue: triage
        priority: '${ .[0].priority // "normal" }'
        outcomes: [done, refused]
        about: '${ { project: "harrow", machine: .[0].machine } }'
      timeout: { after: P1D }
"""

# What points a machine at the other project, as an engineer would edit it.
EDITED = [
    "/etc/fstab",
    "/etc/auto.projects",
    "/etc/hosts",
    "/var/lib/Thinkbox/Deadline10/deadline.ini",
    "/etc/opencue/rqd.conf",
    "/var/log/Thinkbox/Deadline10/deadlinelauncher-2026-11-20.log",
]


class Refused(Exception):
    def __init__(self, status, problem):
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem


def eventually(what, wanted):
    """What `wanted` gives, once it gives something."""
    end = time.monotonic() + PATIENCE
    pause = 0.05
    while True:
        found = wanted()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"after {PATIENCE} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 1)


class Installation:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "SIRDAR_DATA": str(self.data),
        }
        self._run("demo")
        self.accounts = json.loads((self.data / "demo-credentials.json").read_text())
        # A port that was free a moment ago; the server keeps it, also over a restart.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.server = None
        self.serve()
        self.source = None
        self._knocks = 0

    # The program.

    def _run(self, *arguments):
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=600
        )
        if done.returncode != 0:
            raise AssertionError(f"sirdar {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def serve(self):
        log = (self.folder / "server.log").open("a")
        environment = {**self.environment, "SIRDAR_LISTEN": f"127.0.0.1:{self.port}"}
        self.server = subprocess.Popen([PROGRAM, "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        eventually("the server is ready", self._is_ready)

    def _is_ready(self):
        if self.server.poll() is not None:
            raise AssertionError((self.folder / "server.log").read_text()[-2000:])
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self):
        if self.server:
            self.server.terminate()
            try:
                self.server.wait(30)
            except subprocess.TimeoutExpired:
                self.server.kill()
            self.server = None

    # The API.

    def call(self, who, method, path, body=None, raw=None, headers=None):
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if raw is not None else "application/json"
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=data,
            headers={
                "Authorization": f"Bearer {self.accounts[who]['token']}", "Content-Type": kind, **(headers or {})
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                isJSON = "json" in answer.headers.get("Content-Type", "")
                return json.loads(text) if isJSON else text
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.loads(error.read() or b"{}")) from None

    def person(self, name, **rights):
        """Another account, with a password and a token."""
        password = f"{name}-passes-here-{os.urandom(8).hex()}"
        person = self.call("admin", "POST", "/v1/people", {"name": name, "password": password, **rights})
        self.accounts[name] = {"password": password, "id": person["id"]}
        return person

    def disable(self, identifier):
        request = urllib.request.Request(
            f"{self.address}/v1/people/{identifier}",
            headers={"Authorization": f"Bearer {self.accounts['admin']['token']}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            tag = answer.headers["ETag"]
        self.call("admin", "PATCH", f"/v1/people/{identifier}", {"disabled": True}, headers={"If-Match": tag})

    # What pages show.

    def knock(self, title="Answer the door", **more):
        """A ready task in the queue `triage` that asks for nothing, as the API gives it."""
        self._knocks += 1
        mark = f"{title} {self._knocks}"
        if self._knocks == 1:
            self.call("author", "POST", "/v1/workflows", {"source": KNOCK})
            active = {"version": "1.0.0", "reason": "The suite begins."}
            self.call("author", "PUT", "/v1/workflows/suite/knock/activation", active)
            self._await_schedule()
        event = {
            "specversion": "1.0",
            "id": f"knock-{self._knocks}",
            "source": "suite",
            "type": "suite.knock",
            "datacontenttype": "application/json",
            "data": {"title": mark, "machine": f"machine-{self._knocks}", **more},
        }
        self.call("operator", "POST", "/v1/events", event)
        return self.find(title=mark)

    def _await_schedule(self):
        """The schedule hears what comes after it has begun, which is a moment after it is active."""
        names = iter(range(1_000_000))

        def heard():
            event = {"specversion": "1.0", "id": f"first-{next(names)}", "source": "suite", "type": "suite.knock"}
            event["data"] = {"title": "The first", "machine": "none"}
            return self.call("operator", "POST", "/v1/events", event)["reached"]

        eventually("the suite's workflow starts on events", heard)

    def find(self, **wanted):
        def found():
            tasks = self.call("supervisor", "GET", "/v1/tasks?limit=200")["items"]
            return next((task for task in tasks if all(task[key] == value for key, value in wanted.items())), None)

        return eventually(f"there is a task with {wanted}", found)

    def task(self, identifier):
        return self.call("supervisor", "GET", f"/v1/tasks/{identifier}")

    def task_becomes(self, identifier, *states):
        def reached():
            task = self.task(identifier)
            return task if task["state"] in states else None

        return eventually(f"task {identifier} is {states}", reached)

    def _source(self):
        """A built image of a render node, with one project's addresses on it."""
        wish = {"kind": "create", "machine": "blackfen-rn-01", "name": "source"}
        image = self.call("requester", "POST", "/v1/requests", wish)["image"]["id"]

        def built():
            found = self.call("requester", "GET", f"/v1/images/{image}")
            return found["id"] if found["state"] == "built" else None

        return eventually("the image is built", built)

    def checked(self, identifier):
        """The task, once the check of its completion has answered."""

        def answered():
            task = self.task(identifier)
            return task if task["last_check"] and task["state"] != "verifying" else None

        return eventually(f"task {identifier} was checked", answered)

    def adaptation(self, name):
        """A request to use an image in another project, once its two tasks are there: storage, manager."""
        self.source = self.source or self._source()
        wish = {"kind": "adapt", "image": self.source, "project": "harrow", "name": name}
        request = self.call("requester", "POST", "/v1/requests", wish)

        def both():
            tasks = self.call("supervisor", "GET", "/v1/tasks?queue=image-reconfiguration&limit=200")["items"]
            own = [task for task in tasks if task["instance"] == request["instance"]]
            return own if len(own) == 2 else None

        tasks = eventually("the machine is there, and waits for people", both)
        storage = next(task for task in tasks if "storage" in task["skills"])
        manager = next(task for task in tasks if "render" in task["skills"])
        return request, storage, manager

    def edit(self, machine):
        """The runbook's work on the machine's disk."""
        for path in EDITED:
            place = f"/v1/machines/{machine}/files/content?path={path}"
            text = self.call("operator", "GET", place)
            text = text.replace(b"10.42.0.20", b"10.57.0.20").replace(b"10.42.0.30", b"10.57.0.30")
            self.call("operator", "PUT", place, raw=text)


def page_routes():
    """The addresses of all pages, as `Routes.swift` has them; what is no page for people is left out."""
    text = (ROOT / "Sources/SirdarServer/Routes.swift").read_text()
    found = re.findall(r'\.get\(\s*"(/[^"]*)"', text)
    others = ("/v1/", "/livez", "/readyz", "/version", "/assets/", "/metrics", "/openapi", "/journal/export",
              "/costs/export", "/insight/export", "/tasks/:id/attachments")
    return [path for path in found if not path.startswith(others)]
