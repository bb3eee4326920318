"""What a person lives through in the waiting room, in a real browser: `page_cases.py CASE BASE_URL FOLDER`.

The room lets one in at a time, so that every step of the line is made here.
"""

import os
import sys

import page_looks
from chromium import Chromium
from visitors import Visitor

DEEP = "/tickets/42?row=7&name=%EC%84%B8%EC%A2%85&x=%26"
PLACE = "Number(document.querySelector('#place').textContent.replace(/,/g, ''))"


class Case:
    def __init__(self, base, folder):
        self.base, self.folder = base, folder
        self.profile = os.path.join(folder, "profile")
        os.makedirs(self.profile, exist_ok=True)
        self.browser = Chromium(self.profile)

    def line(self, ahead):
        """Somebody is inside, and so many wait."""
        self.inside = Visitor(self.base).arrive().enter()
        self.ahead = [Visitor(self.base).arrive() for _ in range(ahead)]

    def advance(self):
        self.inside.leave()
        self.inside = self.ahead.pop(0).enter() if self.ahead else None

    def is_at(self, tab, place):
        tab.wait(f"document.querySelector('#room').dataset.state === 'waiting' && {PLACE} === {place}")

    def is_let_in(self, tab, path=DEEP):
        self.advance()
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
        tab.wait("!document.querySelector('#door').hidden")
        assert tab.value("document.title").startswith("It is your turn"), tab.value("document.title")
        assert "It is your turn" in tab.text("#shout")
        tab.click("#enter")
        tab.wait("document.querySelector('#origin')")
        assert tab.value("location.pathname + location.search") == DEEP
        assert tab.text("#origin") == DEEP
        assert tab.complaints() == [], tab.complaints()

    def go_in_by_itself(self):
        """Nobody touches anything, and the address has a fragment."""
        self.line(0)
        tab = self.browser.tab()
        tab.go(self.base + DEEP + "#seat")
        self.is_at(tab, 1)
        self.is_let_in(tab)
        assert tab.value("location.hash") == "#seat"

    def reload_and_come_back(self):
        self.line(2)
        tab = self.browser.tab()
        tab.go(self.base + DEEP)
        self.is_at(tab, 3)
        Visitor(self.base).arrive()
        tab.wait("document.querySelector('#behind').textContent === '1'")
        tab.reload()
        self.is_at(tab, 3)
        self.browser.close()
        self.browser = Chromium(self.profile)
        tab = self.browser.tab()
        tab.go(self.base + DEEP)
        self.is_at(tab, 3)
        self.advance()
        self.is_at(tab, 2)

    def lose_the_network(self):
        self.line(2)
        tab = self.browser.tab()
        tab.go(self.base + DEEP)
        self.is_at(tab, 3)
        tab.offline(True)
        tab.wait("document.querySelector('#link').hasAttribute('data-lost')")
        assert "No connection" in tab.text("#link")
        assert tab.text("#place") == "3"
        self.advance()
        tab.offline(False)
        tab.wait("!document.querySelector('#link').hasAttribute('data-lost')")
        self.is_at(tab, 2)
        self.advance()
        self.is_let_in(tab)

    def without_script(self):
        self.line(1)
        tab = self.browser.tab(languages="ko", has_script=False)
        tab.go(self.base + DEEP)
        self.browser.pump(lambda: has_loaded(tab, 'class="number">2<'), "its place")
        html = tab.html()
        assert '<html lang="ko">' in html, html
        assert "http-equiv" in html and "1분 미만" in html, html
        # It comes again by itself.
        tab.wait_for_loads(len(tab.events("Page.loadEventFired")) + 1)
        self.advance()
        self.browser.pump(lambda: has_loaded(tab, 'class="number">1<'), "the first place")
        self.advance()
        self.browser.pump(lambda: has_loaded(tab, 'id="origin"'), "the site")
        assert tab.call("Page.getNavigationHistory")["entries"][-1]["url"] == self.base + DEEP

    def second_tab(self):
        self.line(1)
        one, other = self.browser.tab(), self.browser.tab()
        one.go(self.base + DEEP)
        self.is_at(one, 2)
        other.go(self.base + "/other")
        self.is_at(other, 2)
        Visitor(self.base).arrive()
        one.wait("document.querySelector('#behind').textContent === '1'")
        self.advance()
        self.is_at(one, 1)
        self.is_at(other, 1)
        self.advance()
        gone = "document.querySelector('#origin') || !document.querySelector('#door').hidden"
        one.wait(gone)
        other.wait(gone)
        for tab in (one, other):
            tab.wait("document.querySelector('#origin') || document.querySelector('#next').textContent.includes('another tab')")
        for tab, path in ((one, DEEP), (other, "/other")):
            if tab.value("!document.querySelector('#origin')"):
                tab.click("#enter")
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
        tab.wait("document.querySelector('#notice').textContent.includes('cookies')")

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


def has_loaded(tab, text):
    """True when the page holds it; else after the next event of the browser it is looked at again."""
    try:
        return text in tab.html()
    except Exception:
        return False


def main():
    name, base, folder = sys.argv[1:]
    case = Case(base, folder)
    try:
        getattr(case, name)()
    finally:
        case.browser.close()
    print(f"{name}: as it should be")


if __name__ == "__main__":
    main()
