import Bytes
import HTTP

/// Looks for a cookie in a head, without taking the others apart.
public enum Cookies {
    /// The values of all cookies of that name, in order, until `take` says that it has what it wants. A browser that was given
    /// one for two paths sends both.
    public static func each(
        _ name: Span<UInt8>, _ head: RequestHead, _ bytes: Span<UInt8>, until take: (Span<UInt8>) -> Bool
    ) {
        for field in head.fields where field.known == .cookie {
            if each(name, in: bytes[field.value], until: take) { return }
        }
    }

    private static func each(_ name: Span<UInt8>, in cookies: Span<UInt8>, until take: (Span<UInt8>) -> Bool) -> Bool {
        var at = 0
        while at < cookies.count {
            while at < cookies.count, cookies[at] == 32 || cookies[at] == 9 || cookies[at] == UInt8(ascii: ";") { at += 1 }
            let start = at
            while at < cookies.count, cookies[at] != UInt8(ascii: ";") { at += 1 }
            guard at - start > name.count, cookies[start + name.count] == UInt8(ascii: "="),
                cookies.extracting(start..<(start + name.count)).equals(name)
            else { continue }
            var end = at
            while end > start + name.count + 1, cookies[end - 1] == 32 || cookies[end - 1] == 9 { end -= 1 }
            if take(cookies.extracting((start + name.count + 1)..<end)) { return true }
        }
        return false
    }
}
