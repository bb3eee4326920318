import Address
import Bytes

extension ByteBuffer {
    /// An address as text, without a String where it is IPv4.
    public mutating func append(address: IPAddress) {
        guard address.isV4 else { return append(address.description) }
        let bits = address.v4
        append(decimal: UInt64(bits >> 24))
        append(UInt8(ascii: "."))
        append(decimal: UInt64(bits >> 16 & 255))
        append(UInt8(ascii: "."))
        append(decimal: UInt64(bits >> 8 & 255))
        append(UInt8(ascii: "."))
        append(decimal: UInt64(bits & 255))
    }
}
