"""Visitors without a browser, who fill the line and move it."""

import http.client
import json
import time
import urllib.parse

TURN_SECONDS_MAX = 60


class Visitor:
    def __init__(self, base):
        self._host = urllib.parse.urlsplit(base).netloc
        self._cookies = {}

    def ask(self, path, method="GET", fields=None):
        connection = http.client.HTTPConnection(self._host, timeout=20)
        fields = {"Accept": "text/html", **(fields or {})}
        if self._cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection.request(method, path, headers=fields)
        answer = connection.getresponse()
        body = answer.read()
        for field in answer.headers.get_all("Set-Cookie") or []:
            name, value = field.split(";")[0].split("=", 1)
            if value:
                self._cookies[name] = value
            else:
                self._cookies.pop(name, None)
        connection.close()
        return answer.status, body.decode()

    def arrive(self):
        """Until it has a ticket, or is inside: in its first moments the program knows nothing of the line."""
        end = time.monotonic() + TURN_SECONDS_MAX
        while "wr_ticket" not in self._cookies and "wr_pass" not in self._cookies:
            assert time.monotonic() < end, "there is neither a ticket nor a pass"
            self.ask("/")
        return self

    def enter(self):
        """Comes again and again until it is inside; the server makes it wait, so that this is no busy loop for long."""
        end = time.monotonic() + TURN_SECONDS_MAX
        while "wr_pass" not in self._cookies and time.monotonic() < end:
            status, body = self.ask("/api/queue/status", fields={"Accept": "application/json"})
            if status == 200 and json.loads(body)["canEnter"]:
                return self
        assert "wr_pass" in self._cookies, f"no turn within {TURN_SECONDS_MAX} s; the last answer was {status}: {body}"
        return self

    def leave(self):
        """The site says that this visitor is done, and the next one's turn comes."""
        status, body = self.ask("/done")
        assert status == 200 and "origin" in body, (status, body)
