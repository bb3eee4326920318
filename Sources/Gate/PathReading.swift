import Bytes

/// What a path may mean to an origin.
///
/// Rooms are named by plain paths, requests spell them as they like: `//tickets`, `/x/../tickets`, `/%74ickets`, `/TICKETS`,
/// `/tickets;a=b`, `/tickets%2fbuy`. Origins disagree about what these are, so that a path which is not plain is read in every
/// way that one of them reads it, and belongs to a room when one of the readings does.
public struct PathReading: Sendable, Equatable {
    /// Decoded as often as it can be, in small letters, backslashes as slashes, without parameters; dots and empty segments are
    /// as they were.
    public private(set) var walked: [UInt8] = []
    /// The same with `.` and `..` followed and empty segments left out.
    public private(set) var resolved: [UInt8] = []

    /// `%252525…` is decoded so often; who nests deeper wants to be misunderstood.
    static let decodingsMax = 4

    /// Nothing about which two origins differ but the case of its letters.
    public static func isPlain(_ path: Span<UInt8>) -> Bool {
        guard !path.isEmpty, path[0] == UInt8(ascii: "/") else { return false }
        var previous = UInt8(ascii: "x")
        for at in 0..<path.count {
            let byte = path[at]
            guard isPlain(byte) else { return false }
            if previous == UInt8(ascii: "/"), byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { return false }
            // A dot or blank at the end of a name is dropped by some.
            if byte == UInt8(ascii: "/"), previous == UInt8(ascii: ".") { return false }
            previous = byte
        }
        return previous != UInt8(ascii: ".")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"),
            UInt8(ascii: "@"),
            UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ":"),
            UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"):
            true
        default: false
        }
    }

    /// Nil when it is nested deeper than anybody honest does, holds a NUL, or spells a letter with more bytes than it has, which
    /// is never UTF-8 and which a careless reader takes for the letter.
    public init?(_ path: Span<UInt8>) {
        var text = path.array
        var decodings = 0
        while let decoded = Self.decoded(text) {
            guard decodings < Self.decodingsMax else { return nil }
            decodings += 1
            text = decoded
        }
        if text.contains(where: { [0, 0xc0, 0xc1].contains($0) }) { return nil }
        for at in text.indices {
            text[at] = text[at] == UInt8(ascii: "\\") ? UInt8(ascii: "/") : text[at].asciiLowercased
        }
        let segments = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Self.named)
        walked = Array(segments.joined(separator: [UInt8(ascii: "/")]))
        resolved = Self.resolved(segments)
    }

    /// Nil when nothing is encoded.
    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var isDecoded = false
        var at = 0
        while at < text.count {
            if text[at] == UInt8(ascii: "%"), at + 2 < text.count, let high = digit(text[at + 1]),
                let low = digit(text[at + 2])
            {
                result.append(high << 4 | low)
                isDecoded = true
                at += 3
            } else if let byte = wide(text, at) {
                result.append(byte)
                isDecoded = true
                at += 6
            } else {
                result.append(text[at])
                at += 1
            }
        }
        return isDecoded ? result : nil
    }

    /// `%u0041`, which no standard knows and one server reads. What is no ASCII stands for nothing that a room is called.
    private static func wide(_ text: [UInt8], _ at: Int) -> UInt8? {
        guard text[at] == UInt8(ascii: "%"), at + 5 < text.count, text[at + 1].asciiLowercased == UInt8(ascii: "u") else {
            return nil
        }
        let digits = text[(at + 2)...(at + 5)].compactMap(digit)
        guard digits.count == 4 else { return nil }
        let code = digits.reduce(UInt16(0)) { $0 << 4 | UInt16($1) }
        return code < 128 ? UInt8(code) : UInt8(ascii: "?")
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// A segment without its parameters, and without the dots and blanks that some file systems do not see at its end.
    private static func named(_ segment: ArraySlice<UInt8>) -> [UInt8] {
        var name = Array(segment.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        if name.allSatisfy({ $0 == UInt8(ascii: ".") }) { return name }
        while let last = name.last, last == UInt8(ascii: ".") || last <= UInt8(ascii: " ") { name.removeLast() }
        return name
    }

    private static func resolved(_ segments: [[UInt8]]) -> [UInt8] {
        var kept: [[UInt8]] = []
        for segment in segments {
            if segment == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                _ = kept.popLast()
            } else if !segment.isEmpty, segment != [UInt8(ascii: ".")] {
                kept.append(segment)
            }
        }
        return kept.reduce(into: []) { path, segment in
            path.append(UInt8(ascii: "/"))
            path += segment
        }
    }
}
