"""A node with visitors who wait or are inside, and what they carry: the rows `room-…`."""

import http.client
import json
import os
import subprocess
import time

from measuring import Trouble, processor_seconds

STATUS, ENTER = "/api/queue/status", "/api/queue/enter"
# Nobody gives up, and no pass is renewed, while it is measured.
WAITING = 'state = "queue"\nrate = "10/m"\nabandon_after = "1h"'
INSIDE = 'rate = "1000000/s"\nmax_active = "off"\npass_ttl = "1h"\nsession_idle = "1d"\nsession_max = "1d"'
# Who is let in while it is measured, ten a minute, stands before those who ask.
FIRST = 100
STEPS = 20
FILL_SECONDS_MAX = 60


class Room:
    """A node that is asked as visitors ask it."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        for _ in range(100):
            try:
                self.ask("GET", STATUS)
                return
            except OSError:
                self.connection.close()
                time.sleep(0.1)
        raise Trouble(f"{server.name} does not answer within 10 s: {server.last_words()}")

    def ask(self, method, path, headers=()):
        self.connection.request(method, path, headers=dict(headers))
        answer = self.connection.getresponse()
        return answer, answer.read()

    def enter(self, count):
        """So many newcomers: what the last of them is told, and of each the cookies that a browser would send."""
        told, cookies = {}, []
        for _ in range(count):
            answer, body = self.ask("POST", ENTER)
            if answer.status != 200:
                raise Trouble(f"{self.server.name} does not let anybody join: {answer.status} {body[:80]!r}")
            told = json.loads(body)
            # As fields, never joined: a date in one has a comma.
            fields = answer.headers.get_all("Set-Cookie") or []
            if not fields:
                raise Trouble(f"{self.server.name} gave no cookie: {body[:80]!r}")
            cookies.append("; ".join(field.split(";")[0] for field in fields))
        return told, cookies

    def fill(self, count, asking, core):
        """Lets visitors join until so many wait. The cookies of `asking` of them, from all over the line, who will ask."""
        told, _ = self.enter(FIRST)
        cookies = []
        for step in range(1, STEPS + 1):
            told, more = self.enter(asking // STEPS)
            cookies += more
            began = time.monotonic()
            # Somebody may be let in meanwhile: whoever asks fills a small room alone.
            while count > FIRST + asking and told["position"] < FIRST + (count - FIRST) * step // STEPS:
                if time.monotonic() - began > FILL_SECONDS_MAX:
                    raise Trouble(f"only {told['position']} wait after {FILL_SECONDS_MAX} s")
                self.crowd(1, core)
                told, _ = self.enter(1)
        return told["position"], cookies

    def crowd(self, seconds, core):
        """Newcomers, as many as come in."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "enter.lua")
        done = subprocess.run(
            ["taskset", "-c", core, "wrk", "-t1", "-c64", f"-d{seconds}s", "-s", script, self.server.url(ENTER)],
            capture_output=True, text=True, timeout=seconds + 30, check=False)
        if done.returncode != 0 or "Non-2xx" in done.stdout:
            raise Trouble(f"the newcomers got no answers:\n{done.stdout}{done.stderr}")

    def busy(self, seconds=3):
        """Milliseconds of processor a second while nobody asks: ticks, and whatever else is due."""
        before = sum(processor_seconds(self.server.pid))
        time.sleep(seconds)
        return (sum(processor_seconds(self.server.pid)) - before) / seconds * 1e3

    def sample(self, path, cookies, headers):
        """An answer as a visitor of these cookies gets it, its body as it came."""
        headers = dict(headers)
        headers["Cookie"] += "; " + cookies
        answer, body = self.ask("GET", path, headers)
        if answer.status != 200:
            raise Trouble(f"{self.server.name} answers {path} with {answer.status}: {body[:80]!r}")
        return answer, body
