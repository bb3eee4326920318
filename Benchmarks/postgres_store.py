#!/usr/bin/env python3
"""What a line in PostgreSQL costs its server: joins, beats and ticks at a short and a long line.

    python3 Benchmarks/postgres_store.py [--waiting 200000] [--seconds 10]

Starts a server of its own in a temporary folder, durable as shipped (fsync, full pages), makes the schema from the product's
SQL and calls its functions as the store does, by pgbench. For orientation: there is no peer, and nothing fails for a figure.

Each line:  name  figure  unit   and behind a # what is of interest beside it.
"""

import argparse
import glob
import os
import pwd
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SQL = os.path.join(TREE, "Sources/Stores/Postgres/SQL")
SCHEMA = ("tables", "line", "enter", "sessions", "admit", "restore", "roster", "surface")
ACCOUNT = "postgres"
BATCH = 500
READY_SECONDS_MAX = 30

# The rules of a room that admits a hundred a second, and ids as random as tickets are.
SUPPORT = """
create schema bench;
create sequence bench.visitor;
create function bench.rules() returns waitingroom.queue_rules language sql immutable as $$
    select row(100, 1000000, 25, 1000000000, 10000000, 'queue', 'fifo', null, null, null, array['general'], array[1::bigint],
        60000000, 300000000, 3600000000, 120000000, 600000000, 7200000000, 3000000)::waitingroom.queue_rules
$$;
create function bench.ids(first bigint, count bigint) returns uuid[] language sql immutable as $$
    select array_agg(md5(number::text)::uuid order by number) from generate_series(first, first + count - 1) as number
$$;
create function bench.join(room text, count bigint) returns bigint language sql as $$
    select cardinality(kinds) from (select nextval('bench.visitor') as batch) as next, waitingroom.queue_enter(
        room, bench.rules(), 0, 0, null, bench.ids(batch * count, count), array_fill(0::bigint, array[count::int]),
        array_fill(null::bigint, array[count::int]), array_fill(true, array[count::int]))
$$;
create function bench.tick(room text) returns bigint language sql as $$
    select cardinality(near) from waitingroom.queue_admit(room, bench.rules(), 0, 0, null, 'bench', 1, '\\x00', 1)
$$;
create function bench.beat(room text, batch bigint, count bigint) returns bigint language sql as $$
    select cardinality(are_waiting) from waitingroom.queue_beat(
        room, bench.rules(), 0, 0, null, bench.ids(batch * count, count))
$$;
"""


class Trouble(Exception):
    """What a figure cannot be had for."""


class Server:
    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
        if not found:
            raise Trouble("no PostgreSQL server below /usr/lib/postgresql: run scripts/setup")
        self.programs = found[-1]
        self.folder = tempfile.mkdtemp(prefix="bench-postgres-")
        self.process = None

    def start(self):
        if os.getuid() == 0:
            shutil.chown(self.folder, ACCOUNT)
        data = os.path.join(self.folder, "data")
        self.as_account("initdb", "-D", data, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions")
        self.process = subprocess.Popen(
            [os.path.join(self.programs, "postgres"), "-D", data, "-c", "listen_addresses=", "-c", "shared_buffers=256MB",
             "-c", f"unix_socket_directories={self.folder}"],
            user=self.account(), cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + READY_SECONDS_MAX
        while self.run("pg_isready", check=False).returncode != 0:
            if time.monotonic() > until:
                raise Trouble("the server does not come up")
            time.sleep(0.1)
        files = [argument for name in SCHEMA for argument in ("-f", os.path.join(SQL, f"{name}.sql"))]
        self.run("psql", "-1", "-c", "create schema waitingroom; set search_path to waitingroom", *files)
        self.query(SUPPORT)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def account():
        return pwd.getpwnam(ACCOUNT).pw_uid if os.getuid() == 0 else None

    def as_account(self, program, *arguments):
        subprocess.run(
            [os.path.join(self.programs, program), *arguments], user=self.account(), cwd=self.folder, check=True,
            stdout=subprocess.DEVNULL)

    def run(self, program, *arguments, check=True):
        environment = dict(os.environ, PGHOST=self.folder, PGUSER="bench", PGDATABASE="postgres", PGOPTIONS="-c client_min_messages=warning")
        command = [os.path.join(self.programs, program), *(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"] if program == "psql" else []), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if check and done.returncode != 0:
            raise Trouble(f"{program} ended with {done.returncode}: {done.stderr.strip()}")
        return done

    def query(self, sql):
        return self.run("psql", "-c", sql).stdout.strip()

    def latencies(self, script, *options):
        """Milliseconds of each transaction of a pgbench run."""
        with tempfile.TemporaryDirectory(prefix="bench-pgbench-") as folder:
            path = os.path.join(folder, "script.sql")
            with open(path, "w", encoding="utf-8") as file:
                file.write(script)
            self.run("pgbench", "-n", "-M", "prepared", "-f", path, "-l", f"--log-prefix={folder}/log", *options)
            times = []
            for log in glob.glob(f"{folder}/log*"):
                with open(log, encoding="utf-8") as file:
                    times += [int(line.split()[2]) / 1000 for line in file]
        return times


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def tell(name, figure, unit, note=""):
    print(f"{name:<28} {figure:>10.2f} {unit}" + (f"   # {note}" if note else ""), flush=True)


def tell_times(name, times, note=""):
    tell(name, statistics.median(times), "ms", f"p99 {percentile(times, 0.99):.2f} ms{', ' + note if note else ''}")


def measure(server, waiting, seconds):
    tick = "select bench.tick('event')"
    beat = f"\\set batch random(2, {waiting // BATCH})\nselect bench.beat('event', :batch, {BATCH})"
    join = f"select bench.join('event', {BATCH})"
    server.query(tick)
    server.latencies(join, "-t", "2")
    tell_times("tick/1000", server.latencies(tick, "-t", "300"), "1,000 waiting")
    times = server.latencies(join, "-t", str(waiting // BATCH))
    tell("joins", BATCH * 1000 / statistics.mean(times), "/s", f"{statistics.median(times):.1f} ms for {BATCH}, one connection")
    tell_times(f"tick/{waiting}", server.latencies(tick, "-t", "300"))
    times = server.latencies(beat, "-t", "300")
    tell("beats", BATCH * 1000 / statistics.mean(times), "/s", f"{statistics.median(times):.1f} ms for {BATCH}, one connection")
    size = server.query("select sum(pg_total_relation_size(c.oid)) from pg_class c where relnamespace = 'waitingroom'::regnamespace and relkind = 'r'")
    rows = int(server.query("select count(*) from waitingroom.queue_waiting"))
    tell("size", int(size) / rows, "bytes a visitor", f"{rows} waiting, after the beats")

    # As it is in a sale: everybody is seen every 40 s, one node ticks ten times a second.
    rate = waiting / 40 / BATCH
    beats = subprocess.Popen(
        [sys.executable, os.path.abspath(__file__), "--beside", server.folder, "--waiting", str(waiting), "--seconds", str(seconds),
         "--rate", f"{rate:.2f}"])
    times = server.latencies(tick, "-R", "10", "-T", str(seconds))
    beats.wait()
    tell_times(f"tick/{waiting}/sale", times, f"beside {rate * BATCH:.0f} beats a second")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, default=200_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--beside", help=argparse.SUPPRESS)
    parser.add_argument("--rate", help=argparse.SUPPRESS)
    given = parser.parse_args()
    server = Server()
    if given.beside:
        shutil.rmtree(server.folder)
        server.folder = given.beside
        beat = f"\\set batch random(2, {given.waiting // BATCH})\nselect bench.beat('event', :batch, {BATCH})"
        server.latencies(beat, "-R", given.rate, "-T", str(given.seconds))
        return
    try:
        server.start()
        measure(server, given.waiting, given.seconds)
    except Trouble as trouble:
        sys.exit(f"postgres_store: {trouble}")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
