/// A source of the tree: its lines as written, and its code, which is the same with comments and strings blanked out.
struct SourceFile {
    let path: String
    let lines: [String]
    /// As many lines as `lines`; what stands in a comment or a string is spaces.
    let code: [[UInt8]]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blanking = Blanking(Array(text.utf8))
        code = blanking.run().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// The folder below `Sources`, which is the module; nil elsewhere.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    func isBelow(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }

    /// The numbers of the lines (from 1) whose code has this text, as a word of its own where it begins or ends as a word.
    func linesWithCode(_ text: String) -> [Int] {
        let wanted = Array(text.utf8)
        return code.indices.filter { code[$0].hasWord(wanted) }.map { $0 + 1 }
    }
}

/// Something that breaks a rule, and where.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let what: String

    var description: String { "\(path):\(line): \(what)" }
}

extension [Finding] {
    /// What a failed test shows: what to do, then where.
    func advising(_ advice: String) -> String {
        (["\(advice)"] + map { "  \($0)" }).joined(separator: "\n")
    }
}

extension [UInt8] {
    func hasWord(_ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, let last = wanted.last, count >= wanted.count else { return false }
        for start in 0...(count - wanted.count) where self[start] == first {
            let end = start + wanted.count
            guard self[start..<end].elementsEqual(wanted) else { continue }
            let beginsInside = first.isNameByte && start > 0 && self[start - 1].isNameByte
            let endsInside = last.isNameByte && end < count && self[end].isNameByte
            if !beginsInside && !endsInside { return true }
        }
        return false
    }
}

extension UInt8 {
    /// A byte of a name: letter, digit, underscore, or a part of a letter beyond ASCII.
    var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...: true
        default: false
        }
    }
}
