import Foundation

/// A certificate authority of the test's own, and certificates by it, made with openssl.
struct TestAuthority: Sendable {
    let folder: TemporaryFolder
    let name: String
    var certificate: String { folder.path("\(name).pem") }

    init(_ name: String = "ca", in folder: TemporaryFolder) throws {
        self.folder = folder
        self.name = name
        _ = try Tool.succeed(
            Self.newKey + [
                "-x509", "-days", "2", "-subj", "/CN=\(name) of a test", "-keyout", "\(name).key", "-out", "\(name).pem",
            ], in: folder.path)
    }

    private static let newKey = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    /// Makes `file.pem` (with the authority behind it) and `file.key.pem` for a host; as an entry of `[tls] certificates`.
    @discardableResult
    func issue(_ file: String, for host: String) throws -> String {
        let isAddress = host.allSatisfy { $0.isNumber || $0 == "." }
        try folder.write("\(file).ext", "subjectAltName = \(isAddress ? "IP" : "DNS"):\(host)\n")
        _ = try Tool.succeed(
            Self.newKey + ["-subj", "/CN=\(host)", "-keyout", "\(file).key.pem", "-out", "\(file).csr"], in: folder.path)
        let leaf = try Tool.succeed(
            [
                "openssl", "x509", "-req", "-in", "\(file).csr", "-CA", "\(name).pem", "-CAkey", "\(name).key", "-days", "2",
                "-CAcreateserial", "-extfile", "\(file).ext",
            ], in: folder.path)
        try folder.write("\(file).pem", leaf + folder.read("\(name).pem"))
        return "{ certificate = \"\(folder.path("\(file).pem"))\", key = \"\(folder.path("\(file).key.pem"))\" }"
    }
}
