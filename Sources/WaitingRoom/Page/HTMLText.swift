import Bytes

/// Text as HTML has it, between tags and in attributes within quotes.
enum HTMLText {
    static func append(_ text: Span<UInt8>, to output: inout ByteBuffer) {
        var start = 0
        for at in 0..<text.count {
            guard let escape = escape(text[at]) else { continue }
            output.append(text.extracting(start..<at))
            output.append(escape)
            start = at + 1
        }
        output.append(text.extracting(start..<text.count))
    }

    static func escaped(_ text: String) -> [UInt8] {
        var output = ByteBuffer()
        append(Array(text.utf8).span, to: &output)
        return output.span.array
    }

    private static func escape(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}

/// Numbers as people read them: 12,034.
enum NumberText {
    static func append(_ number: Int, to output: inout ByteBuffer) {
        let digits = String(max(0, number)).utf8
        for (at, digit) in digits.enumerated() {
            if at > 0, (digits.count - at) % 3 == 0 { output.append(",") }
            output.append(digit)
        }
    }
}
