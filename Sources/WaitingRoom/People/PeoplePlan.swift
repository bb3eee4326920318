import Digest
import Settings

/// How the site's own tokens are judged, with the keys as they were read. Made off the loops.
struct PeoplePlan: Sendable, Equatable {
    let settings: Settings.People
    /// The file's.
    let keys: [UInt8]

    static let secretBytesMin = 32
    static let secretsMax = 16

    /// Nil: nobody is known.
    static func prepare(_ settings: Settings) throws(SettingsProblems) -> PeoplePlan? {
        guard settings.people.algorithm != .off else { return nil }
        let plan = PeoplePlan(settings: settings.people, keys: try SettingsFile.read(settings.people.keyFile))
        _ = try plan.verifiers()
        return plan
    }

    enum Verifier {
        case mac(MACKey)
        case key(PublicKey)
    }

    /// Each loop makes its own.
    func verifiers() throws(SettingsProblems) -> [Verifier] {
        let kind: PublicKey.Kind
        switch settings.algorithm {
        case .off: return []
        case .hs256: return try secrets().map { .mac(MACKey($0)) }
        case .rs256: kind = .rsa
        case .es256: kind = .p256
        }
        do throws(PublicKeyFault) {
            return try PublicKey.read(pem: keys, kind).map { .key($0) }
        } catch {
            throw wrong("\(error.description); \(settings.algorithm.rawValue) wants \(Self.wanted(kind))")
        }
    }

    private func secrets() throws(SettingsProblems) -> [[UInt8]] {
        let lines = keys.split { $0 == 10 || $0 == 13 }.map(Array.init)
        if lines.isEmpty || lines.count > Self.secretsMax {
            throw wrong("has to hold from 1 to \(Self.secretsMax) secrets, one on each line")
        }
        // A public key is known to everybody: whoever mixes up the two must not have it taken for a secret.
        if lines.contains(where: { $0.starts(with: Array("-----BEGIN".utf8)) }) {
            throw wrong("is PEM, which HS256 has none of: it wants a secret on each line")
        }
        for (at, line) in lines.enumerated() where line.count < Self.secretBytesMin {
            throw wrong("has a secret of \(line.count) bytes, number \(at + 1); HS256 wants \(Self.secretBytesMin) at least")
        }
        return lines
    }

    private static func wanted(_ kind: PublicKey.Kind) -> String {
        switch kind {
        case .rsa: "RSA keys"
        case .p256: "keys of the curve P-256"
        }
    }

    private func wrong(_ saying: String) -> SettingsProblems {
        SettingsProblems([
            SettingsProblem(place: .file(settings.keyFile), section: "people", key: "key_file", saying: saying)
        ])
    }
}
