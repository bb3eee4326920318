"""What bench-tokens says, and what PyJWT takes for the same pass: the program of the row `pass-check`."""

import os
import subprocess

from measuring import Trouble
from servers import TREE

PROGRAM = os.path.join(TREE, "Benchmarks/.build/release/bench-tokens")
# Debian's, which its package python3-jwt belongs to, whatever other python3 comes first in the search path.
PYTHON = "/usr/bin/python3"
PYJWT = """
import sys, time
import jwt
token, secret = sys.argv[1], bytes.fromhex(sys.argv[2])
options = {"verify_exp": False, "verify_iat": False}
def check(): return jwt.decode(token, secret, algorithms=["HS256"], audience="concert", options=options)["exp"]
check()
start = time.perf_counter()
for _ in range(3000): check()
print((time.perf_counter() - start) / 3000 * 1e9)
"""


def measure(core):
    """Nanoseconds by name: check, bound, mac, forged, sign, and pyjwt."""
    said = dict(line.split() for line in run(core, [PROGRAM]).splitlines())
    figures = {name: float(said[name]) for name in ("check", "bound", "mac", "forged", "sign")}
    figures["pyjwt"] = float(run(core, [PYTHON, "-c", PYJWT, said["token"], said["secret"]]))
    return figures


def run(core, command):
    done = subprocess.run(["taskset", "-c", core, *command], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise Trouble(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout
