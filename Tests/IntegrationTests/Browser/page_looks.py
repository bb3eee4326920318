"""How the page looks and whether everybody can use it: contrast, names, roles, keyboard, in all states and languages."""

import base64
import json
import os

from rules import faults

OPENS_AT = 1796083200

LOOKS = (
    ("light", 1280, 860), ("light", 390, 844), ("light", 320, 640), ("dark", 1280, 860), ("dark", 390, 844))

STATES = {
    "waiting": {"state": "waiting", "position": 2892, "behind": 12034, "waitSeconds": {"low": 490, "high": 655}},
    "long": {
        "state": "waiting", "position": 1284907, "behind": 3120455, "waitSeconds": {"low": 9800, "high": 12300},
        "message": "The first show is sold out. Tickets for Saturday and Sunday are still there."},
    "rejoined": {
        "id": "another", "state": "waiting", "position": 41, "behind": 0, "waitSeconds": {"low": 8, "high": 31}, "rejoined": "passed"},
    "prequeue": {"state": "prequeue", "position": None, "behind": 0, "waitSeconds": None, "opensAt": OPENS_AT},
    "paused": {"state": "paused", "position": 2892, "behind": 12034, "waitSeconds": None},
    "not-yet": {"state": "not-yet", "opensAt": OPENS_AT},
    "closed": {"state": "closed"}, "full": {"state": "full"}, "held": {"state": "held"}, "revoked": {"state": "revoked"},
    "admitted": {"state": "admitted", "canEnter": True},
}

# Beside the rules for everything that people use.
PAGE_FAULTS = r"""
  for (const one of ['nav [aria-current=true]', 'body > footer']) {
    if (document.querySelectorAll(one).length !== 1) faults.push(`not one ${one}`);
  }
  for (const it of all.filter(isSeen)) {
    if (it.matches('[role=switch] i')) {
      const found = ratio(rgba(getComputedStyle(it).borderTopColor), ground(it.parentElement));
      if (found < 3) fault(it, `has an edge of contrast ${found.toFixed(2)}`);
    }
  }
  for (const it of all.filter(it => it.lang && it.textContent.trim())) {
    if (!['en', 'ko', 'ja'].includes(it.lang)) fault(it, `has language ${it.lang}`);
  }
  for (const [id, role] of [['said', 'status'], ['shout', 'alert']]) {
    if (document.getElementById(id).getAttribute('role') !== role) faults.push(`#${id} is no ${role}`);
  }
  for (const id of ['place', 'wait', 'behind', 'headline', 'count']) {
    if (document.getElementById(id)?.closest('[aria-live], [role=status], [role=alert]')) faults.push(`#${id} is read at every change`);
  }
"""


class Stage:
    """A tab in which the status is what is wanted."""

    def __init__(self, browser, base, language):
        self.tab, self.base = browser.tab(languages=language), base
        self.tab.call("Fetch.enable", {"patterns": [{"urlPattern": "*/api/queue/status*"}]})

    def show(self, name):
        tab = self.tab
        tab.value("localStorage.clear()") if tab.value("location.protocol") == "http:" else None
        self.go("/tickets")
        self.tell(STATES[name])

    def go(self, path):
        # What the page before had asked is never answered.
        self.asked = len(self.tab.events("Fetch.requestPaused"))
        self.tab.go(self.base + path)

    def tell(self, status):
        """The page asks, and is told this and shows it."""
        tab = self.tab
        # It may be asking already.
        tab.value("void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        tab.browser.pump(lambda: len(tab.events("Fetch.requestPaused")) > self.asked, "a poll")
        self.asked = len(tab.events("Fetch.requestPaused"))
        # Written with all the rest, so that there is no doubt when it has been.
        tab.value("document.querySelector('#room').dataset.state = ''")
        own = tab.value("JSON.parse(document.querySelector('#data').textContent).now.id")
        status = {"room": "main", "id": own, "canEnter": False, "pollAfterMs": 600000, **status}
        tab.call("Fetch.fulfillRequest", {
            "requestId": tab.events("Fetch.requestPaused")[-1]["requestId"], "responseCode": 200,
            "responseHeaders": [{"name": "Content-Type", "value": "application/json"}],
            "body": base64.b64encode(json.dumps(status).encode()).decode()})
        tab.wait(f"document.querySelector('#room').dataset.state === {status['state']!r}")


def judge(browser, base, language, pictures):
    if pictures:
        os.makedirs(pictures, exist_ok=True)
    stage = Stage(browser, base, language)
    tab = stage.tab
    for name in STATES:
        for scheme, width, height in LOOKS:
            tab.look(width, height, scheme)
            # A turn lasts five seconds.
            if name == "admitted" or (scheme, width, height) == LOOKS[0]:
                stage.show(name)
            found = faults(tab, PAGE_FAULTS)
            assert found == [], f"{name}, {language}, {scheme}, {width} wide: {found}"
            if pictures and width != 320:
                tab.photograph(os.path.join(pictures, f"{name}-{language}-{scheme}-{width}.png"))
    assert tab.complaints() == [], tab.complaints()


def keyboard(stage):
    """Everything that can be pressed is reached in order and shows that it is."""
    tab = stage.tab
    tab.look(1280, 860)
    stage.show("waiting")
    reached = []
    for _ in range(5):
        tab.press("Tab", 9)
        reached.append(tab.value(
            "(() => { const it = document.activeElement, style = getComputedStyle(it);"
            "return [it.id || it.hreflang, style.outlineStyle, parseFloat(style.outlineWidth)]; })()"))
    names = [name for name, _, _ in reached]
    assert names == ["en", "ko", "ja", "sound", "notify"], reached
    assert all(style == "solid" and width >= 2 for _, style, width in reached), reached
    tab.value("document.querySelector('#sound').focus()")
    tab.press(" ", 32)
    tab.wait("document.querySelector('#sound').getAttribute('aria-checked') === 'true'")


def faults_are_found(stage):
    """What judges the looks is judged."""
    tab = stage.tab
    tab.look(390, 844)
    stage.show("waiting")
    for harm, finding in (
        ("document.querySelector('#next').style.color = '#aaa'", "has contrast"),
        ("document.querySelector('#sound').textContent = ''", "has no name"),
        ("document.querySelector('#behind').id = 'wait'", "twice"),
        ("document.querySelector('#place').textContent = '9'.repeat(30)", "wide in"),
        ("document.querySelector('nav a').style.cssText = 'padding:0;min-height:0;font-size:10px'", "is written in 10 px"),
        ("document.querySelector('#wait').textContent = 'undefined'", "reads"),
    ):
        stage.show("waiting")
        assert faults(tab, PAGE_FAULTS) == []
        tab.value(harm)
        found = faults(tab, PAGE_FAULTS)
        assert any(finding in fault for fault in found), (harm, found)


def quiet(stage):
    """Nothing moves for whoever asks for that, and nothing is said again that was said just now."""
    tab = stage.tab
    tab.look(1280, 860, motion="reduce")
    stage.show("waiting")
    moving = tab.value(
        "[...document.querySelectorAll('*')].filter(it => getComputedStyle(it).transitionDuration !== '0s'"
        " || getComputedStyle(it).animationName !== 'none').map(it => it.id || it.tagName)")
    assert moving == [], moving
    assert tab.text("#said") == "", tab.text("#said")
