import Testing

@testable import Redis

@Suite struct ReplyReaderTests {
    struct Case: Sendable {
        let wire: String
        let values: [RedisValue]
    }

    static let cases: [Case] = [
        Case(wire: "+OK\r\n", values: [.status("OK")]),
        Case(wire: "-ERR no\r\n", values: [.error(RedisRefusal("ERR no"))]),
        Case(wire: ":-42\r\n:9223372036854775807\r\n", values: [.integer(-42), .integer(.max)]),
        Case(wire: "$5\r\na\r\nbc\r\n", values: [.bytes(Array("a\r\nbc".utf8))]),
        Case(wire: "$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n", values: [.bytes([]), .null, .null, .array([])]),
        Case(
            wire: "*3\r\n*2\r\n:1\r\n*0\r\n$-1\r\n*1\r\n-MOVED 1 h:2\r\n+PONG\r\n",
            values: [
                .array([.array([.integer(1), .array([])]), .null, .array([.error(RedisRefusal("MOVED 1 h:2"))])]),
                .status("PONG"),
            ]),
    ]

    func read(_ pieces: [[UInt8]], replyBytesMax: Int = 1 << 20) -> (values: [RedisValue], fault: String?) {
        let reader = ReplyReader(replyBytesMax: replyBytesMax)
        var values: [RedisValue] = []
        for piece in pieces {
            reader.feed(piece.span)
            reading: while true {
                switch reader.next() {
                case .value(let value): values.append(value)
                case .needMore: break reading
                case .malformed(let reason): return (values, reason)
                }
            }
        }
        return (values, nil)
    }

    @Test(arguments: cases) func repliesAreReadHoweverTheyCome(_ item: Case) {
        let wire = Array(item.wire.utf8)
        let whole = read([wire])
        #expect(whole.values == item.values && whole.fault == nil)
        for split in 1..<wire.count {
            let halves = read([Array(wire[..<split]), Array(wire[split...])])
            #expect(halves.values == item.values && halves.fault == nil, "split at \(split)")
        }
        let bytes = read(wire.map { [$0] })
        #expect(bytes.values == item.values && bytes.fault == nil)
        let tail = read([wire + Array("$3\r\nab".utf8)])
        #expect(tail.values == item.values && tail.fault == nil)
    }

    @Test(arguments: ["HTTP/1.1 400\r\n", "$-2\r\n", "*-2\r\n", ":x1\r\n", "*99999999999\r\n"])
    func whatIsNoReplyIsRefusedForGood(_ wire: String) {
        let reader = ReplyReader(replyBytesMax: 1 << 20)
        reader.feed(Array(wire.utf8).span)
        guard case .malformed = reader.next() else {
            Issue.record("\(wire.debugDescription) was taken")
            return
        }
        reader.feed(Array("+OK\r\n".utf8).span)
        guard case .malformed = reader.next() else {
            Issue.record("it went on after \(wire.debugDescription)")
            return
        }
    }

    @Test func aReplyHasACeiling() {
        let large = Array("$2000\r\n".utf8) + [UInt8](repeating: 65, count: 1500)
        #expect(read([large], replyBytesMax: 1000).fault == "a reply is larger than 1000 bytes")
        // Many small ones are not one large one.
        let many = Array(String(repeating: "+PONG\r\n", count: 1000).utf8)
        #expect(read([many], replyBytesMax: 1000).values.count == 1000)
        // An array of which only the announcement has come takes no memory, and its elements count together.
        let array = Array(("*2147483647\r\n" + String(repeating: ":1\r\n", count: 400)).utf8)
        #expect(read([array], replyBytesMax: 1000).fault == "a reply is larger than 1000 bytes")
    }

    @Test func accessorsDoNotTrap() {
        #expect(RedisValue.bytes(Array("12".utf8)).integer == 12 && RedisValue.bytes(Array("x".utf8)).integer == nil)
        #expect(RedisValue.bytes(Array("1.5".utf8)).double == 1.5 && RedisValue.null.double == nil)
        #expect(RedisValue.array([.integer(1)])[0] == .integer(1) && RedisValue.array([])[0] == nil)
        #expect(RedisValue.integer(1)[0] == nil && RedisValue.null.text == nil && RedisValue.status("OK").isOK)
    }

    @Test(arguments: [
        ("MOVED 3999 127.0.0.1:6381", UInt16(3999), "127.0.0.1", UInt16(6381)), ("ASK 1 ::1:7000", 1, "::1", 7000),
        ("MOVED 0 :6379", 0, "", 6379),
    ])
    func redirectionsAreRead(_ message: String, _ slot: UInt16, _ host: String, _ port: UInt16) {
        #expect(RedisRefusal(message).redirection == .init(slot: slot, host: host, port: port))
    }

    @Test(arguments: ["MOVED", "MOVED 16384 h:1", "MOVED 1 h", "MOVED 1 h:70000", "ERR 1 h:1", "ASK x h:1"])
    func whatIsNoRedirectionIsNone(_ message: String) {
        #expect(RedisRefusal(message).redirection == nil)
    }
}
