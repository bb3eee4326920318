/// Where some bytes lie in a buffer that somebody else holds: an index into a head, instead of a copy of it.
public struct ByteRange: Equatable, Sendable {
    public var start: UInt32
    public var count: UInt32

    @inlinable public init(start: Int, count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    public static let empty = ByteRange(start: 0, count: 0)

    @inlinable public var isEmpty: Bool { count == 0 }
    @inlinable public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

extension Span where Element == UInt8 {
    /// The bytes of a range; traps when it lies outside, so that a fuzzer finds it.
    @inlinable public subscript(_ range: ByteRange) -> Span<UInt8> {
        @_lifetime(copy self) get { extracting(range.range) }
    }

    @inlinable public func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for at in 0..<count where self[at] != other[at] { return false }
        return true
    }

    /// ASCII case does not count; `lowercased` is written in lower case.
    @inlinable public func equalsIgnoringCase(_ lowercased: StaticString) -> Bool {
        guard count == lowercased.utf8CodeUnitCount else { return false }
        let other = lowercased.utf8Start
        for at in 0..<count where self[at].asciiLowercased != other[at] { return false }
        return true
    }

    public func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for at in 0..<count where self[at] != other[at] { return false }
        return true
    }

    /// A copy as an array.
    public var array: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for at in 0..<count { bytes.append(self[at]) }
        return bytes
    }

    /// A copy as text; bytes that are not UTF-8 become U+FFFD.
    public var string: String { String(decoding: array, as: UTF8.self) }
}

extension UInt8 {
    @inlinable public var asciiLowercased: UInt8 { self &- 65 < 26 ? self | 0x20 : self }
}

extension StaticString {
    /// The bytes of a literal, which live as long as the program.
    @inlinable public var bytes: Span<UInt8> {
        @_lifetime(immortal) get {
            _overrideLifetime(Span(_unsafeStart: utf8Start, count: utf8CodeUnitCount), copying: ())
        }
    }
}
