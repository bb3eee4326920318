import Bytes

/// Whether the name of a trailer, byte by byte and kept nowhere, is one that must not be a trailer.
struct ForbiddenTrailer: Sendable {
    /// Bytes of the name so far, up to one more than the longest of the forbidden.
    private var count: UInt8 = 0
    /// Which of the forbidden names begin with those bytes: a bit for each.
    private var matching: UInt8 = 0b111

    private static func name(_ index: UInt8) -> StaticString {
        switch index {
        case 0: "content-length"
        case 1: "transfer-encoding"
        default: "host"
        }
    }

    mutating func take(_ byte: UInt8) {
        guard matching != 0 else { return }
        for index in UInt8(0)..<3 {
            let name = Self.name(index)
            if Int(count) >= name.utf8CodeUnitCount || name.utf8Start[Int(count)] != byte.asciiLowercased {
                matching &= ~(1 << index)
            }
        }
        count += 1
    }

    var isForbidden: Bool {
        for index in UInt8(0)..<3 where matching & (1 << index) != 0 && Self.name(index).utf8CodeUnitCount == Int(count) {
            return true
        }
        return false
    }
}
