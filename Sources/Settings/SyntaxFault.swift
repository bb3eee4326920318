/// Text that is not TOML. Said in toml++'s words, and for the mistakes that people make most, in ours and with what would
/// be right.
struct SyntaxFault {
    var description: String
    var line: Int
    var column: Int

    func problem(in bytes: [UInt8], file: String) -> SettingsProblem {
        guard line > 0 else { return SettingsProblem(place: .file(file), saying: "is not TOML: \(description)") }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
            .prefix(line).map { String(decoding: $0.prefix(Self.lineBytesMax), as: UTF8.self) }
        let parts = (lines.last ?? "").split(separator: "=", maxSplits: 1).map(Self.trimmed)
        let key = parts.count == 2 && Self.isBare(parts[0]) ? String(parts[0]) : nil
        let (saying, instead) = words(key: key, value: key == nil ? "" : parts[1])
        return SettingsProblem(
            place: .line(file: file, line: line), section: Self.section(above: lines), key: key.map(TOMLText.clipped),
            saying: saying, instead: instead)
    }

    private func words(key: String?, value: Substring) -> (saying: String, instead: String?) {
        if description.contains("redefine") { return ("is there twice; keep one of the two", nil) }
        // `listen = 127.0.0.1:80`, of which toml++ says that it is not a time.
        if let key, Self.wantsQuotes(value) {
            let text = TOMLText.clipped(String(Self.trimmed(value.prefix { $0 != "#" })))
            return ("\(text) stands without quotes", "\(key) = \(TOMLText.quote(text))")
        }
        if description.contains("control characters"), value.first == "\"", value.filter({ $0 == "\"" }).count == 1 {
            return (
                "the closing quote is missing",
                "\(key ?? "") = \(TOMLText.quote(TOMLText.clipped(String(value.dropFirst()))))"
            )
        }
        let reason = description.hasPrefix("Error while") ? description.drop { $0 != ":" }.dropFirst(2) : description[...]
        return ("is not TOML: \(TOMLText.plain(String(reason.prefix(200)))) (column \(column))", nil)
    }

    /// What follows an equals sign, when it begins like no TOML value but a number or a word, and is neither.
    private static func wantsQuotes(_ value: Substring) -> Bool {
        guard let first = value.first, !"\"'[{#".contains(first), !value.contains("\"") else { return false }
        return value.unicodeScalars.allSatisfy(TOMLText.isPlain) && value.contains { !"+-_0123456789".contains($0) }
    }

    /// The header that the last line stands under.
    private static func section(above lines: [String]) -> String? {
        for line in lines.reversed() {
            let text = trimmed(line.prefix { $0 != "#" })
            guard text.first == "[", text.last == "]" else { continue }
            let name = text.drop { $0 == "[" }.prefix { $0 != "]" }
            if isBare(name) { return TOMLText.clipped(String(name)) }
        }
        return nil
    }

    private static func isBare(_ name: Substring) -> Bool {
        !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }

    /// Of a longer line the rest is not looked at for a hint.
    private static let lineBytesMax = 400
}
