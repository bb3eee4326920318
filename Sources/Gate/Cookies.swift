import Bytes
import HTTP

/// Looks for a cookie in a head, without taking the others apart.
public enum Cookies {
    /// The values of all cookies of that name, in order, until `take` says that it has what it wants. A browser that was given
    /// one for two paths sends both.
    public static func each(
        _ name: Span<UInt8>, _ head: RequestHead, _ bytes: Span<UInt8>, until take: (ByteRange) -> Bool
    ) {
        for field in head.fields where field.known == .cookie {
            if each(name, in: field.value, bytes, until: take) { return }
        }
    }

    private static func each(
        _ name: Span<UInt8>, in field: ByteRange, _ bytes: Span<UInt8>, until take: (ByteRange) -> Bool
    ) -> Bool {
        let last = field.range.upperBound
        var at = field.range.lowerBound
        while at < last {
            while at < last, bytes[at] == 32 || bytes[at] == 9 || bytes[at] == UInt8(ascii: ";") { at += 1 }
            let start = at
            at = bytes.firstIndex(of: UInt8(ascii: ";"), in: at..<last) ?? last
            let value = start + name.count + 1
            guard at >= value, bytes[value - 1] == UInt8(ascii: "="),
                bytes.extracting(start..<(value - 1)).equals(name)
            else { continue }
            var end = at
            while end > value, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
            if take(ByteRange(start: value, count: end - value)) { return true }
        }
        return false
    }
}
