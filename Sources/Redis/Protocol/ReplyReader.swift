import CHiredis

/// Replies out of bytes, in whatever pieces they come: the reader of hiredis, which here makes `RedisValue`s.
///
/// hiredis calls back for every value in the order of the bytes, the array before its elements; `ReplyTree` puts them
/// together. Nothing of hiredis gets out of this file.
final class ReplyReader {
    enum Reading {
        case value(RedisValue)
        case needMore
        case malformed(String)
    }

    /// Of one reply, as it comes over the wire. Beyond, the connection is given up, since nobody knows how much more comes.
    private let replyBytesMax: Int
    private let reader: UnsafeMutablePointer<redisReader>?
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let tree = ReplyTree()
    /// Bytes of the reply that is not yet whole.
    private var unfinishedBytes = 0
    private var fault: String?

    init(replyBytesMax: Int) {
        self.replyBytesMax = replyBytesMax
        functions = .allocate(capacity: 1)
        functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, bytes, count in ReplyTree.string(task, bytes, count) },
                createArray: { task, count in ReplyTree.array(task, count) },
                createInteger: { task, number in ReplyTree.add(.integer(Int64(number)), task) },
                createNil: { task in ReplyTree.add(.null, task) },
                freeObject: { _ in }))
        reader = redisReaderCreateWithFunctions(functions)
        reader?.pointee.privdata = Unmanaged.passUnretained(tree).toOpaque()
        if reader == nil { fault = "no memory for a reader" }
    }

    deinit {
        if let reader { redisReaderFree(reader) }
        functions.deinitialize(count: 1)
        functions.deallocate()
    }

    /// Takes a copy of what has come.
    func feed(_ bytes: Span<UInt8>) {
        guard let reader, fault == nil, bytes.count > 0 else { return }
        unfinishedBytes += bytes.count
        bytes.withUnsafeBytes { from in
            _ = redisReaderFeed(reader, from.baseAddress?.assumingMemoryBound(to: CChar.self), from.count)
        }
    }

    /// The next whole reply. Once malformed it stays so.
    func next() -> Reading {
        guard let reader, fault == nil else { return .malformed(fault ?? "") }
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else {
            let reason = withUnsafeBytes(of: reader.pointee.errstr) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            fault = reason
            return .malformed(reason)
        }
        if reply != nil, let value = tree.take() {
            unfinishedBytes = reader.pointee.len - reader.pointee.pos
            return .value(value)
        }
        if unfinishedBytes > replyBytesMax {
            let reason = "a reply is larger than \(replyBytesMax) bytes"
            fault = reason
            return .malformed(reason)
        }
        return .needMore
    }
}

/// The values of a reply while it is being read.
private final class ReplyTree {
    private struct Open {
        var values: [RedisValue]
        var missing: Int
    }

    /// What an array announces is not believed beyond this: the memory is taken when the elements come.
    private static let reservedMax = 4096

    private var open: [Open] = []
    private var root: RedisValue?

    func take() -> RedisValue? { root.take() }

    private func add(_ value: RedisValue) {
        var value = value
        while let last = open.indices.last {
            open[last].values.append(value)
            open[last].missing -= 1
            if open[last].missing > 0 { return }
            value = .array(open.removeLast().values)
        }
        root = value
    }

    private func begin(_ count: Int) {
        if count == 0 { return add(.array([])) }
        var values: [RedisValue] = []
        values.reserveCapacity(min(count, Self.reservedMax))
        open.append(Open(values: values, missing: count))
    }

    // MARK: Called by hiredis, on the thread and during the life of the reader that holds the tree

    /// What hiredis is told that it got; it only compares it with null.
    private static var token: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: 1) }

    private static func of(_ task: UnsafePointer<redisReadTask>?) -> ReplyTree? {
        guard let tree = task?.pointee.privdata else { return nil }
        return Unmanaged<ReplyTree>.fromOpaque(tree).takeUnretainedValue()
    }

    static func add(_ value: RedisValue, _ task: UnsafePointer<redisReadTask>?) -> UnsafeMutableRawPointer? {
        of(task)?.add(value)
        return token
    }

    static func array(_ task: UnsafePointer<redisReadTask>?, _ count: Int32) -> UnsafeMutableRawPointer? {
        of(task)?.begin(Int(count))
        return token
    }

    static func string(
        _ task: UnsafePointer<redisReadTask>?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int
    ) -> UnsafeMutableRawPointer? {
        let raw = UnsafeRawBufferPointer(start: bytes, count: count)
        switch task?.pointee.type {
        case REDIS_REPLY_STATUS: return add(.status(String(decoding: raw, as: UTF8.self)), task)
        case REDIS_REPLY_ERROR: return add(.error(RedisRefusal(String(decoding: raw, as: UTF8.self))), task)
        default: return add(.bytes([UInt8](raw)), task)
        }
    }
}
