import Bytes

/// A command as it goes over the wire: its arguments, binary safe, one behind the other in one buffer, so that thousands of
/// them cost little more than their bytes.
///
///     var command = RedisCommand("ZREM", key: "queue:{room}", bytesReserved: ids.count * 24)
///     for id in ids { command.add(id) }
public struct RedisCommand: Sendable, Equatable {
    /// The arguments; how many there are stands before them and is written when it is known.
    private(set) var body: [UInt8] = []
    public private(set) var argumentCount = 0
    /// Where the first key is in `body`: says which node of a cluster it goes to.
    private var key = ByteRange.empty
    private var hasKey = false
    /// What it calls by its hash, and how long the two arguments that say so are.
    private(set) var script: RedisScript?
    private var scriptBytes = 0

    /// `bytesReserved`: about how much will be added, when that is known to be much.
    public init(_ name: StaticString, bytesReserved: Int = 0) {
        if bytesReserved > 0 { body.reserveCapacity(bytesReserved) }
        add(name)
    }

    /// A command whose first argument is its key, as most are.
    public init(_ name: StaticString, key: String, bytesReserved: Int = 0) {
        self.init(name, bytesReserved: bytesReserved)
        add(key: key)
    }

    /// Arguments that are all known; the first may be a key in a cluster only when it is said with `add(key:)`.
    public init(_ name: StaticString, _ arguments: String...) {
        self.init(name)
        for argument in arguments { add(argument) }
    }

    /// Bytes that it takes on the wire, at most.
    public var byteCount: Int { body.count + 24 }

    // MARK: Arguments

    public mutating func add(_ word: StaticString) {
        begin(word.utf8CodeUnitCount)
        body.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        end()
    }

    /// Disfavored, so that a literal is a StaticString.
    @_disfavoredOverload
    public mutating func add(_ text: String) {
        begin(text.utf8.count)
        body.append(contentsOf: text.utf8)
        end()
    }

    public mutating func add(_ bytes: [UInt8]) {
        begin(bytes.count)
        body.append(contentsOf: bytes)
        end()
    }

    public mutating func add(_ bytes: Span<UInt8>) {
        begin(bytes.count)
        bytes.withUnsafeBufferPointer { body.append(contentsOf: $0) }
        end()
    }

    /// In decimal.
    public mutating func add(_ number: Int64) {
        if number >= 0 && number < 10 {
            begin(1)
            body.append(UInt8(truncatingIfNeeded: 48 + number))
            return end()
        }
        // As text: this may be the most negative one.
        add(String(number))
    }

    public mutating func add(_ number: Int) { add(Int64(number)) }

    public mutating func add(key text: String) {
        add(text)
        noteKey(text.utf8.count)
    }

    public mutating func add(key bytes: [UInt8]) {
        add(bytes)
        noteKey(bytes.count)
    }

    private mutating func noteKey(_ count: Int) {
        guard !hasKey else { return }
        hasKey = true
        key = ByteRange(start: body.count - 2 - count, count: count)
    }

    private mutating func begin(_ count: Int) {
        argumentCount += 1
        body.append(UInt8(ascii: "$"))
        Self.append(count, to: &body)
        end()
    }

    private mutating func end() {
        body.append(13)
        body.append(10)
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &bytes) }
        bytes.append(UInt8(truncatingIfNeeded: 48 + number % 10))
    }

    // MARK: Sending

    /// Nil for a command that has no key.
    var slot: UInt16? { hasKey ? HashSlot.of(body.span[key]) : nil }

    func write(to out: inout ByteBuffer) {
        out.append(UInt8(ascii: "*"))
        out.append(decimal: UInt64(argumentCount))
        out.append("\r\n")
        out.append(body)
    }

    // MARK: Scripts

    init(calling script: RedisScript, bytesReserved: Int) {
        self.init("EVALSHA", bytesReserved: bytesReserved + 64)
        add(script.hash)
        self.script = script
        scriptBytes = body.count
    }

    /// The same with the script itself instead of its hash.
    func withSource() -> RedisCommand {
        guard let script else { return self }
        var whole = RedisCommand("EVAL", bytesReserved: body.count + script.source.utf8.count)
        whole.add(script.source)
        let moved = whole.body.count - scriptBytes
        whole.body.append(contentsOf: body[scriptBytes...])
        whole.argumentCount = argumentCount
        whole.hasKey = hasKey
        whole.key = ByteRange(start: Int(key.start) + (hasKey ? moved : 0), count: Int(key.count))
        return whole
    }
}
