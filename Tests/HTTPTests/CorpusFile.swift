import Foundation

/// A case of the corpus; see `Corpus/README.md`.
struct CorpusCase: Sendable, CustomStringConvertible {
    var file: String
    var name: String
    var keys: [String: String] = [:]
    var bytes: [UInt8] = []

    var description: String { "\(file): \(name)" }

    /// The words behind `expect:`.
    var expectation: [String] { (keys["expect"] ?? "").split(separator: " ").map(String.init) }

    func number(_ key: String) -> Int? { keys[key].flatMap { Int($0) } }

    func text(_ key: String) throws -> [UInt8]? { try keys[key].map(CorpusFile.unescape) }
}

enum CorpusFile {
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    /// Found from the folder of all tests: RelayTests reads the same cases through a link to this file.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("HTTPTests").appendingPathComponent("Corpus")

    /// All cases of the files in a folder of the corpus, in the order of their names.
    static func cases(_ kind: String) throws -> [CorpusCase] {
        let place = folder.appendingPathComponent(kind)
        let files = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { $0.hasSuffix(".http") }.sorted()
        return try files.flatMap { file in
            try parse(String(contentsOf: place.appendingPathComponent(file), encoding: .utf8), file: "\(kind)/\(file)")
        }
    }

    static func parse(_ text: String, file: String) throws -> [CorpusCase] {
        var cases: [CorpusCase] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let malformed = Malformed(description: "\(file):\(index + 1): not a line of the corpus: \(line)")
            if line.hasPrefix("== ") {
                cases.append(CorpusCase(file: file, name: String(line.dropFirst(3))))
                continue
            }
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard !cases.isEmpty else { throw malformed }
            let last = cases.count - 1
            if line == ">" || line.hasPrefix("> ") {
                cases[last].bytes += try unescape(String(line.dropFirst(2))) + [13, 10]
            } else if line.hasPrefix("| ") {
                cases[last].bytes += try unescape(String(line.dropFirst(2)))
            } else {
                guard cases[last].bytes.isEmpty, let colon = line.firstIndex(of: ":") else { throw malformed }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                cases[last].keys[String(line[..<colon])] = String(value)
            }
        }
        return cases
    }

    static func unescape(_ text: String) throws -> [UInt8] {
        var rest = Array(text.utf8)[...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "0"): bytes.append(0)
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                guard let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                    throw Malformed(description: "not \\xHH: \(text)")
                }
                bytes.append(byte)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "{"):
                let parts = rest.prefix { $0 != UInt8(ascii: "}") }.split(separator: UInt8(ascii: "*"), maxSplits: 1)
                guard parts.count == 2, let count = Int(String(decoding: parts[0], as: UTF8.self)) else {
                    throw Malformed(description: "not \\{count*text}: \(text)")
                }
                let repeated = try unescape(String(decoding: parts[1], as: UTF8.self))
                for _ in 0..<count { bytes += repeated }
                rest = rest.drop { $0 != UInt8(ascii: "}") }.dropFirst()
            default: throw Malformed(description: "unknown escape: \(text)")
            }
        }
        return bytes
    }
}

/// Ways to cut bytes into pieces that come one after the other.
enum Pieces {
    static func cut(_ bytes: [UInt8], at place: Int) -> [[UInt8]] { [Array(bytes[..<place]), Array(bytes[place...])] }

    /// Where to cut: everywhere, or at some places of what is long.
    static func places(_ count: Int) -> [Int] {
        count <= 4096 ? Array(0...count) : (0...96).map { $0 * count / 96 }
    }

    static func single(_ bytes: [UInt8]) -> [[UInt8]] { bytes.map { [$0] } }
}
