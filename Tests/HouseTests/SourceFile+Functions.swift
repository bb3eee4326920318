/// A function, initializer or subscript with a body.
struct FunctionExtent {
    let line: Int
    let lineCount: Int
}

extension SourceFile {
    func functions() -> [FunctionExtent] {
        let bytes = Array(code.joined(separator: [UInt8(ascii: "\n")]))
        var found: [FunctionExtent] = []
        var line = 1
        for at in bytes.indices {
            if bytes[at] == UInt8(ascii: "\n") { line += 1 }
            guard at == 0 || !bytes[at - 1].isNameByte, let word = bytes.word(at), Self.openers.contains(word) else {
                continue
            }
            // `.init(…)` and `#function` are uses.
            if at > 0, bytes[at - 1] == UInt8(ascii: ".") || bytes[at - 1] == UInt8(ascii: "#") { continue }
            guard let start = bytes.bodyStart(after: at + word.utf8.count) else { continue }
            let end = bytes.closingBrace(of: start)
            found.append(FunctionExtent(line: line, lineCount: bytes[at...end].count { $0 == UInt8(ascii: "\n") } + 1))
        }
        return found
    }

    private static let openers: Set<String> = ["func", "init", "deinit", "subscript"]
}

extension [UInt8] {
    /// The word that begins here.
    fileprivate func word(_ at: Int) -> String? {
        guard self[at].isNameByte else { return nil }
        let end = self[at...].firstIndex { !$0.isNameByte } ?? endIndex
        return end - at > 12 ? nil : String(decoding: self[at..<end], as: UTF8.self)
    }

    /// Where the body's brace is; nil when the next declaration comes first (a requirement of a protocol).
    fileprivate func bodyStart(after start: Int) -> Int? {
        let others: Set<String> = ["func", "init", "deinit", "subscript", "var", "let", "case", "associatedtype", "static"]
        var depth = 0
        var at = start
        while at < count {
            switch self[at] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return at
            case UInt8(ascii: "}") where depth == 0: return nil
            default:
                if depth == 0, !self[at - 1].isNameByte, let word = word(at), others.contains(word) { return nil }
            }
            if depth < 0 { return nil }
            at += 1
        }
        return nil
    }

    fileprivate func closingBrace(of start: Int) -> Int {
        var depth = 0
        for at in start..<count {
            if self[at] == UInt8(ascii: "{") { depth += 1 }
            if self[at] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return at }
        }
        return count - 1
    }
}
