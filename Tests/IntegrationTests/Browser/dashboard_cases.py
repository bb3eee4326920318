"""What an operator does at the dashboard, in a real browser: `dashboard_cases.py FOLDER CASE=SITE,DASHBOARD,TOKEN...`.

Each room lets one in at a time, and tells whoever waits what is done to it.
"""

import json
import os
import time

from playing import play
from rules import faults
from visitors import TURN_SECONDS_MAX, Visitor

LOOKS = (
    ("light", 1280, 900), ("dark", 1280, 900), ("light", 390, 844), ("dark", 390, 844), ("light", 360, 740), ("dark", 360, 740))


class Case:
    def __init__(self, place, folder, browser):
        self.site, self.dashboard, self.token = place.split(",")
        self.browser = browser

    def log_in(self):
        tab = self.browser.tab()
        tab.go(self.dashboard)
        tab.wait("!document.querySelector('#login').hidden")
        tab.write("#token", self.token)
        tab.enter()
        tab.wait("!document.querySelector('#room').hidden")
        self.shows(tab, "#phase", "auto")
        return tab

    def shows(self, tab, css, text):
        tab.wait(f"document.querySelector('{css}').textContent === {json.dumps(text)}")

    def says(self, tab, css, *parts):
        for part in parts:
            tab.wait(f"document.querySelector('{css}').textContent.includes({json.dumps(part)})")

    def wait_in_line(self):
        """Somebody is inside, and a visitor's page shows the first place."""
        self.inside = Visitor(self.site).arrive().enter()
        tab = self.browser.tab()
        tab.go(self.site + "/tickets")
        tab.wait("document.querySelector('#place').textContent === '1'", asking=True)
        return tab

    def foresees(self, tab, *parts):
        tab.wait("!document.querySelector('#plan').hidden")
        self.says(tab, "#says", *parts)
        assert tab.value("document.activeElement.id") == "apply"

    def applies(self, tab):
        tab.enter()
        tab.wait("document.querySelector('#plan').hidden")

    def room(self, tab):
        return tab.value("fetch('/api/rooms/main').then(answer => answer.json())")

    def has_no_complaints(self, tab):
        # The browser notes who was told to log in, and what was refused.
        found = [each for each in tab.complaints() if "status of 401" not in each and "status of 422" not in each]
        assert found == [], found

    # MARK: Cases

    def log_in_and_out(self):
        tab = self.browser.tab()
        tab.go(self.dashboard)
        tab.wait("!document.querySelector('#login').hidden && document.activeElement.id === 'token'")
        tab.write("#token", "wrong")
        tab.enter()
        tab.wait("!document.querySelector('#trouble').hidden")
        assert "token" in tab.text("#trouble"), tab.text("#trouble")
        assert tab.value("document.querySelector('#room').hidden")
        tab.write("#token", self.token)
        tab.enter()
        tab.wait("!document.querySelector('#room').hidden && document.querySelector('#trouble').hidden")
        assert self.token not in tab.html() and tab.value("document.querySelector('#token').value") == ""
        assert tab.value("document.cookie") == "", "the session is not for scripts"
        tab.reload()
        tab.wait("!document.querySelector('#room').hidden && document.querySelector('#login').hidden")
        tab.click("#logout")
        tab.wait("!document.querySelector('#login').hidden && document.querySelector('#room').hidden")
        assert tab.value("fetch('/api/rooms').then(answer => answer.status)") == 401
        tab.reload()
        tab.wait("!document.querySelector('#login').hidden && document.querySelector('#room').hidden")
        self.has_no_complaints(tab)

    def see_the_figures_move(self):
        tab = self.log_in()
        inside = Visitor(self.site).arrive().enter()
        ahead = [Visitor(self.site).arrive() for _ in range(3)]
        self.shows(tab, "#waiting", "3")
        self.shows(tab, "#active", "1")
        self.shows(tab, "#cap", "1")
        self.says(tab, "#chart-waiting title", "at most 3")
        assert tab.value("document.querySelector('#chart-waiting polyline').getAttribute('points').length") > 0
        inside.leave()
        ahead[0].enter()
        self.shows(tab, "#waiting", "2")
        self.has_no_complaints(tab)

    def change_the_rate(self):
        tab = self.log_in()
        self.shows(tab, "#rate", "50/s")
        tab.write("[name=rate]", "5/s")
        tab.enter()
        self.foresees(tab, "rate → 5/s: ")
        assert self.room(tab)["rate"] == "50/s", "that was a trial"
        tab.click("#drop")
        tab.wait("document.querySelector('#plan').hidden")
        assert self.room(tab)["controls"]["live"] == {}
        tab.write("[name=rate]", "fast")
        tab.enter()
        self.says(tab, "#trouble", "rate")
        # It is there to be read, whatever else is heard of the room.
        looks = "performance.getEntriesByType('resource').filter(it => it.name.endsWith('/api/rooms/main')).length"
        tab.wait(f"{looks} >= {tab.value(looks) + 2}")
        assert "rate" in tab.text("#trouble"), tab.text("#trouble")
        assert tab.value("document.querySelector('#plan').hidden")
        tab.write("[name=rate]", "5/s")
        tab.enter()
        self.foresees(tab, "rate → 5/s: ")
        assert tab.value("document.querySelector('#trouble').hidden")
        self.applies(tab)
        self.shows(tab, "#rate", "5/s")
        assert tab.value("document.querySelector('[name=rate]').placeholder") == "5/s"
        self.says(tab, "#live", "rate", "5/s", "configured: 50/s", "by operator")
        tab.click("#live button")
        self.foresees(tab, "rate → as configured")
        self.applies(tab)
        self.shows(tab, "#rate", "50/s")
        self.says(tab, "#live", "Nothing")
        self.has_no_complaints(tab)

    def pause_and_open(self):
        visitor = self.wait_in_line()
        tab = self.log_in()
        tab.click("[data-state=paused]")
        self.foresees(tab, "state → paused: ", "nobody is let in")
        assert self.room(tab)["state"] == "auto"
        self.applies(tab)
        tab.wait("document.querySelector('[data-state=paused]').getAttribute('aria-pressed') === 'true'")
        visitor.wait("document.querySelector('#room').dataset.state === 'paused'", asking=True)
        tab.click("[data-state=open]")
        self.foresees(tab, "state → open: ", "nobody waits any more")
        self.applies(tab)
        visitor.wait("document.querySelector('#origin').textContent === '/tickets'", asking=True)
        self.has_no_complaints(tab)

    def say_something_to_all(self):
        visitor = self.wait_in_line()
        tab = self.log_in()
        text = "Saturday is <b>sold out</b>; Sunday is \"still\" there."
        tab.write("[name=message]", text)
        tab.enter()
        self.foresees(tab, text)
        self.applies(tab)
        visitor.wait(f"document.querySelector('#message').textContent === {json.dumps(text)}", asking=True)
        self.says(tab, "#live", text)
        self.has_no_complaints(tab)

    def look_a_visitor_up(self):
        visitor = self.wait_in_line()
        ticket = visitor.value("JSON.parse(document.querySelector('#data').textContent).now.id")
        tab = self.log_in()
        tab.write("[name=ticket]", ticket)
        tab.enter()
        self.says(tab, "#timeline", "joined")
        self.says(tab, "#present", "position 1")
        tab.click("#revoke")
        self.says(tab, "#timeline", "revoked")
        visitor.wait("document.querySelector('#room').dataset.state === 'revoked'", asking=True)
        self.has_no_complaints(tab)
        tab.write("[name=ticket]", "nobody's")
        tab.enter()
        self.says(tab, "#trouble", "ticket")

    def follow_the_origin(self):
        tab = self.log_in()
        self.says(tab, "#adaptation", "between 2/s and 60/s (configured 50/s)", "as configured")
        inside = Visitor(self.site).arrive().enter()
        end = time.monotonic() + TURN_SECONDS_MAX
        while "lowered, since more than" not in tab.text("#adaptation"):
            assert time.monotonic() < end, tab.text("#adaptation")
            for _ in range(25):
                inside.ask("/broken")
        self.says(tab, "#adaptation", "% of the requests failed")
        tab.wait("parseFloat(document.querySelector('#rate').textContent) < 50")
        self.has_no_complaints(tab)

    def look(self):
        """With all that may be there at once."""
        pictures = os.environ.get("PAGE_PICTURES")
        visitor = self.wait_in_line()
        ticket = visitor.value("JSON.parse(document.querySelector('#data').textContent).now.id")
        tab = self.browser.tab()
        tab.go(self.dashboard)
        tab.wait("!document.querySelector('#login').hidden")
        self.judge(tab, "login", pictures)
        tab.close()
        tab = self.log_in()
        for key, text in (("message", "The first show is sold out. " * 8), ("rate", "20/s")):
            tab.write(f"[name={key}]", text)
            tab.enter()
            self.foresees(tab, key)
            self.applies(tab)
            self.says(tab, "#live", text.strip())
        tab.write("[name=ticket]", ticket)
        tab.enter()
        self.says(tab, "#timeline", "joined")
        tab.click("[data-state=paused]")
        self.foresees(tab, "paused")
        tab.click("#change button")
        self.says(tab, "#trouble", "Fill in")
        self.judge(tab, "room", pictures)

    def judge(self, tab, name, pictures):
        for scheme, width, height in LOOKS:
            tab.look(width, height, scheme)
            found = faults(tab)
            assert found == [], f"{name}, {scheme}, {width} wide: {found}"
            if pictures:
                os.makedirs(pictures, exist_ok=True)
                tab.photograph(os.path.join(pictures, f"dashboard-{name}-{scheme}-{width}.png"), whole=True)


if __name__ == "__main__":
    play(Case)
