/// What the exposition format allows as names, and how labels are written.
enum MetricsNames {
    static func isMetric(_ name: String) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ":") }
    }

    /// Names that begin with two underscores are Prometheus' own, and `le` is a histogram's.
    static func areLabels(_ labels: KeyValuePairs<String, String>, ofHistogram: Bool) -> Bool {
        for (at, label) in labels.enumerated() {
            guard let first = label.key.utf8.first, !isDigit(first), label.key.utf8.allSatisfy(isWord),
                !label.key.hasPrefix("__"), !(ofHistogram && label.key == "le"),
                !labels.prefix(at).contains(where: { $0.key == label.key })
            else { return false }
        }
        return true
    }

    /// Sorted by name, so that the order in which they were given makes no other series.
    static func text(of labels: KeyValuePairs<String, String>) -> String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value, quote: true))\"" }.joined(separator: ",")
    }

    /// Backslash and newline, and the quote where the text stands in quotes.
    static func escaped(_ text: String, quote: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quote: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "_")
    }
}
