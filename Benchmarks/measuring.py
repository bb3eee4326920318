"""What is read off a running server: the processor time and the memory of its processes; and what wrk says."""

import os
import re
import subprocess

SERVER_CORE, CLIENT_CORE = "0", "1"
COOKIES_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cookies.lua")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Trouble(Exception):
    """A figure that cannot be had, and why."""


def process_tree(pid):
    """The process and all that descend from it."""
    found, waiting = [], [pid]
    while waiting:
        at = waiting.pop()
        found.append(at)
        try:
            for thread in os.listdir(f"/proc/{at}/task"):
                with open(f"/proc/{at}/task/{thread}/children", encoding="ascii") as children:
                    waiting += map(int, children.read().split())
        except FileNotFoundError:
            raise Trouble(f"process {at} has ended") from None
    return found


def processor_seconds(pid):
    """(user, system) of all the processes of a server so far."""
    user = system = 0
    for each in process_tree(pid):
        with open(f"/proc/{each}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        user += int(fields[11])
        system += int(fields[12])
    return user / TICKS_PER_SECOND, system / TICKS_PER_SECOND


def private_bytes(pid):
    """The memory that is there for these processes alone and was written to."""
    total = 0
    for each in process_tree(pid):
        with open(f"/proc/{each}/smaps_rollup", encoding="ascii") as rollup:
            total += sum(int(line.split()[1]) for line in rollup if line.startswith("Private_Dirty:"))
    return total * 1024


def run_wrk(url, *, cores, threads, connections, seconds, headers, cookies=None, environment=None):
    """Loads a server for a while; returns how many requests it answered, and how many of them a second.

    `cookies`: a file with a visitor's on each line; the requests carry them in turn."""
    command = ["taskset", "-c", cores, "wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s"]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    if cookies:
        command += ["-s", COOKIES_SCRIPT]
    done = subprocess.run(
        [*command, url, *(["--", cookies] if cookies else [])], capture_output=True, text=True, timeout=seconds + 30, check=False,
        env={**os.environ, **(environment or {})})
    said = done.stdout + done.stderr
    count = re.search(r"(\d+) requests in ", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if done.returncode != 0 or not count or not rate or int(count[1]) == 0:
        raise Trouble(f"wrk got no answers from {url}:\n{said}")
    if refused := re.search(r"Non-2xx or 3xx responses: (\d+)", said):
        raise Trouble(f"{refused[1]} of {count[1]} answers of {url} were not 200")
    if broken := re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said):
        if sum(map(int, broken.groups())) > int(count[1]) // 1000:
            raise Trouble(f"{broken[0]} among {count[1]} requests to {url}")
    return int(count[1]), float(rate[1])
