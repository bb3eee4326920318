/// What a room is called: one to 64 of `A-Z a-z 0-9 . _ -`, so that it stands in a token, a key of a store and a URL as it is.
public struct RoomName: Hashable, Sendable, LosslessStringConvertible {
    public static let bytesMax = 64

    public let bytes: [UInt8]

    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...Self.bytesMax).contains(bytes.count), bytes.allSatisfy(Self.allows) else { return nil }
        self.bytes = bytes
    }

    public var description: String { String(decoding: bytes, as: UTF8.self) }

    static func allows(_ byte: UInt8) -> Bool { LaneName.allows(byte) || byte == UInt8(ascii: ".") }
}
