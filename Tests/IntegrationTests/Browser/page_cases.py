"""What a person lives through in the waiting room, in a real browser: `page_cases.py FOLDER CASE=BASE_URL...`.

Each room lets one in at a time, so that every step of its line is made here.
"""

import os

import page_looks
from chromium import Chromium
from playing import play
from visitors import Visitor

DEEP = "/tickets/42?row=7&name=%EC%84%B8%EC%A2%85&x=%26"
PLACE = "Number(document.querySelector('#place').textContent.replace(/,/g, ''))"


class Case:
    def __init__(self, base, folder, browser):
        self.base, self.folder, self.browser = base, folder, browser

    def line(self, ahead):
        """Somebody is inside, and so many wait."""
        self.inside = Visitor(self.base).arrive().enter()
        self.ahead = [Visitor(self.base).arrive() for _ in range(ahead)]

    def advance(self):
        self.inside.leave()
        self.inside = self.ahead.pop(0).enter() if self.ahead else None

    def is_at(self, tab, place, asking=True):
        tab.wait(f"document.querySelector('#room').dataset.state === 'waiting' && {PLACE} === {place}", asking)

    def has_behind(self, tab, count):
        tab.wait(f"document.querySelector('#behind').textContent === '{count}'", asking=True)

    def enters(self, tab, when="true"):
        """As soon as it can, in the page's own time: a moment later it goes in by itself."""
        tab.wait(
            f"!document.querySelector('#door').hidden && ({when}) && (document.querySelector('#enter').click(), true)", asking=True)

    def is_inside(self, tab, path=DEEP):
        tab.wait(f"!document.querySelector('#room') && document.querySelector('#origin').textContent === {path!r}")
        assert tab.value("location.pathname + location.search") == path, tab.value("location.href")

    # MARK: Cases

    def arrive_and_be_let_in(self):
        self.line(3)
        tab = self.browser.tab(languages="en-GB,en;q=0.9")
        tab.go(self.base + DEEP)
        self.is_at(tab, 4)
        assert tab.text("h1") == "You are in line"
        bars = []
        for place in (3, 2, 1):
            self.advance()
            self.is_at(tab, place)
            bars.append(tab.value("document.querySelector('#progress').value"))
            assert tab.value("document.title").startswith(f"({place}) "), tab.value("document.title")
        assert bars == sorted(bars) and len(set(bars)) == 3, bars
        self.advance()
        self.enters(
            tab, when="document.title.startsWith('It is your turn')"
            " && document.querySelector('#shout').textContent.includes('It is your turn')")
        tab.wait("document.querySelector('#origin')")
        assert tab.value("location.pathname + location.search") == DEEP
        assert tab.text("#origin") == DEEP
        assert tab.complaints() == [], tab.complaints()

    def go_in_by_itself(self):
        """Nobody touches anything, the page asks when it was told to, and the address has a fragment."""
        self.line(1)
        tab = self.browser.tab()
        tab.go(self.base + DEEP + "#seat")
        self.is_at(tab, 2, asking=False)
        self.advance()
        self.is_at(tab, 1, asking=False)
        self.advance()
        self.is_inside(tab)
        assert tab.value("location.hash") == "#seat"

    def reload_and_come_back(self):
        """A browser of its own, which is ended."""
        self.line(2)
        profile = os.path.join(self.folder, "profile-of-" + self.base.rpartition(":")[2])
        os.makedirs(profile)
        browser = Chromium(profile)
        try:
            tab = browser.tab()
            tab.go(self.base + DEEP)
            self.is_at(tab, 3)
            Visitor(self.base).arrive()
            self.has_behind(tab, 1)
            tab.reload()
            self.is_at(tab, 3)
            browser.close()
            browser = Chromium(profile)
            tab = browser.tab()
            tab.go(self.base + DEEP)
            self.is_at(tab, 3)
            self.advance()
            self.is_at(tab, 2)
        finally:
            browser.close()

    def lose_the_network(self):
        self.line(2)
        tab = self.browser.tab()
        tab.go(self.base + DEEP)
        self.is_at(tab, 3)
        tab.offline(True)
        tab.wait("document.querySelector('#link').hasAttribute('data-lost')", asking=True)
        assert "No connection" in tab.text("#link")
        assert tab.text("#place") == "3"
        self.advance()
        tab.offline(False)
        tab.wait("!document.querySelector('#link').hasAttribute('data-lost')")
        self.is_at(tab, 2)
        self.advance()
        self.is_at(tab, 1)
        self.advance()
        self.enters(tab)
        self.is_inside(tab)

    def without_script(self):
        """The page comes again by itself."""
        self.line(1)
        tab = self.browser.tab(languages="ko", has_script=False)
        tab.go(self.base + DEEP)
        html = tab.wait_for_html('class="number">2<')
        assert '<html lang="ko">' in html, html
        assert "http-equiv" in html and "1분 미만" in html, html
        self.advance()
        tab.wait_for_html('class="number">1<')
        self.advance()
        tab.wait_for_html('id="origin"')
        assert tab.call("Page.getNavigationHistory")["entries"][-1]["url"] == self.base + DEEP

    def second_tab(self):
        self.line(1)
        one, other = self.browser.tab(), self.browser.tab()
        one.go(self.base + DEEP)
        self.is_at(one, 2)
        other.go(self.base + "/other")
        self.is_at(other, 2)
        Visitor(self.base).arrive()
        self.has_behind(one, 1)
        self.advance()
        self.is_at(one, 1)
        # It need not ask.
        self.is_at(other, 1, asking=False)
        self.advance()
        gone = "document.querySelector('#origin') || !document.querySelector('#door').hidden"
        one.wait(gone, asking=True)
        other.wait(gone)
        # The one that asked goes by itself, unless it has gone; the other waits to be asked for it.
        is_elsewhere = "!!document.querySelector('#next')?.textContent.includes('another tab')"
        assert sorted(tab.value(is_elsewhere) for tab in (one, other)) == [False, True]
        for tab, path in ((one, DEEP), (other, "/other")):
            tab.value("document.querySelector('#enter')?.click()")
            tab.wait(f"document.querySelector('#origin').textContent === {path!r}")

    def choose_a_language(self):
        self.line(1)
        tab = self.browser.tab(languages="ja,en;q=0.5")
        tab.go(self.base + DEEP + "#seat")
        self.is_at(tab, 2)
        assert tab.value("document.documentElement.lang") == "ja"
        tab.click("a[hreflang=ko]")
        tab.wait("document.documentElement.lang === 'ko'")
        self.is_at(tab, 2)
        assert tab.value("location.pathname + location.search + location.hash") == DEEP + "#seat"
        # As without a script, by the link itself.
        english = tab.value("document.querySelector('a[hreflang=en]').href")
        tab.go(english)
        tab.wait("document.documentElement.lang === 'en'")
        assert tab.value("location.pathname + location.search") == DEEP
        self.is_at(tab, 2)

    def send_a_form(self):
        self.line(0)
        tab = self.browser.tab()
        # From nowhere: a page of the site would ask for its icon first, and have a place.
        tab.go("about:blank")
        tab.value(f"""(() => {{ const form = document.body.appendChild(document.createElement('form'));
            form.method = 'post'; form.action = '{self.base}/order'; form.submit(); }})()""")
        tab.wait("document.querySelector('#notice').textContent.includes('send it again')")
        self.is_at(tab, 1)
        self.advance()
        self.enters(tab)
        # By GET: what was in the form is not sent behind anybody's back.
        tab.wait("document.querySelector('#origin').textContent === '/order'")
        assert tab.text("#method") == "GET"

    def lose_the_cookies(self):
        """Once that is another place; a browser that keeps none would get one after the other."""
        self.line(1)
        tab = self.browser.tab()
        tab.go(self.base + DEEP)
        self.is_at(tab, 2)
        tab.call("Network.clearBrowserCookies")
        self.is_at(tab, 3)
        tab.call("Network.clearBrowserCookies")
        tab.wait("document.querySelector('#notice').textContent.includes('cookies')", asking=True)

    def stand_where_it_was(self):
        """Servers are a moment apart, so that a place may grow by a little: it is not shown to. One of another ticket is."""
        self.line(1)
        stage = page_looks.Stage(self.browser, self.base, "en")
        tab = stage.tab
        stage.go(DEEP)
        shows = "[document.querySelector('#place').textContent, document.querySelector('#progress').value]"

        def told(ticket, place, **more):
            stage.tell({"state": "waiting", "id": ticket, "position": place, "behind": place, "waitSeconds": None, **more})
            return tab.value(shows)

        told("A", 50)
        place, bar = told("A", 40)
        assert place == "40" and bar > 200, (place, bar)
        assert told("A", 41) == ["40", bar] and told("A", 42) == ["40", bar]
        assert tab.value("document.title").startswith("(40) "), tab.value("document.title")
        place, further = told("A", 39)
        assert place == "39" and further > bar, (place, further)
        place, start = told("B", 44, rejoined="passed")
        assert place == "44" and start < bar, (place, start)
        assert "end of the line" in tab.text("#notice"), tab.text("#notice")
        assert tab.text("#notice") in tab.text("#said"), tab.text("#said")
        # Whoever comes back with another ticket has not kept the place of the last, though nobody says why.
        assert told("C", 46)[0] == "46"

    def look_en(self):
        self.look("en")

    def look_ko(self):
        self.look("ko")

    def look_ja(self):
        self.look("ja")

    def look(self, language):
        self.line(1)
        page_looks.judge(self.browser, self.base, language, os.environ.get("PAGE_PICTURES"))

    def use_the_keyboard(self):
        self.line(1)
        stage = page_looks.Stage(self.browser, self.base, "en")
        page_looks.keyboard(stage)
        page_looks.quiet(stage)
        page_looks.faults_are_found(stage)


if __name__ == "__main__":
    play(Case)
