"""What the simulator says of a line half of which goes away: the program of the rows `ghosts-…`."""

import os
import subprocess

from measuring import Trouble
from servers import TREE

PROGRAM = os.path.join(TREE, ".build/release/simulate")
VISITORS = 100_000
SEED = 1


def play(core):
    """Figures by name."""
    done = subprocess.run(
        ["taskset", "-c", core, PROGRAM, "--scenario", "ghosts", "--seed", str(SEED), "--visitors", str(VISITORS)],
        capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise Trouble(f"simulate ended with {done.returncode}: {done.stdout.strip()} {done.stderr.strip()}")
    figures = {}
    for line in done.stdout.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] != "#" and words[1] != "none":
            figures[words[0]] = float(words[1])
    missing = {"rate-configured", "admitted-least", "came-mean", "promise-error-p90", "promise-later-error-p90"} - figures.keys()
    if missing:
        raise Trouble(f"simulate does not say {', '.join(sorted(missing))}")
    return figures
