"""RedisStore against redis-benchmark with the very same script, and what Redis needs for it: the rows `store-…`."""

import ast
import os
import re
import socket
import statistics
import subprocess
import time

from measuring import Trouble
from servers import TREE

PROGRAM = os.path.join(TREE, "Benchmarks/.build/release/bench-store")
BATCH, DEPTH = 100, 16
# Ten million waiting is the ceiling of a room; a run stays far below.
CALLS_MAX = 20_000
ROOM_SMALL, ROOM_LARGE = 1_000, 1_000_000
TICKS = 100
# 16 bytes, of which twelve are replaced by random digits.
TICKET = "wait__rand_int__"


class Redis:
    """A redis-server for itself on one core, with nothing on disk."""

    def __init__(self, yard, core):
        self.port = yard.free_port()
        yard.start(
            "redis-server", ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", yard.folder],
            self.port, core)
        for _ in range(100):
            try:
                if self.ask("PING") == "PONG":
                    return
            except Trouble:
                time.sleep(0.05)
        raise Trouble("redis-server does not answer")

    def ask(self, *words):
        done = subprocess.run(
            ["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0 or done.stderr:
            raise Trouble(f"redis-cli {words[0]}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def node(self, core, *words):
        """What bench-store did: how much, in how many seconds."""
        said = run(core, [PROGRAM, f"redis://127.0.0.1:{self.port}", *map(str, words)])
        count, seconds = said.split()
        return int(count), float(seconds)

    def processor_microseconds(self):
        """What its main thread has used so far. Not Redis' own figure for scripts, which counts what others take from it."""
        found = re.findall(r"used_cpu_(?:user|sys)_main_thread:([\d.]+)", self.ask("INFO", "cpu"))
        if len(found) != 2:
            raise Trouble("Redis does not say what it uses")
        return sum(map(float, found)) * 1e6

    def used_memory(self):
        return int(re.search(r"used_memory:(\d+)", self.ask("INFO", "memory"))[1])

    def joining_call(self, core):
        """The arguments of one call that lets newcomers join, as Redis heard them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as monitor:
            monitor.sendall(b"MONITOR\r\n")
            heard = monitor.recv(5)
            self.node(core, "join", BATCH, 1, 0)
            self.ask("ECHO", "that was it")
            while b'"that was it"' not in heard:
                heard += monitor.recv(65536)
        calls = [line for line in heard.split(b"\r\n") if re.match(rb'\+[\d.]+ \[\d+ [^l][^\]]*\] "EVALSHA"', line)]
        if not calls:
            raise Trouble("no call was heard")
        words = re.findall(rb'"(?:[^"\\]|\\.)*"', calls[-1])
        arguments = [ast.literal_eval("b" + word.decode("ascii")) for word in words]
        keys = int(arguments[2])
        ids = 3 + keys + 2
        if len(arguments[ids]) != BATCH * len(TICKET):
            raise Trouble("the call is not what this program knows")
        arguments[ids] = (TICKET * BATCH).encode()
        # The line that is there when it is called may be another.
        arguments[3 + keys] = b" ".join([b"0", b"0" * 16, *arguments[3 + keys].split(b" ")[2:]])
        return arguments

    def benchmark(self, core, call, calls):
        """Calls a second of redis-benchmark."""
        said = run(core, [
            "redis-benchmark", "-p", str(self.port), "-n", str(calls), "-c", "1", "-P", str(DEPTH), "-r", "2000000000", "--csv",
            *call])
        return float(re.findall(r'"([\d.]+)"', said.strip().splitlines()[-1])[0])

    def begin(self, core):
        """An empty room, begun by the first tick."""
        self.ask("FLUSHALL")
        self.node(core, "fill", "bench", 0)


def run(core, command):
    done = subprocess.run(["taskset", "-c", core, *command], capture_output=True, text=False, timeout=300, check=False)
    if done.returncode != 0:
        raise Trouble(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


def measure_joins(yard, server_core, client_core, seconds, rounds):
    """Medians: joins a second of ours and of redis-benchmark, and what a newcomer costs Redis in each, in microseconds."""
    redis = Redis(yard, server_core)
    redis.begin(client_core)
    redis.node(client_core, "join", BATCH, DEPTH, 1)
    call = redis.joining_call(client_core)
    ours, theirs, cost, their_cost = [], [], [], []
    for _ in range(rounds):
        redis.begin(client_core)
        before = redis.processor_microseconds()
        count, took = redis.node(client_core, "join", BATCH, DEPTH, seconds)
        ours.append(count / took)
        cost.append((redis.processor_microseconds() - before) / count)
        redis.begin(client_core)
        calls = min(count // BATCH, CALLS_MAX)
        before = redis.processor_microseconds()
        theirs.append(redis.benchmark(client_core, call, calls) * BATCH)
        their_cost.append((redis.processor_microseconds() - before) / calls / BATCH)
    return tuple(map(statistics.median, (ours, theirs, cost, their_cost)))


def measure_line(yard, server_core, client_core, rounds):
    """Medians: microseconds of a tick with few and with many waiting, and bytes that one who waits takes."""
    redis = Redis(yard, server_core)
    rooms = {ROOM_SMALL: "small", ROOM_LARGE: "large"}
    redis.node(client_core, "fill", "first", 1)
    before = redis.used_memory()
    redis.node(client_core, "fill", rooms[ROOM_LARGE], ROOM_LARGE)
    bytes_each = (redis.used_memory() - before) / ROOM_LARGE
    ticks = {count: [] for count in rooms}
    for _ in range(max(rounds, 9)):
        for count, room in rooms.items():
            redis.node(client_core, "fill", room, count)
            before = redis.processor_microseconds()
            redis.node(client_core, "tick", room, TICKS)
            ticks[count].append((redis.processor_microseconds() - before) / TICKS)
    return statistics.median(ticks[ROOM_SMALL]), statistics.median(ticks[ROOM_LARGE]), bytes_each
