import Bytes
import TLS
import Testing

@Suite struct TLSServerTests {
    @Test func theCertificateFollowsTheNameAskedFor() throws {
        let authority = try TestAuthority.shared.get()
        let all = [authority.site, authority.wildcard, authority.rsa, authority.nameless]
        for (host, subject) in [
            ("www.example.test", "site"), ("WWW.Example.Test", "site"), ("shop.example.test", "wildcard"),
            ("rsa.test", "rsa"), ("plain.test", "plain.test"), ("unknown.test", "site"), ("a.b.example.test", "site"),
            ("127.0.0.1", "site"),
        ] {
            let wiring = try connected(all, host: host, trust: .anybody)
            #expect(wiring.client.peerSubject == subject, "\(host)")
        }
    }

    @Test func olderClientsGetTheRSACertificateToo() throws {
        let authority = try TestAuthority.shared.get()
        let wiring = try connected([authority.site, authority.rsa], host: "rsa.test", clientMaximum: .tls12)
        #expect(wiring.client.state == .open)
        #expect(wiring.server.cipherName == "ECDHE-RSA-AES128-GCM-SHA256")
    }

    /// The same names with two kinds of keys: whoever cannot do the one gets the other.
    @Test func twoKindsOfKeysForOneName() throws {
        let authority = try TestAuthority.shared.get()
        for both in [[authority.site, authority.siteRSA], [authority.siteRSA, authority.site]] {
            let server = try TLSServer(certificates: both, ticketKeys: .random())
            #expect(Set(server.certificates.map(\.keyKind)) == ["EC", "RSA"])
            for (ciphers, cipher) in [
                ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"),
                ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"),
            ] {
                let one = try TLSServer(certificates: both, ciphers: ciphers, ticketKeys: .random())
                let client = try TLSClient(trust: .authorities(authority.root, name: "root"), maximumVersion: .tls12)
                let wiring = try Wiring(server: one, client: client, host: "example.test")
                wiring.run()
                #expect(wiring.client.state == .open)
                #expect(wiring.server.cipherName == cipher)
            }
        }
    }

    @Test func factsAndWarningsNameTheCertificate() throws {
        let authority = try TestAuthority.shared.get()
        let server = try TLSServer(certificates: [authority.site, authority.expired], ticketKeys: .random())
        #expect(server.certificates[0].hostNames == ["www.example.test", "example.test"])
        let from = server.certificates[0].validFrom
        let until = server.certificates[0].validUntil
        #expect(until - from == 3650 * 86_400)
        let expiredUntil = server.certificates[1].validUntil
        #expect(
            server.warnings(unixSeconds: from + 60) == [
                .expired(certificate: "expired.pem", secondsAgo: from + 60 - expiredUntil)
            ])
        let late = server.warnings(unixSeconds: until - 86_400)
        #expect(late.first == .expiresSoon(certificate: "site.pem", seconds: 86_400))
        let early = server.warnings(unixSeconds: from - 7200)
        #expect(early.first == .notYetValid(certificate: "site.pem", seconds: 7200))
        #expect("\(late[0])" == "certificate site.pem expires in 1 days")
    }

    @Test func whatIsWrongWithACertificateIsNamed() throws {
        let authority = try TestAuthority.shared.get()
        let site = authority.site
        let cases: [(TLSCertificate, String)] = [
            (TLSCertificate(name: "a", chain: site.chain, key: authority.rsa.key), "does not belong"),
            (TLSCertificate(name: "a", chain: site.chain, key: authority.wildcard.key), "does not belong"),
            (TLSCertificate(name: "a", chain: [], key: site.key), "is empty"),
            (TLSCertificate(name: "a", chain: Array("hello".utf8), key: site.key), "no certificate in PEM"),
            (TLSCertificate(name: "a", chain: site.key, key: site.key), "no certificate in PEM"),
            (TLSCertificate(name: "a", chain: site.chain, key: site.chain), "private key cannot be read"),
            (TLSCertificate(name: "a", chain: site.chain, key: authority.encryptedKey), "encrypted"),
            (
                TLSCertificate(name: "a", chain: Array(site.chain.dropLast(60)), key: site.key),
                "certificate 1 cannot be read"
            ),
            (
                TLSCertificate(name: "a", chain: (0..<17).flatMap { _ in site.chain }, key: site.key),
                "more than 16"
            ),
        ]
        for (certificate, expected) in cases {
            do {
                _ = try TLSServer(certificates: [authority.wildcard, certificate], ticketKeys: .random())
                Issue.record("accepted: \(expected)")
            } catch {
                #expect("\(error)".hasPrefix("certificate a: "))
                #expect("\(error)".contains(expected), "\(error)")
                #expect(error.blame == .operatorOfThisServer)
            }
        }
        #expect(throws: TLSFault.self) { try TLSServer(certificates: [], ticketKeys: .random()) }
        for ciphers in ["NO-SUCH", "TLS_NO_SUCH"] {
            #expect(throws: TLSFault.self) {
                try TLSServer(certificates: [site], ciphers: ciphers, ticketKeys: .random())
            }
        }
    }

    @Test func theMinimumVersionIsKept() throws {
        let wiring = try connected(minimumVersion: .tls13, clientMaximum: .tls12)
        guard case .nothingInCommon = wiring.server.fault else {
            Issue.record("\(String(describing: wiring.server.fault))")
            return
        }
        #expect(wiring.client.fault == .alertReceived(code: 70, name: "protocol version"))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13]) func ticketsAreGoodOnEveryLoop(version: TLSVersion) throws {
        let authority = try TestAuthority.shared.get()
        let keys = TLSTicketKeys.random()
        let loops = try (0..<2).map { _ in try TLSServer(certificates: [authority.site], ticketKeys: keys) }
        let client = try TLSClient(trust: .authorities(authority.root, name: "root.pem"), maximumVersion: version)
        for (number, server) in [loops[0], loops[1], loops[0]].enumerated() {
            let wiring = try Wiring(server: server, client: client, host: "example.test")
            wiring.run()
            wiring.serverSends([1])
            #expect(wiring.server.isResumed == (number > 0))
            #expect(wiring.client.isResumed == (number > 0))
        }
        // Another process has other keys: a full handshake, and no failure.
        let other = try TLSServer(certificates: [authority.site], ticketKeys: .random())
        let wiring = try Wiring(server: other, client: client, host: "example.test")
        wiring.run()
        #expect(wiring.server.state == .open)
        #expect(!wiring.server.isResumed)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13]) func withoutKeysNobodyResumes(version: TLSVersion) throws {
        let authority = try TestAuthority.shared.get()
        let server = try TLSServer(certificates: [authority.site], ticketKeys: nil)
        let client = try TLSClient(trust: .authorities(authority.root, name: "root.pem"), maximumVersion: version)
        for _ in 0..<3 {
            let wiring = try Wiring(server: server, client: client, host: "example.test")
            wiring.run()
            wiring.serverSends([1])
            #expect(wiring.server.state == .open)
            #expect(!wiring.server.isResumed && !wiring.client.isResumed)
        }
    }

    @Test func ticketKeysHaveOneSize() {
        #expect(TLSTicketKeys([UInt8](repeating: 1, count: 79)) == nil)
        #expect(TLSTicketKeys([UInt8](repeating: 1, count: 80)) != nil)
    }

    @Test func aClientThatSpeaksOtherProtocolsIsRefused() throws {
        let other = try connected(offering: ["h2"])
        guard case .nothingInCommon = other.server.fault else {
            Issue.record("\(String(describing: other.server.fault))")
            return
        }
        #expect(other.client.fault == .alertReceived(code: 120, name: "no application protocol"))
        #expect(try connected(offering: ["h2", "http/1.1"]).server.applicationProtocol == "http/1.1")
        let silent = try connected(offering: [])
        #expect(silent.server.state == .open)
        #expect(silent.server.applicationProtocol == nil)
    }
}
