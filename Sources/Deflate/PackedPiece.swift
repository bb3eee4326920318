import CZlib

/// Bytes that never change, compressed once so that they can stand anywhere in a gzip stream (RFC 1952): what is before and behind
/// them may be made anew each time.
public struct PackedPiece: Sendable {
    /// Deflate blocks (RFC 1951) that end on a byte and refer to nothing before them; none is the last.
    public let blocks: [UInt8]
    public let checksum: Checksum.Skip

    /// Nil when there is no memory for it.
    public init?(_ bytes: [UInt8]) {
        guard let blocks = Self.blocks(bytes) else { return nil }
        self.blocks = blocks
        checksum = Checksum.Skip(bytes)
    }

    private static func blocks(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard wr_deflate_begin(&stream) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        // The bound is for a stream that ends; a full flush adds an empty block.
        let roomBytesMax = Int(deflateBound(&stream, UInt(bytes.count))) + 64
        var input = bytes
        var isWhole = false
        let blocks = [UInt8](unsafeUninitializedCapacity: roomBytesMax) { output, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(roomBytesMax)
                isWhole = deflate(&stream, Z_FULL_FLUSH) == Z_OK && stream.avail_in == 0 && stream.avail_out > 0
                count = roomBytesMax - Int(stream.avail_out)
            }
        }
        return isWhole ? blocks : nil
    }
}
