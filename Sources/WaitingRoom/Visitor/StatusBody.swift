import Admission
import Bytes
import Digest

/// What a visitor is told of its place, as JSON.
struct StatusBody {
    let room: String
    let reply: Reply
    /// What an operator says to everybody.
    var message: String?
    /// When it opens, in seconds since 1970.
    var opensAt: Int64?
    /// For whoever keeps its ticket itself.
    var ticket: [UInt8]?
    /// The pass, when it is time.
    var token: [UInt8]?
    var tokenSeconds: UInt64 = 0
    /// Without a standing, when to ask again.
    var pollAfterDefault: Microseconds = 10_000_000

    func append(to output: inout ByteBuffer) {
        output.append("{\"room\":")
        JSONText.append(room, to: &output)
        output.append(",\"state\":\"")
        output.append(state)
        output.append(canEnter ? "\",\"canEnter\":true" : "\",\"canEnter\":false")
        if case .waiting(let standing) = reply { append(standing, to: &output) }
        if let opensAt {
            output.append(",\"opensAt\":")
            output.append(decimal: UInt64(clamping: opensAt))
        }
        if let message, !message.isEmpty {
            output.append(",\"message\":")
            JSONText.append(message, to: &output)
        }
        append("ticket", ticket, to: &output)
        append("token", token, to: &output)
        if token != nil {
            output.append(",\"tokenSeconds\":")
            output.append(decimal: tokenSeconds)
        }
        output.append(",\"pollAfterMs\":")
        output.append(decimal: UInt64(clamping: pollAfter / 1000))
        output.append("}\n")
    }

    private func append(_ standing: Standing, to output: inout ByteBuffer) {
        append("id", Base64URL.encode(standing.id.bytes.span), to: &output)
        append(standing.outlook, to: &output)
        guard let why = standing.rejoined else { return }
        output.append(",\"rejoined\":\"")
        output.append(why.rawValue)
        output.append("\"")
    }

    private func append(_ outlook: Outlook, to output: inout ByteBuffer) {
        if let position = outlook.position {
            output.append(",\"position\":")
            output.append(decimal: UInt64(clamping: position))
        } else {
            output.append(",\"position\":null")
        }
        output.append(",\"behind\":")
        output.append(decimal: UInt64(clamping: outlook.behind))
        guard let wait = outlook.wait else { return output.append(",\"waitSeconds\":null") }
        output.append(",\"waitSeconds\":{\"low\":")
        output.append(decimal: UInt64(clamping: wait.low / 1_000_000))
        output.append(",\"high\":")
        output.append(decimal: UInt64(clamping: (wait.high + 999_999) / 1_000_000))
        output.append("}")
    }

    private func append(_ name: StaticString, _ token: [UInt8]?, to output: inout ByteBuffer) {
        guard let token else { return }
        output.append(",\"")
        output.append(name)
        output.append("\":\"")
        output.append(token)
        output.append("\"")
    }

    var canEnter: Bool {
        switch reply {
        case .admitted, .open: true
        case .waiting, .revoked, .notYet, .closed, .full, .held: false
        }
    }

    var state: StaticString {
        guard case .waiting(let standing) = reply else { return reply.word }
        return switch standing.outlook.phase {
        case .prequeue: "prequeue"
        case .paused: "paused"
        case .before, .auto, .queue, .open, .closed: "waiting"
        }
    }

    /// For whoever counts in seconds, and comes rather late than early.
    var pollSeconds: UInt64 { UInt64(clamping: pollAfter / 1_000_000 + 1) }

    private var pollAfter: Microseconds {
        switch reply {
        case .waiting(let standing): standing.outlook.pollAfter
        case .held(let pollAfter): pollAfter
        case .admitted, .revoked, .notYet, .closed, .open, .full: pollAfterDefault
        }
    }
}

/// Text as JSON writes it.
enum JSONText {
    static func append(_ text: String, to output: inout ByteBuffer) {
        output.append("\"")
        defer { output.append("\"") }
        if text.utf8.allSatisfy(isPlain) { return output.append(text) }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output.append("\\\"")
            case "\\": output.append("\\\\")
            case "\n": output.append("\\n")
            // `<` so that it may stand in a page's script.
            case "<", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1f}", "\u{7f}":
                output.append("\\u")
                output.append(hex: UInt64(scalar.value), width: 4)
            default: output.append(String(scalar))
            }
        }
    }

    /// An ASCII letter that means itself.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"): false
        default: (0x20..<0x7f).contains(byte)
        }
    }
}
