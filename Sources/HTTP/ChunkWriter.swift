import Bytes

/// Writes the chunked coding: for each piece of a body a header, the bytes, and an end of chunk; then the terminator.
public enum ChunkWriter {
    /// The size line of a chunk of `count` bytes. Nothing for zero bytes, which would end the body.
    @inlinable
    public static func appendHeader(count: Int, to buffer: inout ByteBuffer) {
        guard count > 0 else { return }
        buffer.append(hex: UInt64(count))
        buffer.append("\r\n" as StaticString)
    }

    /// What follows the bytes of a chunk.
    @inlinable
    public static func appendEndOfChunk(to buffer: inout ByteBuffer) { buffer.append("\r\n" as StaticString) }

    /// Ends the body, without trailers.
    @inlinable
    public static func appendTerminator(to buffer: inout ByteBuffer) { buffer.append("0\r\n\r\n" as StaticString) }

    /// A whole chunk; nothing for zero bytes.
    public static func append(_ bytes: Span<UInt8>, to buffer: inout ByteBuffer) {
        guard bytes.count > 0 else { return }
        appendHeader(count: bytes.count, to: &buffer)
        buffer.append(bytes)
        appendEndOfChunk(to: &buffer)
    }
}
