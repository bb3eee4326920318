/// A configuration as the tests write it: the keys by their paths.
struct ConfigText: Sendable {
    enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
        ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
    {
        case text(String)
        case raw(String)

        init(stringLiteral text: String) { self = .text(text) }
        init(integerLiteral number: Int) { self = .raw("\(number)") }
        init(booleanLiteral flag: Bool) { self = .raw("\(flag)") }
        init(arrayLiteral items: Value...) { self = .raw("[" + items.map(\.toml).joined(separator: ", ") + "]") }

        var toml: String {
            switch self {
            case .text(let text): "\"\(text)\""
            case .raw(let raw): raw
            }
        }
    }

    private var values: [String: Value] = [
        "server.listen": "127.0.0.1:0", "admin.listen": "127.0.0.1:0", "log.format": "json", "limits.per_address": "off",
        "log.access": "stdout",
        // What most tests are about is the way to the origin; those of the waiting room say what they need.
        "room.state": "open",
    ]

    /// In front of these ports of this machine.
    init(upstream ports: UInt16..., with more: [String: Value] = [:]) {
        values["upstream.servers"] = .raw("[" + ports.map { "\"http://127.0.0.1:\($0)\"" }.joined(separator: ", ") + "]")
        values.merge(more) { $1 }
    }

    subscript(key: String) -> Value? {
        get { values[key] }
        set { values[key] = newValue }
    }

    func with(_ more: [String: Value]) -> ConfigText {
        var copy = self
        copy.values.merge(more) { $1 }
        return copy
    }

    var text: String {
        var sections: [String: [String]] = [:]
        for (path, value) in values {
            let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
            sections[parts[0], default: []].append("\(parts[1]) = \(value.toml)")
        }
        return sections.sorted { $0.key < $1.key }.map { section, lines in
            "[\(section)]\n" + lines.sorted().joined(separator: "\n")
        }.joined(separator: "\n\n") + "\n"
    }
}
