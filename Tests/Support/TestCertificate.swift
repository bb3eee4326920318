import Foundation
import TLS

/// A certificate that vouches for itself, for site.test, made once by the openssl command.
public enum TestCertificate {
    public static func get() throws -> TLSCertificate { try made.get() }

    private static let made = Result { try make() }

    private static func make() throws -> TLSCertificate {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("certificate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, chain) = (folder.appendingPathComponent("key.pem"), folder.appendingPathComponent("chain.pem"))
        try FinishedProgram.succeed([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            key.path, "-out", chain.path, "-subj", "/CN=site.test", "-addext", "subjectAltName=DNS:site.test", "-days",
            "3650",
        ])
        return TLSCertificate(
            name: "site.test", chain: [UInt8](try Data(contentsOf: chain)), key: [UInt8](try Data(contentsOf: key)))
    }
}
