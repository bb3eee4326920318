"""Chromium, driven over a pipe by the DevTools protocol: nothing is needed but the browser and Python's own library."""

import base64
import json
import os
import select
import shutil
import subprocess
import time

ANSWER_SECONDS_MAX = 60


class Trouble(Exception):
    pass


class Chromium:
    """A running browser with a profile in a folder. Ends with `close`, as if somebody had closed it, and can begin again there."""

    def __init__(self, profile):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            raise Trouble("there is no chromium: scripts/setup installs it")
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()

        def wire():
            # Those numbers are what the browser reads commands from and answers on.
            inbound, outbound = os.dup(to_browser), os.dup(from_browser)
            os.dup2(inbound, 3)
            os.dup2(outbound, 4)

        command = [
            program, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--no-first-run",
            "--no-default-browser-check", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
            "--disable-component-update", "--disable-extensions", "--disable-sync", "--hide-scrollbars", "--mute-audio",
            "--force-color-profile=srgb", "--password-store=basic",
        ]
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        self._log = open(os.path.join(profile, "..", "chromium.log"), "ab")
        self._process = subprocess.Popen(
            command + ["about:blank"], preexec_fn=wire, close_fds=False, stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=self._log)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._count = 0
        self._answers = {}
        # By session and method, in the order in which they came.
        self.events = {}

    def tab(self, context=None, **options):
        place = {"browserContextId": context} if context else {}
        target = self.call("Target.createTarget", {"url": "about:blank", **place})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        return Tab(self, target, session, **options)

    def person(self):
        return Person(self)

    def call(self, method, params=None, session=None):
        self._count += 1
        message = {"id": self._count, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        number = self._count
        self.pump(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise Trouble(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def pump(self, is_done, what):
        """Reads until `is_done`."""
        end = time.monotonic() + ANSWER_SECONDS_MAX
        while not is_done():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise Trouble(f"waited {ANSWER_SECONDS_MAX} s for {what}")
            piece = os.read(self._read, 1 << 20)
            if not piece:
                raise Trouble(f"the browser is gone while {what} was waited for")
            self._buffer += piece
            *whole, self._buffer = self._buffer.split(b"\0")
            for text in whole:
                message = json.loads(text)
                if "id" in message:
                    self._answers[message["id"]] = message
                else:
                    self.events.setdefault((message.get("sessionId"), message["method"]), []).append(message["params"])

    def close(self):
        try:
            self.call("Browser.close")
        except Trouble:
            pass
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for descriptor in (self._read, self._write):
            os.close(descriptor)
        self._log.close()


class Person:
    """Somebody else at the same browser: with cookies, storage and tabs that nobody else has, as long as it lasts."""

    def __init__(self, browser):
        self._browser = browser
        self._context = browser.call("Target.createBrowserContext")["browserContextId"]

    def tab(self, **options):
        return self._browser.tab(context=self._context, **options)

    def close(self):
        self._browser.call("Target.disposeBrowserContext", {"browserContextId": self._context})


class Tab:
    def __init__(self, browser, target, session, languages="en", has_script=True):
        self.browser, self.target, self.session = browser, target, session
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.call(f"{domain}.enable")
        agent = self.browser.call("Browser.getVersion")["userAgent"].replace("Headless", "")
        self.call("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": languages})
        if not has_script:
            self.call("Emulation.setScriptExecutionDisabled", {"value": True})

    def call(self, method, params=None):
        return self.browser.call(method, params, self.session)

    def events(self, method):
        return self.browser.events.get((self.session, method), [])

    def go(self, url):
        before = len(self.events("Page.loadEventFired"))
        answer = self.call("Page.navigate", {"url": url})
        if "errorText" in answer:
            raise Trouble(f"{url}: {answer['errorText']}")
        self.wait_for_loads(before + 1)

    def reload(self):
        before = len(self.events("Page.loadEventFired"))
        self.call("Page.reload")
        self.wait_for_loads(before + 1)

    def wait_for_loads(self, count):
        self.browser.pump(lambda: len(self.events("Page.loadEventFired")) >= count, f"load number {count}")

    def wait_for_html(self, text):
        """In this page or one that comes after it; without a script in the page, which may not run any."""
        end = time.monotonic() + ANSWER_SECONDS_MAX
        while time.monotonic() < end:
            # Counted before it is read: a page that loads in the meantime is read too.
            loads = len(self.events("Page.loadEventFired"))
            try:
                html = self.html()
                if text in html:
                    return html
            except Trouble:
                # It went away while it was read.
                continue
            self.wait_for_loads(loads + 1)
        raise Trouble(f"it did not come to {text}; there is:\n{self.html()}")

    def value(self, expression):
        answer = self.call(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True})
        if "exceptionDetails" in answer:
            raise Trouble(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, expression, asking=False):
        """Until it is true, in this page or one that comes after it. `asking`: the page does not wait until it is to ask the
        server again, since it is told all the time that it was brought back out of the browser's memory."""
        watch = f"""new Promise(done => {{
            const end = Date.now() + 10000;
            const look = () => {{
                let is; try {{ is = {expression}; }} catch {{}}
                if (is || Date.now() > end) return done(!!is);
                if ({json.dumps(asking)}) dispatchEvent(new PageTransitionEvent('pageshow', {{ persisted: true }}));
                setTimeout(look, 50);
            }};
            look();
        }})"""
        end = time.monotonic() + ANSWER_SECONDS_MAX
        while time.monotonic() < end:
            try:
                if self.value(watch):
                    return
            except Trouble:
                # The page went away while it was looked at.
                continue
        seen = self.value("location.href + '\\n' + document.body.innerText")
        raise Trouble(f"it did not come to {expression}; there is:\n{seen}")

    def text(self, css):
        return self.value(f"document.querySelector({json.dumps(css)})?.textContent")

    def html(self):
        root = self.call("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        return self.call("DOM.getOuterHTML", {"nodeId": root})["outerHTML"]

    def click(self, css):
        self.value(f"document.querySelector({json.dumps(css)}).click()")

    def write(self, css, text):
        """In place of what was there."""
        self.value(f"document.querySelector({json.dumps(css)}).focus()")
        self.value(f"document.querySelector({json.dumps(css)}).select()")
        self.call("Input.insertText", {"text": text})

    def enter(self):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", {
                "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"})

    def press(self, key, code):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code})

    def offline(self, is_offline):
        self.call("Network.emulateNetworkConditions", {
            "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})

    def look(self, width, height, scheme="light", motion="no-preference"):
        self.call("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 500})
        self.call("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}]})

    def photograph(self, path, whole=False):
        data = self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """What the browser had to say: exceptions, what the policy forbade, what it could not load."""
        found = [e["exceptionDetails"].get("exception", {}).get("description", "exception")
                 for e in self.events("Runtime.exceptionThrown")]
        found += [e["entry"]["text"] for e in self.events("Log.entryAdded") if e["entry"]["level"] in ("error", "warning")]
        return found

    def close(self):
        self.browser.call("Target.closeTarget", {"targetId": self.target})
