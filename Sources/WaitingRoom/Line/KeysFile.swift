import Admission
import Digest
import Glibc
import Settings

/// The file with the keys of the tokens: on each line a name and a secret in base64url. The first signs.
enum KeysFile {
    static let secretBytes = 32

    static func read(_ path: String) throws(SettingsProblems) -> [TokenKey] {
        let text = String(decoding: try SettingsFile.read(path), as: UTF8.self)
        var keys: [TokenKey] = []
        for (at, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2, let secret = Base64URL.decode(String(words[1])) else {
                throw wrong(path, at + 1, "is not NAME SECRET, as `waitingroom keygen` writes it")
            }
            keys.append(TokenKey(identifier: String(first), secret: secret))
        }
        do throws(KeyRingFault) {
            _ = try KeyRing(keys)
        } catch {
            throw SettingsProblems([SettingsProblem(place: .file(path), saying: error.description)])
        }
        return keys
    }

    private static func wrong(_ path: String, _ line: Int, _ saying: String) -> SettingsProblems {
        SettingsProblems([SettingsProblem(place: .line(file: path, line: line), saying: saying)])
    }

    /// A new line for such a file. The name says nothing but differs.
    static func newLine() -> String {
        let name = String(Base64URL.encode(SecureRandom.bytes(6)).map { $0 == "_" ? "-" : $0 })
        return "\(name) \(Base64URL.encode(SecureRandom.bytes(secretBytes)))\n"
    }

    /// Makes the file with one key; false when it was there.
    static func make(_ path: String) throws(SettingsProblems) -> Bool { try SecretFile.make(path, newLine()) }

    static func makeFolder(_ path: String) {
        if !path.isEmpty { mkdir(path, 0o700) }
    }
}
