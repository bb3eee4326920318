import Glibc

/// Bytes that grow at the end and are taken from the front: what a connection has still to send, a head being written.
///
/// It owns its memory and cannot be copied, so that no hot path pays for a reference count or a uniqueness check. Memory
/// is taken at the first byte and given back by `release`, so that an idle connection costs nothing.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>?
    @usableFromInline var capacity: Int
    @usableFromInline var start: Int
    @usableFromInline var end: Int

    public init() {
        base = nil
        capacity = 0
        start = 0
        end = 0
    }

    public init(_ text: String) {
        self.init()
        append(text)
    }

    deinit { free(base) }

    @inlinable public var count: Int { end - start }
    @inlinable public var isEmpty: Bool { end == start }

    /// What is in it, first byte first.
    @inlinable public var span: Span<UInt8> {
        @_lifetime(borrow self) borrowing get {
            guard let base else { return Span() }
            let bytes = Span(_unsafeStart: UnsafePointer(base + start), count: end - start)
            return _overrideLifetime(bytes, borrowing: self)
        }
    }

    // MARK: Growing

    @inlinable public mutating func append(_ byte: UInt8) {
        let place = room(for: 1)
        place.pointee = byte
        end += 1
    }

    @inlinable public mutating func append(_ bytes: Span<UInt8>) {
        let count = bytes.count
        guard count > 0 else { return }
        let place = room(for: count)
        bytes.withUnsafeBufferPointer { from in
            guard let source = from.baseAddress else { return }
            memcpy(place, source, count)
        }
        end += count
    }

    @inlinable public mutating func append(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        guard count > 0 else { return }
        let place = room(for: count)
        memcpy(place, text.utf8Start, count)
        end += count
    }

    /// Disfavored, so that a literal is a StaticString: as a String it costs a call and a reference count for each.
    @_disfavoredOverload
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { from in
            guard let source = from.baseAddress, !from.isEmpty else { return }
            let place = room(for: from.count)
            memcpy(place, source, from.count)
            end += from.count
        }
    }

    /// What is in another buffer, which keeps it.
    @inlinable public mutating func append(_ other: borrowing ByteBuffer) { append(other.span) }

    /// A part of what is in another buffer.
    @inlinable public mutating func append(_ range: ByteRange, of other: borrowing ByteBuffer) { append(other.span[range]) }

    @inlinable public mutating func append(_ bytes: [UInt8]) { append(bytes.span) }

    public mutating func append(decimal number: UInt64) {
        // Most are small: octets of addresses, status codes, lengths.
        if number < 1000 { return append(small: UInt32(truncatingIfNeeded: number)) }
        var rest = number
        var digits = 1
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        let place = room(for: digits)
        rest = number
        var at = digits - 1
        while at >= 0 {
            place[at] = UInt8(48 + rest % 10)
            rest /= 10
            at -= 1
        }
        end += digits
    }

    /// Below 1,000.
    @inline(__always) private mutating func append(small number: UInt32) {
        let place = room(for: 3)
        let hundreds = number / 100
        let rest = number - hundreds * 100
        let tens = rest / 10
        var at = 0
        if hundreds > 0 {
            place[0] = UInt8(truncatingIfNeeded: 48 + hundreds)
            at = 1
        }
        if number >= 10 {
            place[at] = UInt8(truncatingIfNeeded: 48 + tens)
            at += 1
        }
        place[at] = UInt8(truncatingIfNeeded: 48 + rest - tens * 10)
        end += at + 1
    }

    /// Lower-case hexadecimal without leading zeros, or exactly `width` digits of it.
    public mutating func append(hex number: UInt64, width: Int = 0) {
        if width == 16 {
            let place = UnsafeMutableRawPointer(room(for: 16))
            place.storeBytes(of: HexDigits.of(UInt32(truncatingIfNeeded: number >> 32)), as: UInt64.self)
            place.storeBytes(of: HexDigits.of(UInt32(truncatingIfNeeded: number)), toByteOffset: 8, as: UInt64.self)
            end += 16
            return
        }
        var digits = width
        if digits == 0 {
            digits = 1
            var rest = number >> 4
            while rest > 0 {
                rest >>= 4
                digits += 1
            }
        }
        let place = room(for: digits)
        var rest = number
        var at = digits - 1
        while at >= 0 {
            let digit = UInt8(rest & 15)
            place[at] = digit < 10 ? 48 + digit : 87 + digit
            rest >>= 4
            at -= 1
        }
        end += digits
    }

    // MARK: Shrinking

    @inlinable public mutating func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= end - start)
        start += count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Forgets the bytes after the first `count`.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= end - start)
        end = start + count
        if start == end { removeAll() }
    }

    /// Forgets the bytes, keeps the memory.
    @inlinable public mutating func removeAll() {
        start = 0
        end = 0
    }

    /// Forgets the bytes and gives the memory back.
    public mutating func release() {
        free(base)
        base = nil
        capacity = 0
        start = 0
        end = 0
    }

    /// How many bytes of memory it holds now.
    public var footprint: Int { capacity }

    // MARK: Memory

    /// Makes room for `count` more bytes now, so that appending them later moves nothing.
    public mutating func reserve(_ count: Int) {
        precondition(count >= 0)
        guard capacity - end < count else { return }
        _ = grow(for: count)
    }

    /// Where the next `count` bytes go.
    @inlinable mutating func room(for count: Int) -> UnsafeMutablePointer<UInt8> {
        if let base, capacity - end >= count { return base + end }
        return grow(for: count)
    }

    /// Moves the bytes to the front of the memory when that frees at least as much as it moves, else takes twice the
    /// memory: either way a byte is moved a bounded number of times however appending and removing alternate.
    @usableFromInline mutating func grow(for count: Int) -> UnsafeMutablePointer<UInt8> {
        let used = end - start
        if let base, start > 0, capacity - used >= count, start >= used {
            memcpy(base, base + start, used)
            start = 0
            end = used
            return base + end
        }
        var wanted = max(256, capacity > 0 ? capacity * 2 : 0)
        while wanted - used < count { wanted *= 2 }
        let memory = UnsafeMutablePointer<UInt8>.allocateBytes(wanted)
        if let base {
            memcpy(memory, base + start, used)
            free(base)
        }
        base = memory
        capacity = wanted
        start = 0
        end = used
        return memory + used
    }
}

/// Sendable, because its memory has no other owner: whoever holds the buffer holds the only way to the bytes.
extension ByteBuffer: @unchecked Sendable {}

extension UnsafeMutablePointer<UInt8> {
    /// `malloc` that ends the process when memory is gone, as every Swift allocation does.
    fileprivate static func allocateBytes(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        guard let memory = malloc(count) else { abort() }
        return memory.bindMemory(to: UInt8.self, capacity: count)
    }
}
