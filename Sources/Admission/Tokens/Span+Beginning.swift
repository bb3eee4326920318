extension Span where Element == UInt8 {
    /// Eight bytes at a time. It is for what everybody may know: a difference shows in the time.
    @inline(__always)
    func starts(with beginning: Span<UInt8>) -> Bool {
        guard count >= beginning.count else { return false }
        let (ours, wanted) = (bytes, beginning.bytes)
        var at = 0
        while at &+ 8 <= wanted.byteCount {
            let word = ours.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard word == wanted.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self) else { return false }
            at &+= 8
        }
        while at < wanted.byteCount {
            guard self[at] == beginning[at] else { return false }
            at &+= 1
        }
        return true
    }
}
