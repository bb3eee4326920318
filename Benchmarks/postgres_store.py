#!/usr/bin/env python3
"""What a line in PostgreSQL costs its server: joins, beats and ticks at a short and a long line. The rows `postgres-…`.

Starts a server of its own in a temporary folder, durable as shipped (fsync, full pages), makes the schema from the product's
SQL and calls its functions as the store does, by pgbench. The peer is what nobody can do without: the same ids written, by
the same pgbench to the same server, to two bare tables with the indexes that the line needs.
"""

import concurrent.futures
import glob
import os
import pwd
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

from measuring import Trouble
from servers import TREE

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

create table bench.waiting (place bigint not null, line integer not null, lane integer not null, id uuid not null, primary key (line, id));
create unique index on bench.waiting (line, lane, place, id);
create table bench.seen (seen bigint not null, line integer not null, id uuid not null, primary key (line, id)) with (fillfactor = 70);
create unique index on bench.seen (line, seen, id);
create sequence bench.other;
create function bench.bare_join(count bigint) returns void language sql as $$
    with new as materialized (
        select number as place, id from (select nextval('bench.other') as batch) as next,
            unnest(bench.ids(batch * count, count)) with ordinality as ids(id, number)
    ), seen as (
        insert into bench.seen (line, seen, id) select 1, waitingroom.queue_clock(), id from new
    )
    insert into bench.waiting (line, lane, place, id) select 1, 1, place, id from new
$$;
create function bench.bare_beat(batch bigint, count bigint) returns void language sql as $$
    update bench.seen set seen = waitingroom.queue_clock() where line = 1 and id = any(bench.ids(batch * count, count))
$$;
alter function bench.bare_beat set enable_seqscan = off;
"""


class Server:
    """A server on one core, and pgbench on another."""

    def __init__(self, server_core, client_core):
        self.server_core, self.client_core = server_core, client_core
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
            ["taskset", "-c", self.server_core, os.path.join(self.programs, "postgres"), "-D", data, "-c", "listen_addresses=", "-c", "shared_buffers=256MB",
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
            self.process = None
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
        command = ["taskset", "-c", self.client_core, os.path.join(self.programs, program), *(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"] if program == "psql" else []), *arguments]
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


def measure(server_core, client_core, waiting, seconds):
    """Figures by name: rates a second with so many in a call, times in milliseconds."""
    server = Server(server_core, client_core)
    try:
        server.start()
        return figures(server, waiting, seconds)
    finally:
        server.stop()


def figures(server, waiting, seconds):
    batches = waiting // BATCH
    tick = "select bench.tick('event')"
    beat = f"\\set batch random(2, {batches})\nselect bench.beat('event', :batch, {BATCH})"
    join = f"select bench.join('event', {BATCH})"
    bare_join = f"select bench.bare_join({BATCH})"
    bare_beat = f"\\set batch random(2, {batches})\nselect bench.bare_beat(:batch, {BATCH})"
    server.query(tick)
    server.latencies(join, "-t", "2")
    server.latencies(bare_join, "-t", "2")
    said = {"fsync": server.query("show fsync"), "waiting": waiting}

    few = server.latencies(tick, "-t", "200")
    # In turns, so that what else the machine does befalls both.
    joins, bare_joins = in_turns(server, (join, bare_join), batches, 10)
    many = server.latencies(tick, "-t", "200")
    beats, bare_beats = in_turns(server, (beat, bare_beat), 200, 10)
    for name, times in (("join", joins), ("bare-join", bare_joins), ("beat", beats), ("bare-beat", bare_beats)):
        said[name] = statistics.median(times)
        said[f"{name}-rate"] = BATCH * 1000 / statistics.mean(times)
    for name, times in (("tick-few", few), ("tick-many", many)):
        said[name], said[f"{name}-p99"] = statistics.median(times), percentile(times, 0.99)
    size = "select sum(pg_total_relation_size(c.oid)) from pg_class c where relnamespace = 'waitingroom'::regnamespace and relkind = 'r'"
    said["bytes"] = int(server.query(size)) / int(server.query("select count(*) from waitingroom.queue_waiting"))

    # As it is in a sale: everybody is seen every 40 s, one node ticks ten times a second.
    rate = waiting / 40 / BATCH
    with concurrent.futures.ThreadPoolExecutor() as pool:
        beside = pool.submit(server.latencies, beat, "-R", f"{rate:.2f}", "-T", str(seconds))
        times = server.latencies(tick, "-R", "10", "-T", str(seconds))
        beside.result()
    said["tick-sale"], said["tick-sale-p99"] = statistics.median(times), percentile(times, 0.99)
    return said


def in_turns(server, scripts, count, turns):
    """Of each script the times of so many transactions."""
    times = [[] for _ in scripts]
    for _ in range(turns):
        for at, script in enumerate(scripts):
            times[at] += server.latencies(script, "-t", str(count // turns))
    return times
