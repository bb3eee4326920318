import Bytes

/// A gzip stream out of pieces that are packed already and others that go as they are: nothing is compressed here.
public struct GzipStream {
    private var sum = Checksum()

    private static let storedBytesMax = 65_535

    /// Header without name and time, made on Unix, packed as well as it goes.
    public init(into output: inout ByteBuffer) { output.append([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]) }

    /// Those of the piece that `checksum` is of.
    public mutating func append(
        blocks: ByteRange, of buffer: borrowing ByteBuffer, _ checksum: Checksum.Skip, to output: inout ByteBuffer
    ) {
        output.append(blocks, of: buffer)
        sum.add(checksum)
    }

    public mutating func append(_ buffer: borrowing ByteBuffer, to output: inout ByteBuffer) {
        append(buffer.span, to: &output)
    }

    /// As stored blocks.
    public mutating func append(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        sum.add(bytes)
        var at = 0
        while at < bytes.count {
            let count = min(Self.storedBytesMax, bytes.count - at)
            Self.appendStored(count, isLast: false, to: &output)
            output.append(bytes.extracting(at..<(at + count)))
            at += count
        }
    }

    public func finish(_ output: inout ByteBuffer) {
        Self.appendStored(0, isLast: true, to: &output)
        Self.append(sum.value, to: &output)
        Self.append(sum.count, to: &output)
    }

    private static func appendStored(_ count: Int, isLast: Bool, to output: inout ByteBuffer) {
        let length = UInt32(count)
        output.append(isLast ? 1 : 0)
        append(length | ~length << 16, to: &output)
    }

    private static func append(_ word: UInt32, to output: inout ByteBuffer) {
        for shift in [UInt32(0), 8, 16, 24] { output.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}
