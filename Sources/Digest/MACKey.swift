import COpenSSL

/// A key for HMAC-SHA256 (RFC 2104). The two halves of the work that depend on the key alone are done once, so that a MAC
/// costs its message and two blocks, and allocates nothing.
public struct MACKey: Sendable {
    private static let blockBytes = 64

    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    public init(_ secret: Span<UInt8>) {
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        if secret.count > Self.blockBytes {
            let short = SHA256Value(of: secret)
            for at in 0..<SHA256Value.byteCount { block[at] = short.bytes[at] }
        } else {
            for at in 0..<secret.count { block[at] = secret[at] }
        }
        inner = Self.begin(block, 0x36)
        outer = Self.begin(block, 0x5c)
    }

    public init(_ secret: [UInt8]) { self.init(secret.span) }

    public func authenticate(_ message: Span<UInt8>) -> SHA256Value {
        var value = SHA256Value()
        var state = inner
        value.update(&state, message)
        value.finish(&state)
        var around = outer
        value.update(&around, value.span)
        value.finish(&around)
        return value
    }

    public func authenticate(_ message: [UInt8]) -> SHA256Value { authenticate(message.span) }

    /// Whether `mac` is that of the message; it takes the same time whichever byte is wrong.
    public func accepts(_ mac: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        constantTimeEqual(authenticate(message).span, mac)
    }

    public func accepts(_ mac: [UInt8], for message: [UInt8]) -> Bool { accepts(mac.span, for: message.span) }

    private static func begin(_ block: [UInt8], _ pad: UInt8) -> SHA256_CTX {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, block.map { $0 ^ pad }, block.count)
        return state
    }
}

/// What is kept of the secret is as good as the secret: neither a log line nor `dump` may show it.
extension MACKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "a key" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
