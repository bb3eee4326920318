#!/usr/bin/env python3
"""Measures the engine against nginx and haproxy and says how it stands: make bench, or

    make bench BENCH="--rows json,proxy --seconds 2 --rounds 3"

Ours and the peers take turns on the same cores with the same client; a figure is the median of the rounds, and what
counts is the ratio. Processor time is user and system time of all the server's processes during a run, divided by the
requests that it answered. The server has core 0 for itself; the client, and the origin behind a proxy, share core 1.
It is a measurement, not a test: a figure that falls short does not fail it, one that cannot be had does.

Each line:  name  ours  peer  ratio  target  ok|short   and behind a # what is of interest beside it.
"""

import argparse
import fcntl
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile

import ghosts
import idle
import postgres_store
import room_rows
import store
import tokens
from browser import BROWSER
from measuring import CLIENT_CORE, SERVER_CORE, Trouble, processor_seconds, run_wrk
from servers import FILES_MAX, PAGE, POLL, TREE, Yard

CONNECTIONS = 64
IDLE_CONNECTIONS = 8000
PASS_CHECK_NANOSECONDS_MAX = 1000.0
STORE_NEWCOMER_MICROSECONDS_MAX = 4
STORE_BYTES_MAX = 300
PROMISE_ERROR_PERCENT_MAX = 10
POSTGRES_WAITING = 200_000
POSTGRES_BYTES_MAX = 600


class Bench:
    def __init__(self, yard, seconds, rounds):
        self.yard, self.seconds, self.rounds = yard, seconds, rounds
        self.figures, self.troubles = [], []

    # --- what is printed

    def figure(self, name, unit, ours, peer, target, *, aim=None, note="", ratio=None, at_least=False, details=None):
        ratio = ours / peer if ratio is None else ratio

        def reaches(limit):
            return "-" if limit is None else "ok" if (ratio >= limit if at_least else ratio <= limit) else "short"

        beside = [unit] + ([f"aim {aim} {reaches(aim)}"] if aim else []) + ([note] if note else [])
        limit = "-" if target is None else f"{target:.2f}"
        print(f"{name:<24} {ours:>9.2f} {peer:>9.2f} {ratio:>6.2f} {limit:>6} {reaches(target):<5} # {', '.join(beside)}", flush=True)
        self.figures.append({
            "name": name, "unit": unit, "ours": ours, "peer": peer, "ratio": ratio, "target": target, "aim": aim,
            "better": "more" if at_least else "less", "result": reaches(target), "details": details or {}})

    # --- how it is measured

    def load(self, server, path, cores, threads, headers, cookies=None, seconds=None):
        """One run: microseconds a request of user and of system time, and requests a second."""
        before = processor_seconds(server.pid)
        environment = {"OPENSSL_CONF": self.yard.client_tls} if server.tls else None
        count, rate = run_wrk(
            server.url(path), cores=cores, threads=threads, connections=CONNECTIONS, seconds=seconds or self.seconds,
            headers=headers, cookies=cookies, environment=environment)
        after = processor_seconds(server.pid)
        return (after[0] - before[0]) * 1e6 / count, (after[1] - before[1]) * 1e6 / count, rate

    def take_turns(self, servers, path, body, cores=CLIENT_CORE, threads=1):
        """All servers in turn, round after round: for each the median of each figure."""
        for server in servers:
            server.await_answer(path, body)
        return self.take_turns_ready([(server, None) for server in servers], path, BROWSER, cores, threads)

    def take_turns_ready(self, servers, path, headers, cores=CLIENT_CORE, threads=1):
        """The same of servers that answer already, each with a file of its visitors' cookies."""
        for server, cookies in servers:
            self.load(server, path, cores, threads, headers, cookies, seconds=1)
        runs = [[] for _ in servers]
        for _ in range(self.rounds):
            for (server, cookies), turns in zip(servers, runs):
                turns.append(self.load(server, path, cores, threads, headers, cookies))
        return [Outcome(server.name, turns) for (server, _), turns in zip(servers, runs)]

    def compare(self, name, outcomes, target, aim, note=""):
        ours, first = outcomes[0], outcomes[1]
        self.figure(
            name, "µs/request", ours.total, first.total, target, aim=aim,
            note=f"{ours.spread(first)}, user {ours.user:.2f} against {first.user:.2f}, {ours.rate:.0f} and {first.rate:.0f} "
            f"requests/s{note and f', {note}'}",
            details={each.name: each.details() for each in outcomes})
        for other in outcomes[2:]:
            self.figure(
                f"{name}/{other.name}", "µs/request", ours.total, other.total, None,
                note=f"user {ours.user:.2f} against {other.user:.2f}, {other.rate:.0f} requests/s")

    # --- the rows

    def origin(self):
        origin = self.yard.nginx_json(CLIENT_CORE, name="origin")
        origin.await_answer("/poll", POLL)
        return origin

    def json(self):
        servers = [self.yard.ours_memory(SERVER_CORE), self.yard.nginx_json(SERVER_CORE)]
        self.compare("json", self.take_turns(servers, "/poll", POLL), 0.90, 0.85)

    def page(self):
        servers = [
            self.yard.ours_memory(SERVER_CORE),
            self.yard.nginx_page(SERVER_CORE),
            # A file this small is cheaper read than sent from the file.
            self.yard.nginx_page(SERVER_CORE, name="nginx-without-sendfile", sendfile="off"),
        ]
        self.compare("page", self.take_turns(servers, "/page", PAGE), 0.80, 0.75)

    def proxy(self):
        origin = self.origin()
        servers = [
            self.yard.ours_proxy(SERVER_CORE, origin),
            self.yard.nginx_proxy(SERVER_CORE, origin),
            self.yard.haproxy_proxy(SERVER_CORE, origin),
            # As it is when nothing is said of a buffer: a write for each request.
            self.yard.nginx_proxy(SERVER_CORE, origin, log_buffer="", name="nginx-unbuffered-log"),
        ]
        self.compare("proxy", self.take_turns(servers, "/poll", POLL), 0.90, 0.85)

    def tls(self):
        origin = self.origin()
        servers = [
            self.yard.ours_proxy(SERVER_CORE, origin, tls=True),
            self.yard.nginx_proxy(SERVER_CORE, origin, tls=True),
            self.yard.haproxy_proxy(SERVER_CORE, origin, tls=True),
        ]
        self.compare("tls", self.take_turns(servers, "/poll", POLL), 1.00, 1.00)

    def idle(self):
        idle.allow_files(IDLE_CONNECTIONS + 100)
        origin = self.origin()
        makers = [self.yard.ours_proxy, self.yard.nginx_proxy, self.yard.haproxy_proxy]
        runs = [[] for _ in makers]
        names = []
        for _ in range(self.rounds):
            names.clear()
            for at, maker in enumerate(makers):
                # A fresh one each time: memory that was given back stays with the process and would cost nothing.
                server = maker(SERVER_CORE, origin)
                server.await_answer("/poll", POLL)
                names.append(server.name)
                runs[at].append(idle.bytes_per_connection(server.pid, server.port, "/poll", IDLE_CONNECTIONS))
                self.yard.stop(server)
        ours, *peers = map(statistics.median, runs)
        note = f"{IDLE_CONNECTIONS} connections, growth of private memory; the kernel's is not counted"
        for name, peer in zip(names[1:], peers):
            is_first = name == "nginx"
            self.figure(
                "idle" if is_first else f"idle/{name}", "bytes/connection", ours, max(peer, 0.01), 1.0 if is_first else None,
                note=note, details={"ours": runs[0], "nginx": runs[1], "haproxy": runs[2]} if is_first else None)

    def growth(self):
        """From one loop to two. Two loops and a client need more than two cores to be seen at full speed."""
        origin = self.origin()
        cores = os.cpu_count() or 1
        apart = cores >= 4
        server_cores = "0-1" if cores > 1 else "0"
        client_cores = "2-3" if apart else server_cores
        servers = [self.yard.ours_proxy(server_cores, origin, loops=1), self.yard.ours_proxy(server_cores, origin, loops=2)]
        one, two = self.take_turns(servers, "/poll", POLL, cores=client_cores, threads=2)
        details = {"one loop": one.details(), "two loops": two.details(), "cores": cores}
        if apart:
            self.figure(
                "growth", "requests/s", two.rate, one.rate, 1.8, at_least=True, details=details,
                note="two loops against one, the client on cores of its own")
            return
        # Nothing shared, nothing lost: with the processor time of a request unchanged, two free cores do twice as much.
        self.figure(
            "growth", "µs/request", two.total, one.total, 1.8, ratio=2 * one.total / two.total, at_least=True, details=details,
            note=f"two loops against one; what two free cores would do, reckoned from it. Measured with client and origin "
            f"on the same {cores} cores: {two.rate:.0f} against {one.rate:.0f} requests/s = {two.rate / one.rate:.2f}")

    def pass_check(self):
        """Beside the ceiling that a check has to stay below: what its one MAC alone costs, and what a library takes."""
        runs = [tokens.measure(SERVER_CORE) for _ in range(self.rounds)]
        median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        ours = median["check"]
        self.figure(
            "pass-check", "ns", ours, PASS_CHECK_NANOSECONDS_MAX, 1.0, details={"rounds": runs},
            note=f"the peer is the ceiling; bound to a network {median['bound']:.0f}, forged {median['forged']:.0f}, "
            f"signing {median['sign']:.0f}")
        self.figure("pass-check/hmac", "ns", ours, median["mac"], None, note="the bare HMAC of the bytes that are signed")
        self.figure("pass-check/pyjwt", "ns", ours, median["pyjwt"], None, note="PyJWT's decode of the same pass")

    def store_joins(self):
        """RedisStore lets newcomers join, 100 a call and 16 calls under way; redis-benchmark does so with the same script."""
        ours, theirs, cost, their_cost = store.measure_joins(self.yard, SERVER_CORE, CLIENT_CORE, self.seconds, self.rounds)
        self.figure(
            "store-joins", "joins/s", ours, theirs, 0.8, at_least=True,
            note=f"redis-benchmark with the same script, batch of {store.BATCH} and pipeline of {store.DEPTH}")
        self.figure(
            "store-newcomer", "µs in Redis", cost, STORE_NEWCOMER_MICROSECONDS_MAX, 1.0,
            note=f"the peer is the ceiling; {their_cost:.2f} for redis-benchmark's")

    def store_line(self):
        few, many, bytes_each = store.measure_line(self.yard, SERVER_CORE, CLIENT_CORE, self.rounds)
        self.figure(
            "store-tick", "µs in Redis", many, few, 1.2,
            note=f"a tick with {store.ROOM_LARGE} waiting against one with {store.ROOM_SMALL}, ten a second by the room's clock")
        self.figure(
            "store-bytes", "bytes", bytes_each, STORE_BYTES_MAX, 1.0,
            note="the peer is the ceiling; growth of Redis' memory for each who waits")

    def postgres(self):
        """A durable server. The peer writes the same to bare tables with the same indexes, which is what cannot be saved."""
        said = postgres_store.measure(SERVER_CORE, CLIENT_CORE, POSTGRES_WAITING, max(self.seconds, 10))
        batch = postgres_store.BATCH
        for name in ("join", "beat"):
            self.figure(
                f"postgres-{name}s", f"{name}s/s", said[f"{name}-rate"], said[f"bare-{name}-rate"], None, at_least=True,
                details=said if name == "join" else None,
                note=f"{said[name]:.1f} ms for {batch}, one connection, fsync {said['fsync']}; the peer writes bare tables, "
                f"{said[f'bare-{name}']:.1f} ms")
        self.figure(
            "postgres-tick", "ms", said["tick-many"], said["tick-few"], None,
            note=f"{POSTGRES_WAITING} waiting against 1000, p99 {said['tick-many-p99']:.1f} and {said['tick-few-p99']:.1f}; "
            f"beside {POSTGRES_WAITING // 40} beats a second {said['tick-sale']:.1f}, p99 {said['tick-sale-p99']:.1f}")
        self.figure(
            "postgres-bytes", "bytes", said["bytes"], POSTGRES_BYTES_MAX, 1.0,
            note="the peer is the ceiling; tables and indexes for each who waits, after the beats")

    def ghosts(self):
        """In virtual time: production code under the simulator, so that nothing depends on this machine."""
        said = ghosts.play(SERVER_CORE)
        rate = said["rate-configured"]
        self.figure(
            "ghosts-rate", "admitted/s", said["admitted-least"], rate, 0.99, at_least=True, details=said,
            note=f"{ghosts.VISITORS} visitors, every second goes away after 30 s; the least of any minute in which people waited, "
            "against the configured rate")
        self.figure(
            "ghosts-came", "came in/s", said["came-mean"], rate, 0.99, at_least=True, note="all the while that people waited")
        self.figure(
            "ghosts-promise", "% of the wait", said["promise-later-error-p90"], PROMISE_ERROR_PERCENT_MAX, 1.0,
            note="the peer is the ceiling; p90 of by how much a wait lay outside what was promised once the ghosts could be "
            f"known; p50 {said['promise-later-error-p50']:.1f}")
        self.figure(
            "ghosts-promise/all", "% of the wait", said["promise-error-p90"], PROMISE_ERROR_PERCENT_MAX, None,
            note=f"those made before included, when nobody can foresee who will go; p50 {said['promise-error-p50']:.1f}")

    ROWS = {
        "json": json, "page": page, "proxy": proxy, "tls": tls, "idle": idle, "growth": growth, "room-poll": room_rows.poll,
        "room-page": room_rows.page, "room-admitted": room_rows.admitted, "room-million": room_rows.million, "pass-check": pass_check,
        "store-joins": store_joins, "store-line": store_line, "postgres": postgres, "ghosts": ghosts,
    }

    def run(self, rows):
        for row in rows:
            try:
                self.ROWS[row](self)
            except Trouble as trouble:
                print(f"{row:<24} {'-':>9} {'-':>9} {'-':>6} {'-':>6} {'none':<5} # {trouble}", flush=True)
                self.troubles.append({"name": row, "trouble": str(trouble)})
            finally:
                self.yard.stop_all()


class Outcome:
    """The medians of a server's runs."""

    def __init__(self, name, runs):
        self.name, self.runs = name, runs
        self.total = statistics.median(user + system for user, system, _ in runs)
        self.user = statistics.median(user for user, _, _ in runs)
        self.rate = statistics.median(rate for _, _, rate in runs)

    def spread(self, peer):
        """How far apart the ratios of the single rounds are."""
        ratios = [sum(ours[:2]) / sum(theirs[:2]) for ours, theirs in zip(self.runs, peer.runs)]
        return f"{min(ratios):.2f} to {max(ratios):.2f} by rounds"

    def details(self):
        return {
            "microseconds": self.total, "userMicroseconds": self.user, "requestsPerSecond": self.rate,
            "rounds": [{"user": user, "system": system, "requestsPerSecond": rate} for user, system, rate in self.runs]}


def build():
    """The programs as they are shipped: optimized."""
    for arguments in (["--product", "waitingroom"], ["--product", "simulate"], ["--package-path", "Benchmarks"]):
        done = subprocess.run(["swift", "build", "-c", "release", *arguments], cwd=TREE, stdout=sys.stderr, check=False)
        if done.returncode != 0:
            sys.exit("bench: the build failed")


def wait_for_turn():
    """Two measurements at a time measure each other. The lock goes with the process."""
    lock = os.open(os.path.join(tempfile.gettempdir(), "waitingroom-bench.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("bench: another one is running; this one begins when it has ended", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def main():
    parser = argparse.ArgumentParser(description="Measures the engine against nginx and haproxy.")
    parser.add_argument("--rows", default=",".join(Bench.ROWS), help="some of %(default)s")
    parser.add_argument("--seconds", type=int, default=4, help="how long one run takes (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn (%(default)s)")
    parser.add_argument("--no-build", action="store_true", help="measure what was built before")
    parser.add_argument("--ours", default=os.path.join(TREE, ".build/release/waitingroom"), help="the program to measure")
    parser.add_argument("--results", default=os.path.join(TREE, "Benchmarks/results.json"), help="where the figures are written")
    options = parser.parse_args()
    rows = options.rows.split(",")
    if unknown := set(rows) - set(Bench.ROWS):
        parser.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join(Bench.ROWS)}")
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds are at least 1")
    if (os.cpu_count() or 1) < 2:
        sys.exit("bench: two cores are needed, one for the server and one for the client")
    if not options.no_build:
        build()
    wait_for_turn()
    idle.allow_files(FILES_MAX)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    with tempfile.TemporaryDirectory(prefix="waitingroom-bench-") as folder:
        os.chmod(folder, 0o755)
        yard = Yard(folder, options.ours)
        bench = Bench(yard, options.seconds, options.rounds)
        print(f"{'name':<24} {'ours':>9} {'peer':>9} {'ratio':>6} {'target':>6} result", flush=True)
        try:
            bench.run(rows)
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            yard.stop_all()
    with open(options.results, "w", encoding="utf-8") as file:
        machine = {"cores": os.cpu_count(), "system": platform.platform()}
        setup = {"seconds": options.seconds, "rounds": options.rounds, "connections": CONNECTIONS}
        json.dump({"machine": machine, "setup": setup, "figures": bench.figures, "missing": bench.troubles}, file, indent=2)
        file.write("\n")
    sys.exit(1 if bench.troubles else 0)


if __name__ == "__main__":
    main()
