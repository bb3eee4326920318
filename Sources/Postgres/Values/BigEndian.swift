extension [UInt8] {
    mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    mutating func write(bigEndian number: Int32, at index: Int) {
        let bits = UInt32(bitPattern: number)
        for step in 0..<4 { self[index + step] = UInt8(truncatingIfNeeded: bits >> UInt32(24 - step * 8)) }
    }
}

extension Span<UInt8> {
    /// Nil when it does not lie within.
    func bigEndian<Number: FixedWidthInteger>(_: Number.Type, at index: Int) -> Number? {
        let size = MemoryLayout<Number>.size
        guard index >= 0, index <= count - size else { return nil }
        return withUnsafeBufferPointer { buffer in
            Number(bigEndian: UnsafeRawBufferPointer(buffer).loadUnaligned(fromByteOffset: index, as: Number.self))
        }
    }

    /// The number that all of it is; nil when it is longer or shorter.
    func bigEndian<Number: FixedWidthInteger>(_ kind: Number.Type) -> Number? {
        count == MemoryLayout<Number>.size ? bigEndian(kind, at: 0) : nil
    }
}
