import Bytes
import HTTP

extension ByteBuffer {
    /// Writes a field as `name: value`, whatever white space it came with. Where it came in just that form, which is
    /// nearly always, it is one piece.
    mutating func append(_ field: Field, of bytes: Span<UInt8>) {
        let nameEnd = field.name.range.upperBound
        let value = field.value.range
        if value.lowerBound == nameEnd + 2, bytes[nameEnd] == UInt8(ascii: ":"), bytes[nameEnd + 1] == UInt8(ascii: " ") {
            append(bytes.extracting(Int(field.name.start)..<value.upperBound))
        } else {
            append(bytes[field.name])
            append(": ")
            append(bytes[field.value])
        }
        append("\r\n")
    }
}
