"""Cases, one after the other in one browser, each as somebody else."""

import os
import sys
import time
import traceback

from chromium import Chromium


def play(case):
    """The arguments are a folder, and NAME=PLACE for each: `case` is made for its place, and has a function of its name."""
    folder, *orders = sys.argv[1:]
    profile = os.path.join(folder, "profile")
    os.makedirs(profile)
    browser = Chromium(profile)
    failures = 0
    for order in orders:
        name, place = order.split("=", 1)
        began = time.monotonic()
        person = browser.person()
        try:
            getattr(case(place, folder, person), name)()
            print(f"{name}: as it should be, after {time.monotonic() - began:.1f} s", flush=True)
        except Exception:
            failures += 1
            print(f"{name}: {traceback.format_exc()}", flush=True)
        person.close()
    browser.close()
    sys.exit(failures > 0)
