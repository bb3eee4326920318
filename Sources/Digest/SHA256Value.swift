import COpenSSL

/// The 32 bytes of a SHA-256 or of a MAC made with it.
public struct SHA256Value: Sendable {
    public static let byteCount = 32

    var bytes: InlineArray<32, UInt8>

    init() { bytes = InlineArray(repeating: 0) }

    public init(of message: Span<UInt8>) {
        self.init()
        var state = SHA256_CTX()
        SHA256_Init(&state)
        update(&state, message)
        finish(&state)
    }

    public init(of message: [UInt8]) { self.init(of: message.span) }

    public var span: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { bytes.span }
    }

    public var array: [UInt8] { (0..<Self.byteCount).map { bytes[$0] } }

    /// 64 lower-case digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for at in 0..<Self.byteCount {
            text.append(digits[Int(bytes[at] >> 4)])
            text.append(digits[Int(bytes[at] & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    func update(_ state: inout SHA256_CTX, _ message: Span<UInt8>) {
        message.withUnsafeBytes { from in
            guard let start = from.baseAddress, from.count > 0 else { return }
            SHA256_Update(&state, start, from.count)
        }
    }

    mutating func finish(_ state: inout SHA256_CTX) {
        var place = bytes.mutableSpan
        place.withUnsafeMutableBufferPointer { into in
            guard let start = into.baseAddress else { return }
            SHA256_Final(start, &state)
        }
    }
}

extension SHA256Value: Equatable {
    /// In a time that does not depend on where they differ.
    public static func == (one: SHA256Value, other: SHA256Value) -> Bool { constantTimeEqual(one.span, other.span) }
}
