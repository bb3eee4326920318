import Bytes
import HTTP

/// Names that are legal and mean nothing to us, and that an origin may take for one that does: a reader that drops what is no
/// letter, or a framework that believes whatever begins with `X-Forwarded-`. What a reader with odd characters for hyphens
/// takes for one of ours is a `KnownField.lookAlike` already.
enum Imitation {
    /// Whether the letters of a name, and nothing else of it, spell `Content-Length` or `Transfer-Encoding`.
    static func isFraming(_ name: Span<UInt8>) -> Bool {
        spells(name, "contentlength") || spells(name, "transferencoding")
    }

    private static func spells(_ name: Span<UInt8>, _ letters: StaticString) -> Bool {
        guard name.count >= letters.utf8CodeUnitCount else { return false }
        var found = 0
        for at in 0..<name.count {
            let letter = name[at] | 0x20
            guard letter &- 97 < 26 else { continue }
            guard found < letters.utf8CodeUnitCount, letters.utf8Start[found] == letter else { return false }
            found += 1
        }
        return found == letters.utf8CodeUnitCount
    }

    /// Whether a name begins with `X-Forwarded`, any character for the hyphen: `X-Forwarded-Ssl`, `X_Forwarded_Prefix`.
    static func isForwarded(_ name: Span<UInt8>) -> Bool {
        let prefix: StaticString = "x-forwarded"
        guard name.count >= prefix.utf8CodeUnitCount, name[0] | 0x20 == UInt8(ascii: "x") else { return false }
        for at in 0..<prefix.utf8CodeUnitCount where at != 1 && prefix.utf8Start[at] != name[at].asciiLowercased {
            return false
        }
        return true
    }
}
