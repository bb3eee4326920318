import Bytes
import Testing

@testable import Redis

@Suite struct CommandTests {
    func written(_ command: RedisCommand) -> String {
        var out = ByteBuffer()
        command.write(to: &out)
        return out.span.string
    }

    @Test func argumentsAreCountedAndMeasured() {
        var command = RedisCommand("SET", key: "näme")
        command.add([0, 13, 10, 255])
        command.add("PX")
        command.add(1500)
        #expect(command.argumentCount == 5)
        var out = ByteBuffer()
        command.write(to: &out)
        let expected =
            Array("*5\r\n$3\r\nSET\r\n$5\r\nnäme\r\n$4\r\n".utf8) + [0, 13, 10, 255]
            + Array("\r\n$2\r\nPX\r\n$4\r\n1500\r\n".utf8)
        #expect(out.span.array == expected)
    }

    @Test(arguments: [
        (Int64(0), "0"), (9, "9"), (10, "10"), (-1, "-1"), (.min, "-9223372036854775808"), (.max, "9223372036854775807"),
    ])
    func numbersAreDecimal(_ number: Int64, _ text: String) {
        var command = RedisCommand("ECHO")
        command.add(number)
        #expect(written(command) == "*2\r\n$4\r\nECHO\r\n$\(text.utf8.count)\r\n\(text)\r\n")
    }

    @Test func anEmptyArgumentIsOne() {
        #expect(written(RedisCommand("ECHO", "")) == "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n")
    }

    @Test func byteCountIsACeiling() {
        var command = RedisCommand("ZADD", key: "line")
        for number in 0..<5000 {
            command.add(number)
            command.add([UInt8](repeating: 7, count: 16))
        }
        var out = ByteBuffer()
        command.write(to: &out)
        #expect(out.count <= command.byteCount && command.byteCount - out.count <= 24)
    }

    @Test func theFirstKeyCounts() {
        var command = RedisCommand("SUNION", key: "{a}1")
        command.add(key: "b")
        #expect(command.slot == HashSlot.of("a"))
        #expect(RedisCommand("PING").slot == nil)
        #expect(RedisRequest.transaction([RedisCommand("PING"), RedisCommand("GET", key: "b")]).slot == HashSlot.of("b"))
    }

    @Test func aScriptIsCalledByHashAndSentWhole() {
        let script = RedisScript("return {KEYS[1],ARGV[1]}")
        // What Redis answers to SCRIPT LOAD.
        #expect(script.hash == "bfbf458525d6a0b19200bfd6db3af481156b367b")
        var call = script.call(keys: ["{a}x", "{a}y"])
        call.add("one")
        #expect(
            written(call)
                == "*6\r\n$7\r\nEVALSHA\r\n$40\r\n\(script.hash)\r\n$1\r\n2\r\n$4\r\n{a}x\r\n$4\r\n{a}y\r\n$3\r\none\r\n")
        let whole = call.withSource()
        #expect(
            written(whole)
                == "*6\r\n$4\r\nEVAL\r\n$24\r\n\(script.source)\r\n$1\r\n2\r\n$4\r\n{a}x\r\n$4\r\n{a}y\r\n$3\r\none\r\n")
        #expect(whole.slot == call.slot && call.slot == HashSlot.of("a"))
    }

    @Test func aTransactionIsOnePiece() {
        var out = ByteBuffer()
        let request = RedisRequest.transaction([RedisCommand("PING"), RedisCommand("ECHO", "a")])
        request.write(to: &out)
        #expect(
            out.span.string
                == "*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$1\r\na\r\n*1\r\n$4\r\nEXEC\r\n")
        #expect(request.replyCount == 4)
    }
}

@Suite struct HashSlotTests {
    /// As `CLUSTER KEYSLOT` says.
    @Test(arguments: [
        ("", UInt16(0)), ("123456789", 12739), ("foo", 12182), ("bar", 5061), ("hello", 866), ("{user1000}.following", 3443),
        ("{user1000}.followers", 3443), ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015), ("foo{bar}{zap}", 5061), ("{", 4092),
    ])
    func keysHaveTheSlotThatRedisGivesThem(_ key: String, _ slot: UInt16) throws {
        #expect(HashSlot.of(key) == slot)
    }
}
