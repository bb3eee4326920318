"""The rows `room-…`: what a visitor who waits costs, and one who is inside."""

import gzip

import room
from browser import BROWSER, BROWSER_PAGE
from measuring import CLIENT_CORE, SERVER_CORE, Trouble
from servers import POLL

# A poll comes every few seconds of a visitor: at full speed it is always another's.
WAITING, ASKING = 20_000, 10_000
SMALL, LARGE = 1_000, 1_000_000


def room_of(bench, waiting, asking, name="ours"):
    """A node with so many in line: the room, a file with the cookies of those who ask, and one line of it."""
    server = bench.yard.ours_room(SERVER_CORE, room.WAITING, name=name)
    line = room.Room(server)
    waits, cookies = line.fill(waiting, asking, CLIENT_CORE)
    return line, waits, bench.yard.write(f"cookies-{server.port}", "\n".join(cookies).encode()), cookies[len(cookies) // 2]


def poll(bench):
    line, waits, cookies, one = room_of(bench, WAITING, ASKING)
    _, body = line.sample(room.STATUS, one, BROWSER)
    nginx = bench.yard.nginx_json(SERVER_CORE, path=room.STATUS, body=body)
    nginx.await_answer(room.STATUS, body)
    outcomes = bench.take_turns_ready([(line.server, cookies), (nginx, cookies)], room.STATUS, BROWSER)
    bench.compare("room-poll", outcomes, 0.90, 0.85, note=f"{len(body)} bytes, {ASKING} of {waits} who wait ask")


def page(bench):
    """The page of who has a ticket and presses reload. nginx has it packed on the disk."""
    line, waits, cookies, one = room_of(bench, WAITING, ASKING)
    answer, body = line.sample("/page", one, BROWSER_PAGE)
    if answer.headers["Content-Encoding"] != "gzip":
        raise Trouble("the page is not packed")
    file = bench.yard.write("waiting.html", gzip.decompress(body))
    packed = bench.yard.write("waiting.html.gz", body)
    peers = [
        bench.yard.nginx_page(SERVER_CORE, file=file, inside="gzip_static on;"),
        bench.yard.nginx_page(SERVER_CORE, name="nginx-without-sendfile", sendfile="off", file=file, inside="gzip_static on;"),
        bench.yard.nginx_page(SERVER_CORE, name="nginx-plain", file=packed),
    ]
    for peer in peers[:2]:
        peer.await_answer("/page", gzip.decompress(body))
    peers[2].await_answer("/page", body)
    outcomes = bench.take_turns_ready([(each, cookies) for each in [line.server, *peers]], "/page", BROWSER_PAGE)
    bench.compare("room-page", outcomes, 0.80, 0.75, note=f"{len(body)} bytes as gzip")


def admitted(bench):
    """Who is inside: gate, pass, limits, access log, the pass told to the origin, sessions, ledger. nginx: as in `proxy`."""
    origin = bench.origin()
    ours = bench.yard.ours_room(SERVER_CORE, room.INSIDE, origin)
    _, passes = room.Room(ours).enter(ASKING)
    cookies = bench.yard.write(f"cookies-{ours.port}", "\n".join(passes).encode())
    nginx = bench.yard.nginx_proxy(SERVER_CORE, origin)
    nginx.await_answer("/poll", POLL)
    if room.Room(ours).sample("/poll", passes[0], BROWSER)[1] != POLL:
        raise Trouble("who has a pass is not forwarded")
    outcomes = bench.take_turns_ready([(ours, cookies), (nginx, cookies)], "/poll", BROWSER)
    bench.compare("room-admitted", outcomes, 0.90, 0.85, note=f"{ASKING} sessions")


def million(bench):
    few, few_wait, few_cookies, _ = room_of(bench, SMALL, SMALL - room.FIRST, name="few")
    many, many_wait, many_cookies, _ = room_of(bench, LARGE, ASKING)
    busy = many.busy()
    outcomes = bench.take_turns_ready([(many.server, many_cookies), (few.server, few_cookies)], room.STATUS, BROWSER)
    bench.compare(
        "room-million", outcomes, 1.2, 1.05, note=f"{many_wait} wait against {few_wait}; unasked {busy:.0f} ms/s of processor")
