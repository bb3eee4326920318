/// One value of the file, or the words of a flag, with the place that a problem with it names.
struct Item: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case string(String)
        case integer(Int64)
        case float(Double)
        case boolean(Bool)
        case date
        case list([Item])
        /// `isHeader`: written as `[name]`, not in braces.
        case table([Item], isHeader: Bool)
        /// From the command line, where nothing has a type yet.
        case word(String)
    }

    /// Empty in a list.
    var name = ""
    var value: Value
    var place: SettingsProblem.Place

    /// The text that a key for text, a duration, an address and so on reads.
    var text: String? {
        switch value {
        case .string(let text), .word(let text): text
        default: nil
        }
    }

    var integer: Int64? {
        switch value {
        case .integer(let number): number
        case .word(let text): Int64(text)
        default: nil
        }
    }

    var isWord: Bool {
        if case .word = value { return true }
        return false
    }

    /// As a message quotes it.
    var shown: String {
        switch value {
        case .string(let text), .word(let text): TOMLText.quote(TOMLText.clipped(text))
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .date: "a date"
        case .list(let items): items.isEmpty ? "[]" : "a list"
        case .table: "a table"
        }
    }
}

/// How text stands in TOML and in messages.
enum TOMLText {
    /// In double quotes; what could garble a terminal or a log line is written as an escape.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted += isPlain(scalar) ? String(scalar) : escape(scalar)
            }
        }
        return quoted + "\""
    }

    static func list(_ texts: [String]) -> String { "[" + texts.map(quote).joined(separator: ", ") + "]" }

    /// Without quotes around it, for words that are not ours.
    static func plain(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars { plain += isPlain(scalar) ? String(scalar) : escape(scalar) }
        return plain
    }

    /// A name as TOML writes it: bare where it may be.
    static func name(_ text: String) -> String {
        let isBare =
            !text.isEmpty
            && text.utf8.allSatisfy {
                (97...122).contains($0 | 0x20) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_")
            }
        return isBare ? clipped(text) : quote(clipped(text))
    }

    /// A message quotes no more of a mistake than a reader needs to find it.
    static func clipped(_ text: String) -> String {
        text.count <= 80 ? text : text.prefix(77) + "..."
    }

    /// No controls, no line or paragraph separators, nothing that turns the direction of writing.
    static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return digits.count <= 4
            ? "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            : "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
