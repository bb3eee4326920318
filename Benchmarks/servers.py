"""The servers that are measured, each with one worker thread unless told otherwise, and how they are started."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time

from measuring import Trouble

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
POLL = b'{"room":"main","state":"waiting","place":48211,"ahead":48210,"wait":{"low":1260,"high":1500},"poll":12,"note":"ok....."}'
assert len(POLL) == 120
PAGE = (b"<!doctype html><title>You are in line</title><p>" + b"waiting room " * 1000)[:8192]
IDLE_SECONDS = 600
FILES_MAX = 20000


class Server:
    def __init__(self, name, command, port, cores, folder, tls=False):
        self.name, self.port, self.tls = name, port, tls
        self.output = os.path.join(folder, f"{name}-{port}.out")
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", cores, *command], stdout=output, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
        self.pid = self.process.pid

    def url(self, path):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def ask(self, path):
        if self.tls:
            unverified = ssl.create_default_context()
            unverified.check_hostname = False
            unverified.verify_mode = ssl.CERT_NONE
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=unverified)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def await_answer(self, path, body):
        """Waits until it answers, and makes sure that it answers what the others do."""
        for _ in range(100):
            if self.process.poll() is not None:
                raise Trouble(f"{self.name} ended with {self.process.returncode}: {self.last_words()}")
            try:
                answer = self.ask(path)
            except OSError:
                time.sleep(0.1)
                continue
            if answer != (200, body):
                raise Trouble(f"{self.name} answers {path} with {answer[0]} and {len(answer[1])} bytes: {answer[1][:80]!r}")
            return
        raise Trouble(f"{self.name} does not answer within 10 s: {self.last_words()}")

    def last_words(self):
        with open(self.output, encoding="utf-8", errors="replace") as output:
            return output.read()[-400:].strip()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Yard:
    """A temporary folder, free ports, a certificate; starts servers and stops all that it started."""

    def __init__(self, folder, ours):
        self.folder, self.ours, self.servers = folder, ours, []
        self.page, self.poll = self.write("page.html", PAGE), self.write("poll.json", POLL)
        self.certificate, self.key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)
        with open(self.certificate, "rb") as first, open(self.key, "rb") as second:
            self.both = self.write("both.pem", first.read() + second.read())
        # The client decides on the cipher, so that it is the same for all.
        self.client_tls = self.write("openssl.cnf", (
            b"openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = client\n"
            b"[client]\nCiphersuites = TLS_AES_128_GCM_SHA256\nMinProtocol = TLSv1.3\n"))

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def free_port(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def start(self, name, command, port, cores, tls=False):
        server = Server(name, command, port, cores, self.folder, tls)
        self.servers.append(server)
        return server

    def stop(self, server):
        server.stop()
        self.servers.remove(server)

    def stop_all(self):
        for server in reversed(self.servers):
            server.stop()
        self.servers.clear()

    # --- nginx

    def nginx(self, name, cores, inside, http="", tls=False):
        """nginx with one server block; `inside` and `http` are configuration, `{port}` and the like filled in already."""
        port = self.free_port()
        place = os.path.join(self.folder, f"nginx-{port}")
        os.mkdir(place)
        paths = "\n".join(f"{kind}_temp_path {place}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        as_root = "user root;" if os.getuid() == 0 else ""
        listen = f"listen 127.0.0.1:{port}" + (" ssl" if tls else "") + " backlog=4096;"
        if tls:
            listen += f"ssl_certificate {self.certificate}; ssl_certificate_key {self.key}; ssl_protocols TLSv1.2 TLSv1.3;"
        config = self.write(f"nginx-{port}.conf", f"""
            {as_root} daemon off; worker_processes 1; worker_rlimit_nofile {FILES_MAX}; pid {place}/pid; error_log stderr warn;
            events {{ worker_connections {FILES_MAX - 100}; }}
            http {{
                {paths}
                default_type application/json; server_tokens off;
                tcp_nopush on; tcp_nodelay on;
                keepalive_timeout {IDLE_SECONDS}s; keepalive_requests 1000000000;
                {http}
                server {{ {listen} {inside} }}
            }}""".encode())
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not program:
            raise Trouble("no nginx: scripts/setup installs it")
        return self.start(name, [program, "-e", "stderr", "-p", place, "-c", config], port, cores, tls)

    def nginx_json(self, cores, name="nginx", path="/poll", body=POLL):
        return self.nginx(name, cores, f"access_log off; location = {path} {{ return 200 '{body.decode()}'; }}")

    def nginx_page(self, cores, name="nginx", sendfile="on", file=None, inside=""):
        """`inside`: what else is said of its location."""
        return self.nginx(
            name, cores, f"access_log off; sendfile {sendfile};"
            f"location = /page {{ default_type text/html; alias {file or self.page}; {inside} }}",
            http="open_file_cache max=1000 inactive=600s; open_file_cache_valid 600s; open_file_cache_min_uses 1;")

    def nginx_proxy(self, cores, origin, tls=False, log_buffer=" buffer=64k flush=1s", name="nginx"):
        log = os.path.join(self.folder, f"{name}-access.log")
        return self.nginx(
            name, cores, f"""
            access_log {log} combined{log_buffer};
            location / {{
                limit_req zone=each burst=1000000 nodelay;
                proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
                proxy_set_header X-Forwarded-Proto $scheme;
            }}""", tls=tls, http=f"""
            limit_req_zone $binary_remote_addr zone=each:10m rate=1000000r/s;
            upstream origin {{
                server 127.0.0.1:{origin.port}; keepalive 128; keepalive_requests 1000000000; keepalive_timeout {IDLE_SECONDS}s;
            }}""")

    # --- haproxy

    def haproxy_proxy(self, cores, origin, tls=False):
        program = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not program:
            raise Trouble("no haproxy: scripts/setup installs it")
        port = self.free_port()
        bind = f"bind 127.0.0.1:{port} backlog 4096" + (f" ssl crt {self.both} alpn http/1.1" if tls else "")
        config = self.write(f"haproxy-{port}.cfg", f"""
global
    nbthread 1
    maxconn {FILES_MAX // 2 - 200}
    log stdout format raw local0
defaults
    mode http
    log global
    option httplog
    option http-keep-alive
    http-reuse always
    timeout connect 5s
    timeout client {IDLE_SECONDS}s
    timeout server {IDLE_SECONDS}s
    timeout http-keep-alive {IDLE_SECONDS}s
frontend front
    {bind}
    stick-table type ip size 1m expire 60s store http_req_rate(1s)
    http-request track-sc0 src
    http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 1000000 }}
    option forwardfor
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin.port} pool-max-conn 128 pool-purge-delay {IDLE_SECONDS}s
""".encode())
        return self.start("haproxy", [program, "-db", "-f", config], port, cores, tls)

    # --- ours

    def ours_proxy(self, cores, origin, tls=False, loops=1):
        port = self.free_port()
        if tls:
            listen = f"""
[server]
listen = "off"
{self.ours_limits(loops)}
[tls]
listen = ["127.0.0.1:{port}"]
certificates = [{{ certificate = "{self.certificate}", key = "{self.key}" }}]"""
        else:
            listen = f"""
[server]
listen = ["127.0.0.1:{port}"]
{self.ours_limits(loops)}"""
        config = self.write(f"waitingroom-{port}.toml", f"""{listen}
[upstream]
servers = ["http://127.0.0.1:{origin.port}"]
idle_max = 128
idle_timeout = "{IDLE_SECONDS}s"
[limits]
per_address = "1000000/s"
[room]
state = "open"
[log]
output = "stdout"
access = "{self.folder}/ours-{port}-access.log"
[admin]
listen = "off"
""".encode())
        return self.start("ours", [self.ours, "serve", "--config", config], port, cores, tls)

    def ours_room(self, cores, room, origin=None, name="ours"):
        """A node with the line in its memory, all that is on by default and an access log where it forwards."""
        port = self.free_port()
        place = os.path.join(self.folder, f"room-{port}")
        os.mkdir(place)
        config = self.write(f"waitingroom-{port}.toml", f"""
[server]
listen = ["127.0.0.1:{port}"]
state_dir = "{place}"
{self.ours_limits(1)}
[upstream]
servers = ["http://127.0.0.1:{origin.port if origin else self.free_port()}"]
idle_max = 128
idle_timeout = "{IDLE_SECONDS}s"
[limits]
per_address = "1000000/s"
[room]
{room}
[log]
output = "stdout"
access = "{f'{place}/access.log' if origin else 'off'}"
[admin]
listen = "off"
""".encode())
        return self.start(name, [self.ours, "serve", "--config", config], port, cores)

    @staticmethod
    def ours_limits(loops):
        return f"""loops = {loops}
idle_timeout = "{IDLE_SECONDS}s"
requests_per_connection_max = 1000000000"""

    def ours_memory(self, cores, loops=1):
        port = self.free_port()
        program = os.path.join(TREE, "Benchmarks/.build/release/bench-server")
        return self.start(
            "ours", [program, "--listen", f"127.0.0.1:{port}", "--loops", str(loops), "--poll", self.poll, "--page", self.page],
            port, cores)
