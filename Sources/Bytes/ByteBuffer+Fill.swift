extension ByteBuffer {
    /// Room for `count` bytes at the end, which `fill` writes to; it returns how many of them it wrote (none when negative).
    /// For C calls that write to memory of the caller's. Returns what `fill` returned.
    @inlinable public mutating func append(
        upTo count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        let place = room(for: count)
        let written = fill(UnsafeMutableRawBufferPointer(start: place, count: count))
        precondition(written <= count)
        end += max(0, written)
        return written
    }
}
