/// Text that is not TOML. Said in toml++'s words, and for the mistakes that people make most, with what would be right.
struct SyntaxFault {
    var description: String
    var line: Int
    var column: Int

    func problem(in bytes: [UInt8], file: String) -> SettingsProblem {
        guard line > 0 else { return SettingsProblem(place: .file(file), saying: "is not TOML: \(description)") }
        let text = Self.line(line, of: bytes)
        let isTwice = description.contains("redefine")
        let saying = isTwice ? "\(description); keep one of the two" : "is not TOML: \(description) (column \(column))"
        return SettingsProblem(
            place: .line(file: file, line: line), saying: saying, instead: isTwice ? nil : Self.quoted(text))
    }

    /// `listen = 127.0.0.1:80` wants quotes, which toml++ does not say: it complains of a second dot in a number.
    private static func quoted(_ line: String) -> String? {
        let parts = line.split(separator: "=", maxSplits: 1).map(trimmed)
        guard parts.count == 2, let first = parts[1].first, !"\"'[{#".contains(first), !parts[1].contains("\"") else {
            return nil
        }
        let value = trimmed(parts[1].prefix { $0 != "#" })
        return TOMLText.clipped("\(parts[0]) = \(TOMLText.quote(String(value)))")
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }

    private static func line(_ number: Int, of bytes: [UInt8]) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
        return lines.count >= number ? String(decoding: lines[number - 1].prefix(400), as: UTF8.self) : ""
    }
}
