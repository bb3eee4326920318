import Foundation
import TLS
import TestSupport

/// An authority of the tests' own and what it has signed, made by the openssl command in a folder that is gone afterwards.
struct TestAuthority: Sendable {
    let root: [UInt8]
    let stranger: [UInt8]
    /// www.example.test, example.test and 127.0.0.1, an elliptic key.
    let site: TLSCertificate
    /// *.example.test
    let wildcard: TLSCertificate
    /// The names of `site`, an RSA key.
    let siteRSA: TLSCertificate
    /// rsa.test, an RSA key.
    let rsa: TLSCertificate
    /// old.test, expired a day ago.
    let expired: TLSCertificate
    /// A common name only: plain.test.
    let nameless: TLSCertificate
    /// The key of `site`, with a password.
    let encryptedKey: [UInt8]

    static let shared = Result { try TestAuthority() }

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let work = Workshop(folder: folder)
        try work.authority("root")
        try work.authority("stranger")
        root = try work.read("root.pem")
        stranger = try work.read("stranger.pem")
        let siteNames = "DNS:www.example.test,DNS:example.test,IP:127.0.0.1"
        site = try work.leaf("site", names: siteNames)
        siteRSA = try work.leaf("site-rsa", names: siteNames, key: ["rsa:2048"])
        wildcard = try work.leaf("wildcard", names: "DNS:*.example.test")
        rsa = try work.leaf("rsa", names: "DNS:rsa.test", key: ["rsa:2048"])
        expired = try work.leaf("expired", names: "DNS:old.test", days: -1)
        nameless = try work.leaf("plain.test", names: nil)
        try work.openssl(["pkey", "-in", "site.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key"])
        encryptedKey = try work.read("locked.key")
    }
}

private struct Workshop {
    let folder: URL

    func openssl(_ arguments: [String]) throws {
        try FinishedProgram.succeed(["/usr/bin/openssl"] + arguments, folder: folder.path)
    }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))) }

    static let ellipticKey = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]

    func authority(_ name: String) throws {
        try openssl(
            ["req", "-x509", "-newkey"] + Self.ellipticKey
                + ["-nodes", "-keyout", "\(name).key", "-out", "\(name).pem", "-subj", "/CN=\(name)", "-days", "3650"])
    }

    func leaf(_ name: String, names: String?, key: [String] = ellipticKey, days: Int = 3650) throws -> TLSCertificate {
        try openssl(
            ["req", "-new", "-newkey"] + key
                + ["-nodes", "-keyout", "\(name).key", "-out", "\(name).csr", "-subj", "/CN=\(name)"])
        let extensions = names.map { "subjectAltName=\($0)\n" } ?? "keyUsage=digitalSignature\n"
        try Data(extensions.utf8).write(to: folder.appendingPathComponent("\(name).ext"))
        try openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "\(days)", "-extfile",
            "\(name).ext", "-out", "\(name).pem",
        ])
        return TLSCertificate(name: "\(name).pem", chain: try read("\(name).pem"), key: try read("\(name).key"))
    }
}
