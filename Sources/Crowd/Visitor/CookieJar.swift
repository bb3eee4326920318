import Bytes

/// What a site has set at one visitor, kept as the value of the next request's `Cookie` field: one block of memory each.
///
/// Names and values only: a visitor knows one site, and what a browser does with paths and domains is not its matter.
public struct CookieJar: Sendable {
    /// Beyond it a cookie is not taken.
    public static let bytesMax = 8 * 1024

    public private(set) var bytes: [UInt8] = []

    public init() {}

    public var isEmpty: Bool { bytes.isEmpty }

    /// Takes the value of a `Set-Cookie` field. `Max-Age=0` and below takes the cookie out.
    public mutating func take(_ field: Span<UInt8>) {
        var end = 0
        while end < field.count, field[end] != UInt8(ascii: ";") { end += 1 }
        var equals = 0
        while equals < end, field[equals] != UInt8(ascii: "=") { equals += 1 }
        guard equals > 0, equals < end else { return }
        remove(field.extracting(0..<equals))
        if Self.isOver(field.extracting(end..<field.count)) { return }
        guard bytes.count + end + 2 <= Self.bytesMax else { return }
        if !bytes.isEmpty { bytes += [UInt8(ascii: ";"), UInt8(ascii: " ")] }
        for at in 0..<end { bytes.append(field[at]) }
    }

    /// The value of the first cookie whose name begins so; rooms put their own names behind it.
    public func value(prefix: [UInt8]) -> Range<Int>? {
        var start = 0
        while start < bytes.count {
            let end = self.end(from: start)
            if let equals = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")), bytes[start..<equals].starts(with: prefix)
            {
                return equals + 1..<end
            }
            start = end + 2
        }
        return nil
    }

    public mutating func removeAll() { bytes = [] }

    private func end(from start: Int) -> Int { bytes[start...].firstIndex(of: UInt8(ascii: ";")) ?? bytes.count }

    private mutating func remove(_ name: Span<UInt8>) {
        var start = 0
        while start < bytes.count {
            let end = self.end(from: start)
            let isSame =
                end - start > name.count && bytes[start + name.count] == UInt8(ascii: "=")
                && bytes.span.extracting(start..<(start + name.count)).equals(name)
            guard isSame else {
                start = end + 2
                continue
            }
            // With the separator on one of its sides.
            let from = end == bytes.count ? max(0, start - 2) : start
            bytes.removeSubrange(from..<min(bytes.count, end == bytes.count ? end : end + 2))
            return
        }
    }

    private static func isOver(_ attributes: Span<UInt8>) -> Bool {
        let name: StaticString = "max-age="
        let count = name.utf8CodeUnitCount
        guard attributes.count > count else { return false }
        for start in 0..<(attributes.count - count)
        where attributes.extracting(start..<(start + count)).equalsIgnoringCase(name) {
            let first = attributes[start + count]
            let isAlone = start + count + 1 == attributes.count || attributes[start + count + 1] == UInt8(ascii: ";")
            return first == UInt8(ascii: "-") || first == UInt8(ascii: "0") && isAlone
        }
        return false
    }
}
