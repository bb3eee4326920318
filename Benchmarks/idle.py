"""Connections that have made one request each and then stay open, silent."""

import resource
import socket
import time

import measuring

PER_SOURCE_MAX = 4000


def allow_files(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise measuring.Trouble(f"{wanted} open files are needed and {hard} allowed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def ask(connection, port, path):
    """One request, its whole answer read."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: idle\r\n\r\n".encode())
    answer = b""
    while True:
        head, found, body = answer.partition(b"\r\n\r\n")
        if found:
            lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            if not head.startswith(b"HTTP/1.1 200") or not lengths:
                raise measuring.Trouble(f"an answer that is not 200 with a length: {head[:80]!r}")
            if len(body) >= int(lengths[0].split(b":")[1]):
                return
        received = connection.recv(65536)
        if not received:
            raise measuring.Trouble(f"the server closed a connection that should stay open, after {answer[:80]!r}")
        answer += received


def open_connections(count, port, path):
    connections = []
    for number in range(count):
        connection = socket.socket()
        connection.settimeout(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connection.bind((f"127.0.0.{2 + number // PER_SOURCE_MAX}", 0))
        connection.connect(("127.0.0.1", port))
        ask(connection, port, path)
        connections.append(connection)
    return connections


def close(connections):
    for connection in connections:
        connection.close()


def settled_bytes(pid):
    """The memory once it has stopped to move."""
    before = measuring.private_bytes(pid)
    for _ in range(20):
        time.sleep(0.3)
        now = measuring.private_bytes(pid)
        if now == before:
            break
        before = now
    return before


def bytes_per_connection(pid, port, path, count):
    """How much the server's memory grows for each idle connection, after a warm-up with a few."""
    close(open_connections(64, port, path))
    before = settled_bytes(pid)
    connections = open_connections(count, port, path)
    try:
        after = settled_bytes(pid)
        # They must all still be there: an evicted connection costs nothing.
        for connection in connections[:: max(1, count // 100)]:
            ask(connection, port, path)
    finally:
        close(connections)
    return (after - before) / count
