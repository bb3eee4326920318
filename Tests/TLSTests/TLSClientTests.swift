import Bytes
import TLS
import Testing

@Suite struct TLSClientTests {
    private func fault(_ certificate: TLSCertificate, host: String, trust: TLSTrust) throws -> TLSFault? {
        let wiring = try connected([certificate], host: host, trust: trust)
        #expect(wiring.client.state == (wiring.client.fault == nil ? .open : .failed))
        return wiring.client.fault
    }

    @Test func aTrustedServerWithTheRightNameIsAccepted() throws {
        let authority = try TestAuthority.shared.get()
        let trust = TLSTrust.authorities(authority.stranger + authority.root, name: "both.pem")
        for host in ["www.example.test", "example.test", "127.0.0.1"] {
            #expect(try fault(authority.site, host: host, trust: trust) == nil)
        }
        #expect(try fault(authority.wildcard, host: "any.example.test", trust: trust) == nil)
    }

    @Test func othersAreRefusedWithTheReason() throws {
        let authority = try TestAuthority.shared.get()
        let root = TLSTrust.authorities(authority.root, name: "root.pem")
        let stranger = TLSTrust.authorities(authority.stranger, name: "stranger.pem")
        let cases: [(TLSCertificate, String, TLSTrust, String)] = [
            (authority.site, "www.example.test", stranger, "unable to get local issuer certificate"),
            (authority.site, "www.example.test", .system, "unable to get local issuer certificate"),
            (authority.site, "other.test", root, "hostname mismatch"),
            (authority.site, "127.0.0.2", root, "IP address mismatch"),
            (authority.wildcard, "a.b.example.test", root, "hostname mismatch"),
            (authority.wildcard, "example.test", root, "hostname mismatch"),
            (authority.expired, "old.test", root, "certificate has expired"),
        ]
        for (certificate, host, trust, reason) in cases {
            let found = try fault(certificate, host: host, trust: trust)
            #expect(found == .peerNotTrusted(reason), "\(host)")
            #expect(found?.blame == .peer)
        }
    }

    @Test func theServerHearsWhy() throws {
        let wiring = try connected(host: "other.test")
        #expect(wiring.server.fault == .alertReceived(code: 42, name: "bad certificate"))
    }

    @Test func anybodyIsBelievedOnRequestOnly() throws {
        let authority = try TestAuthority.shared.get()
        #expect(try fault(authority.expired, host: "nonsense.test", trust: .anybody) == nil)
    }

    @Test func authoritiesThatCannotBeReadAreNamed() {
        #expect(throws: TLSFault.certificate(name: "x.pem", problem: "is empty or too large")) {
            try TLSClient(trust: .authorities([], name: "x.pem"))
        }
        #expect(throws: TLSFault.self) { try TLSClient(trust: .authorities(Array("nothing".utf8), name: "x.pem")) }
    }

    @Test func aHostNameMustBeOne() throws {
        let client = try TLSClient(trust: .anybody)
        #expect(throws: TLSFault.self) { try client.session(host: "") }
        #expect(throws: TLSFault.self) { try client.session(host: String(repeating: "a", count: 300)) }
    }

    @Test func resumptionCanBeLeftOut() throws {
        let authority = try TestAuthority.shared.get()
        let server = try TLSServer(certificates: [authority.site], ticketKeys: .random())
        let client = try TLSClient(trust: .authorities(authority.root, name: "root.pem"), resumes: false)
        for _ in 0..<2 {
            let wiring = try Wiring(server: server, client: client, host: "example.test")
            wiring.run()
            #expect(!wiring.server.isResumed)
        }
    }

    /// More hosts than tickets are kept for.
    @Test func ticketsAreBounded() throws {
        let authority = try TestAuthority.shared.get()
        let server = try TLSServer(certificates: [authority.wildcard], ticketKeys: .random())
        let client = try TLSClient(trust: .authorities(authority.root, name: "root.pem"))
        for number in 0..<TLSClient.ticketsMax + 20 {
            let wiring = try Wiring(server: server, client: client, host: "host-\(number).example.test")
            wiring.run()
            #expect(wiring.client.state == .open)
        }
        #expect(client.ticketCount == TLSClient.ticketsMax)
    }

    @Test func plainAnswersOfAServerAreAProtocolViolation() throws {
        let session = try TLSClient(trust: .anybody).session(host: "example.test")
        var plain = ByteBuffer()
        var out = ByteBuffer()
        session.start(out: &out)
        #expect(out.count > 100)
        let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        #expect(session.receive(answer.span, plain: &plain, out: &out) == .failed)
        #expect(session.fault?.blame == .peer)
    }
}
