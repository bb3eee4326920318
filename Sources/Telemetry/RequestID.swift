import Bytes

/// The name of a request in every log it passes (`X-Request-ID`).
public enum RequestID {
    public static let bytesMax = 128
    /// How long one is that was made here.
    public static let madeBytes = 32

    /// Whether one that came from outside may go into logs and headers: 1 to 128 of `A-Z a-z 0-9 . _ : + / = @ -`.
    public static func isSafe(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0, value.count <= bytesMax else { return false }
        for at in 0..<value.count where !isSafe(value[at]) { return false }
        return true
    }

    /// The incoming one if it is safe, else one made of two random words.
    public static func append(
        incoming: Span<UInt8>, orMade first: UInt64, _ second: UInt64, to bytes: inout ByteBuffer
    ) {
        if isSafe(incoming) { return bytes.append(incoming) }
        append(made: first, second, to: &bytes)
    }

    /// 32 hexadecimal digits.
    public static func append(made first: UInt64, _ second: UInt64, to bytes: inout ByteBuffer) {
        bytes.append(hex: first, width: 16)
        bytes.append(hex: second, width: 16)
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
