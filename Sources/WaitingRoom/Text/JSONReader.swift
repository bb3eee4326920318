/// Reads JSON (RFC 8259) strictly: one value, nothing behind it, no name twice in an object.
///
/// What it takes is bounded by whoever gives it the bytes, and by `depthMax`.
struct JSONReader {
    static let depthMax = 16

    private let bytes: [UInt8]
    private var at = 0

    /// Nil for anything else.
    static func read(_ bytes: [UInt8]) -> JSONValue? {
        var reader = JSONReader(bytes: bytes)
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.at == bytes.count ? value : nil
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() { while let byte = next, [32, 9, 10, 13].contains(byte) { at += 1 } }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        let word = Array(word.utf8)
        guard bytes[at...].starts(with: word) else { return false }
        at += word.count
        return true
    }

    private mutating func value(depth: Int) -> JSONValue? {
        skipSpace()
        guard depth < Self.depthMax, let first = next else { return nil }
        switch first {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return list(depth)
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "t"): return take(word: "true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take(word: "false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object(_ depth: Int) -> JSONValue? {
        at += 1
        var members: [JSONMember] = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\""), let name = text() else { return nil }
            skipSpace()
            guard take(":"), let value = value(depth: depth + 1), !members.contains(where: { $0.name == name }) else {
                return nil
            }
            members.append(JSONMember(name: name, value: value))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    private mutating func list(_ depth: Int) -> JSONValue? {
        at += 1
        var list: [JSONValue] = []
        skipSpace()
        if take("]") { return .list([]) }
        while true {
            guard let value = value(depth: depth + 1) else { return nil }
            list.append(value)
            skipSpace()
            if take("]") { return .list(list) }
            guard take(",") else { return nil }
        }
    }

    private mutating func number() -> JSONValue? {
        let start = at
        _ = take("-")
        if !take("0") { guard takeDigits() else { return nil } }
        if take(".") { guard takeDigits() else { return nil } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard takeDigits() else { return nil }
        }
        guard let number = Double(String(decoding: bytes[start..<at], as: UTF8.self)), number.isFinite else { return nil }
        return .number(number)
    }

    private mutating func takeDigits() -> Bool {
        let start = at
        while let byte = next, byte &- 48 < 10 { at += 1 }
        return at > start
    }

    private mutating func text() -> String? {
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escaped(into: &text) else { return nil }
            case 0..<32: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 34, UInt8(ascii: "\\"): 92, UInt8(ascii: "/"): 47, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12,
        UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]

    private mutating func escaped(into text: inout [UInt8]) -> Bool {
        guard let byte = next else { return false }
        at += 1
        if let plain = Self.escapes[byte] {
            text.append(plain)
            return true
        }
        guard byte == UInt8(ascii: "u"), let first = hex() else { return false }
        var code = first
        if (0xd800..<0xdc00).contains(first) {
            guard take("\\"), take("u"), let second = hex(), (0xdc00..<0xe000).contains(second) else { return false }
            code = 0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { return false }
        text += Array(String(scalar).utf8)
        return true
    }

    private mutating func hex() -> UInt32? {
        guard at + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[at..<at + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        at += 4
        return value
    }
}
