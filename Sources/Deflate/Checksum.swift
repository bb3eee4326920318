import Bytes
import CZlib

/// The CRC-32 at the end of a gzip stream, over pieces some of which were summed long ago.
public struct Checksum: Sendable {
    public private(set) var value: UInt32 = 0
    /// Bytes so far; gzip wants them modulo 2^32.
    public private(set) var count: UInt32 = 0

    public init() {}

    public mutating func add(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        value = bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(UInt(value), $0.baseAddress, $0.count)) }
        count &+= UInt32(truncatingIfNeeded: bytes.count)
    }

    /// As `add` of the bytes that `skip` was made of, without looking at them again.
    public mutating func add(_ skip: Skip) {
        value = UInt32(truncatingIfNeeded: crc32_combine_op(UInt(value), UInt(skip.value), UInt(skip.shift)))
        count &+= skip.count
    }

    /// What bytes do to a sum that was begun before them.
    public struct Skip: Sendable {
        fileprivate let value: UInt32
        /// A power of x modulo the polynomial: the sum before, moved by so many bytes.
        fileprivate let shift: UInt32
        fileprivate let count: UInt32

        init(_ bytes: [UInt8]) {
            var sum = Checksum()
            sum.add(bytes.span)
            value = sum.value
            count = sum.count
            shift = UInt32(truncatingIfNeeded: crc32_combine_gen(bytes.count))
        }
    }
}
