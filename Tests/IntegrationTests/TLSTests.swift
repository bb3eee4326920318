import Foundation
import TestSupport
import Testing

/// HTTPS as other people's clients see it, and origins that speak it.
@Suite struct TLSTests {
    /// A program with certificates for two names, in front of an origin.
    struct Site {
        let folder: TemporaryFolder
        let authority: TestAuthority
        let origin: ScriptedOrigin
        let program: RunningProgram
        let port: UInt16

        init(_ config: [String: ConfigText.Value] = [:]) throws {
            folder = try TemporaryFolder()
            authority = try TestAuthority(in: folder)
            let entries = [try authority.issue("site", for: "site.test"), try authority.issue("other", for: "other.test")]
            origin = try ScriptedOrigin()
            let all = ConfigText(
                upstream: origin.port,
                with: [
                    "server.listen": "off", "tls.listen": "127.0.0.1:0",
                    "tls.certificates": .raw("[" + entries.joined(separator: ", ") + "]"),
                ]
            ).with(config)
            program = try RunningProgram(all, folder: folder)
            port = try program.tlsPort
        }

        func stop() {
            program.stop()
            origin.stop()
        }

        func curl(_ host: String, _ more: [String] = []) throws -> FinishedProgram {
            try Tool.run(
                [
                    "curl", "-sS", "--max-time", "\(Patience.seconds)", "--cacert", authority.certificate, "--resolve",
                    "\(host):\(port):127.0.0.1",
                ]
                    + more + ["https://\(host):\(port)/seen"])
        }

        /// What openssl's client says of a connection on which it asks for one page.
        func client(_ more: [String]) throws -> String {
            let request = "GET / HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n"
            let tool = try Tool.run(
                ["openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", authority.certificate, "-ign_eof"]
                    + more,
                input: request, in: folder.path)
            return tool.output + tool.errors
        }
    }

    @Test(arguments: ["1.2", "1.3"]) func bothVersionsAreSpoken(_ version: String) throws {
        let site = try Site()
        defer { site.stop() }
        let answer = try site.curl("site.test", ["--tlsv\(version)", "--tls-max", version])
        #expect(answer.exitCode == 0, "\(answer.errors)")
        #expect(answer.output.hasPrefix("GET /seen") && answer.output.contains("X-Forwarded-Proto: https"))
    }

    @Test func olderOnesAreNot() throws {
        let site = try Site(["tls.version_min": "1.3"])
        defer { site.stop() }
        #expect(try site.curl("site.test", ["--tlsv1.2", "--tls-max", "1.2"]).exitCode != 0)
        #expect(try site.curl("site.test").exitCode == 0)
        try eventually("it is counted") { try site.program.metric("waitingroom_tls_handshakes_failed_total") >= 1 }
    }

    @Test func theNameChoosesTheCertificate() throws {
        let site = try Site()
        defer { site.stop() }
        for host in ["site.test", "other.test"] { #expect(try site.curl(host).exitCode == 0) }
        // curl's code for a certificate of another name.
        #expect(try site.curl("third.test").exitCode == 60)
        #expect(try site.client(["-servername", "other.test"]).contains("subject=CN = other.test"))
        #expect(try site.client(["-noservername"]).contains("subject=CN = site.test"))
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"]) func sessionsAreResumedOnEveryLoop(_ version: String) throws {
        let site = try Site(["server.loops": 4])
        defer { site.stop() }
        let first = try site.client([version, "-sess_out", "session"])
        #expect(first.contains("New, TLS"), "\(first)")
        for _ in 0..<12 {
            let again = try site.client([version, "-sess_in", "session"])
            #expect(again.contains("Reused, TLS"), "\(again)")
        }
    }

    @Test func plainHTTPIsToldSo() throws {
        let site = try Site()
        defer { site.stop() }
        let client = try RawConnection(to: site.port)
        let answer = try client.ask("/")
        #expect(answer.status == 400 && answer.text.contains("https://"))
    }

    @Test func aHandshakeHasADeadline() throws {
        let site = try Site(["tls.handshake_timeout": "200ms"])
        defer { site.stop() }
        #expect(try RawConnection(to: site.port).end() == .inOrder)
        let begun = try RawConnection(to: site.port)
        try begun.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
        #expect(try begun.end() == .inOrder)
    }

    @Test func largeBodiesPassBothWays() throws {
        let site = try Site()
        defer { site.stop() }
        let text = String(repeating: "0123456789abcdef", count: 1 << 16)
        try site.folder.write("body", text)
        let url = "https://site.test:\(site.port)/echo"
        let tool = try Tool.run([
            "curl", "-sS", "--max-time", "\(Patience.seconds)", "--cacert", site.authority.certificate, "--resolve",
            "site.test:\(site.port):127.0.0.1", "--data-binary", "@" + site.folder.path("body"), url, url,
        ])
        #expect(tool.exitCode == 0 && tool.output == text + text, "\(tool.errors)")
    }

    /// Keeps one connection over the renewal and asks new ones for their certificate.
    static let renewal = """
        import os, socket, ssl, sys, time
        port, authority, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.create_default_context(cafile=authority)
        def connect():
            return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=60), server_hostname="site.test")
        def ask(client):
            client.sendall(b"GET / HTTP/1.1\\r\\nHost: site.test\\r\\n\\r\\n")
            text = b""
            while b"\\r\\n\\r\\n" not in text: text += client.recv(65536)
            head, body = text.split(b"\\r\\n\\r\\n", 1)
            count = int([line for line in head.split(b"\\r\\n") if line.lower().startswith(b"content-length:")][0].split(b":")[1])
            while len(body) < count: body += client.recv(65536)
            assert head.startswith(b"HTTP/1.1 200"), head
        kept = connect()
        ask(kept)
        old = kept.getpeercert()["serialNumber"]
        for name in ("site.key.pem", "site.pem"):
            os.rename(folder + "/next/" + name, folder + "/" + name)
        end = time.monotonic() + 60
        while True:
            assert time.monotonic() < end, "the old certificate is still shown"
            client = connect()
            ask(client)
            ask(kept)
            if client.getpeercert()["serialNumber"] != old: break
        ask(kept)
        print("renewed")
        """

    @Test func renewedCertificatesAreShownAndConnectionsStay() throws {
        let site = try Site()
        defer { site.stop() }
        let next = site.folder.path("next")
        try FileManager.default.createDirectory(atPath: next, withIntermediateDirectories: false)
        try site.authority.issue("renewed", for: "site.test")
        for ending in ["pem", "key.pem"] {
            rename(site.folder.path("renewed.\(ending)"), next + "/site.\(ending)")
        }
        let tool = try Tool.run([
            "python3", "-c", Self.renewal, "\(site.port)", site.authority.certificate, site.folder.path,
        ])
        #expect(tool.output == "renewed\n", "\(tool.errors)\n\(site.program.log.text)")
    }

    @Test func aBrokenCertificateIsRefusedAndTheOldOneStays() throws {
        let site = try Site()
        defer { site.stop() }
        try site.folder.write("site.pem", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
        try site.program.log.wait("reload.kept")
        #expect(try site.program.log.wait("reload.refused")["reason"].contains("site.pem"))
        #expect(try site.curl("site.test").exitCode == 0)
    }

    // MARK: Origins

    /// A second program in front of the first, which speaks HTTPS.
    private func before(_ site: Site, _ config: [String: ConfigText.Value]) throws -> RunningProgram {
        try RunningProgram(
            ConfigText(with: ["upstream.servers": .text("https://127.0.0.1:\(site.port)"), "upstream.tls_name": "site.test"])
                .with(config))
    }

    @Test func anOriginWithAnAuthorityThatIsTrusted() throws {
        let site = try Site()
        defer { site.stop() }
        let program = try before(site, ["upstream.tls_ca": .text(site.authority.certificate)])
        defer { program.stop() }
        let client = try program.connect()
        for _ in 0..<20 { #expect(try client.ask("/").status == 200) }
        let body = String(repeating: "x", count: 1 << 20)
        #expect(try client.ask("/echo", method: "POST", body: body).text == body)
        #expect(try site.program.metric("waitingroom_connections_accepted_total") <= 2, "connections are kept")
    }

    @Test func anOriginWithAnother() throws {
        let site = try Site()
        defer { site.stop() }
        let stranger = try TestAuthority("stranger", in: site.folder)
        let program = try before(site, ["upstream.tls_ca": .text(stranger.certificate)])
        defer { program.stop() }
        #expect(try program.ask("/").status == 502)
        let reason = try program.log.wait("upstream.failed")["reason"]
        #expect(reason.contains("TLS handshake failed") && reason.contains("certificate"), "\(reason)")
    }

    @Test func anOriginOfAnotherName() throws {
        let site = try Site()
        defer { site.stop() }
        let program = try before(
            site, ["upstream.tls_ca": .text(site.authority.certificate), "upstream.tls_name": "third.test"])
        defer { program.stop() }
        #expect(try program.ask("/").status == 502)
        #expect(try program.log.wait("upstream.failed")["reason"].contains("TLS handshake failed"))
    }

    @Test func anOriginThatIsNotVerified() throws {
        let site = try Site()
        defer { site.stop() }
        let program = try before(site, ["upstream.tls_verify": false])
        defer { program.stop() }
        #expect(try program.ask("/").status == 200)
    }

    @Test func anOriginThatSpeaksPlainHTTP() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(with: [
                "upstream.servers": .text("https://127.0.0.1:\(origin.port)"), "upstream.connect_timeout": "500ms",
            ]))
        defer { program.stop() }
        let status = try program.ask("/").status
        #expect([502, 504].contains(status))
        #expect(try !program.log.wait("upstream.failed")["reason"].isEmpty)
    }

    @Test func anOriginThatStallsInTheHandshake() throws {
        let origin = try ScriptedOrigin { connection in _ = try connection.end() }
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(with: [
                "upstream.servers": .text("https://127.0.0.1:\(origin.port)"), "upstream.connect_timeout": "200ms",
            ]))
        defer { program.stop() }
        #expect(try program.ask("/").status == 504)
    }

    @Test func theHealthCheckSpeaksTLS() throws {
        let site = try Site()
        defer { site.stop() }
        let program = try before(
            site,
            [
                "upstream.tls_ca": .text(site.authority.certificate), "upstream.health_path": "/health",
                "upstream.health_interval": "50ms", "upstream.health_timeout": "50ms",
            ])
        defer { program.stop() }
        try eventually("it is asked") { try site.program.metric("waitingroom_requests_total{class=\"2xx\"}") > 3 }
        #expect(try program.askAdmin("/readyz").status == 200)
        site.program.stop()
        try program.log.wait("upstream.down")
        #expect(try program.askAdmin("/readyz").status == 503)
    }
}
