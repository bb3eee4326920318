import Foundation
import Postgres
import TestSupport
import Testing

/// TLS to a server whose certificate is for site.test and vouches for itself.
@Suite struct EncryptionTests {
    private func encrypted(only: Bool) throws -> (PostgresServer, root: String) {
        let certificate = try TestCertificate.get()
        var settings = PostgresServer.Settings()
        settings.configuration = ["ssl = on"]
        settings.files = [
            "server.crt": String(decoding: certificate.chain, as: UTF8.self),
            "server.key": String(decoding: certificate.key, as: UTF8.self),
        ]
        if only { settings.access = ["hostssl all all 127.0.0.1/32 trust"] }
        let server = try PostgresServer(settings)
        return (server, server.folder + "/data/server.crt")
    }

    private func state(_ server: PostgresServer, _ query: String, host: String = "127.0.0.1") throws -> PostgresState {
        let url = server.url("postgres", query: query).replacing("@127.0.0.1", with: "@\(host)")
        return try Client().state(connectingTo: url)
    }

    @Test func theCertificateIsCheckedAsFarAsIsAsked() throws {
        let (server, root) = try encrypted(only: true)
        defer { server.close() }
        let kind = { (state: PostgresState) -> PostgresConnectFault.Kind? in
            guard case .down(.cannotConnect(let fault)) = state else { return nil }
            return fault.kind
        }
        #expect(try kind(state(server, "sslmode=disable")) == .authentication)
        #expect(try state(server, "sslmode=prefer") == .up)
        #expect(try state(server, "sslmode=require") == .up)
        #expect(try state(server, "sslmode=verify-ca&sslrootcert=\(root)") == .up)
        // It is for site.test, and neither an address nor localhost.
        #expect(try kind(state(server, "sslmode=verify-full&sslrootcert=\(root)")) == .unreachable)
        #expect(try kind(state(server, "sslmode=verify-full&sslrootcert=\(root)", host: "localhost")) == .unreachable)
        #expect(try kind(state(server, "sslmode=verify-ca&sslrootcert=/etc/ssl/certs/ca-certificates.crt")) == .unreachable)
        #expect(try kind(state(server, "sslmode=verify-ca&sslrootcert=/nowhere.pem")) == .unreachable)
    }

    /// Whoever asks for TLS does not go on without.
    @Test func aServerWithoutTLSIsNotEnough() throws {
        let server = try PostgresServer.shared()
        guard case .down(.cannotConnect(let fault)) = try state(server, "sslmode=require") else {
            throw Unexpected("it went on")
        }
        #expect(fault.words.contains("does not support SSL"))
    }

    @Test func muchGoesThroughTLS() throws {
        let (server, _) = try encrypted(only: true)
        defer { server.close() }
        let client = try Client()
        try client.connect(to: server.url("postgres", query: "sslmode=require"))
        #expect(try client.one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") as Bool)
        #expect(try client.run { _, tenant in tenant.connection?.isEncrypted == true })
        let given = pattern(3 << 20)
        for size in [0, 1, 8191, 8192, 16_384, 100_000, 3 << 20] {
            let part = Array(given.prefix(size))
            #expect(try client.one("SELECT $1", [part]) as [UInt8] == part)
        }
        let count = try client.query("SELECT repeat('x', 5000) FROM generate_series(1, 2000)") { $0.count }
        #expect(count == 2000)
    }
}
