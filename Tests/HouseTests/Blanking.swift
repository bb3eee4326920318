/// Replaces what stands in comments and strings with spaces, so that rules look at code alone. Code inside `\( )` of a
/// string stays. It knows nested comments, raw and multi-line strings; not regex literals, which the house does not use.
struct Blanking {
    private let text: [UInt8]
    private var result: [UInt8]
    private var at = 0

    init(_ text: [UInt8]) {
        self.text = text
        result = text
    }

    mutating func run() -> [UInt8] {
        while at < text.count { code() }
        return result
    }

    private func byte(_ offset: Int) -> UInt8 {
        at + offset < text.count ? text[at + offset] : 0
    }

    private mutating func blank(_ count: Int) {
        for place in at..<min(at + count, text.count) where text[place] != UInt8(ascii: "\n") {
            result[place] = UInt8(ascii: " ")
        }
        at += count
    }

    /// One step through code.
    private mutating func code() {
        switch (byte(0), byte(1)) {
        case (UInt8(ascii: "/"), UInt8(ascii: "/")):
            while at < text.count && byte(0) != UInt8(ascii: "\n") { blank(1) }
        case (UInt8(ascii: "/"), UInt8(ascii: "*")):
            comment()
        case (UInt8(ascii: "\""), _):
            string(hashes: 0)
        case (UInt8(ascii: "#"), _):
            var hashes = 0
            while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
            if byte(hashes) == UInt8(ascii: "\"") { string(hashes: hashes) } else { at += hashes }
        default:
            at += 1
        }
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            switch (byte(0), byte(1)) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                depth += 1
                blank(2)
            case (UInt8(ascii: "*"), UInt8(ascii: "/")):
                depth -= 1
                blank(2)
            default:
                blank(1)
            }
        } while depth > 0 && at < text.count
    }

    private func isQuote(_ offset: Int, count: Int) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "\"") }
    }

    private func isHash(_ offset: Int, count: Int) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }

    private mutating func string(hashes: Int) {
        let quotes = isQuote(hashes, count: 3) ? 3 : 1
        blank(hashes + quotes)
        while at < text.count {
            if isQuote(0, count: quotes) && isHash(quotes, count: hashes) {
                blank(quotes + hashes)
                return
            }
            if quotes == 1 && byte(0) == UInt8(ascii: "\n") { return }
            guard byte(0) == UInt8(ascii: "\\") && isHash(1, count: hashes) else {
                blank(1)
                continue
            }
            if byte(1 + hashes) == UInt8(ascii: "(") {
                blank(2 + hashes)
                interpolation()
            } else {
                blank(2 + hashes)
            }
        }
    }

    /// Code up to the parenthesis that ends it.
    private mutating func interpolation() {
        var depth = 1
        while at < text.count {
            if byte(0) == UInt8(ascii: "(") { depth += 1 }
            if byte(0) == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 {
                blank(1)
                return
            }
            code()
        }
    }
}
