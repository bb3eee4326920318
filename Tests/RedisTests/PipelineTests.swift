import Bytes
import TestSupport
import Testing

@testable import Redis

/// The decisions of a connection, without one.
@Suite struct PipelineTests {
    static func settings(_ change: (inout RedisSettings) -> Void = { _ in }) -> RedisSettings {
        var settings = RedisSettings()
        change(&settings)
        return settings
    }

    func call(_ pipeline: inout RedisPipeline, _ request: RedisRequest = .command(RedisCommand("PING")), due: UInt64 = 100)
        -> Told
    {
        let told = Told()
        if let fault = pipeline.admit(request, due: due, then: { told.outcomes.append($0) }) {
            told.outcomes.append(.failure(fault))
        }
        return told
    }

    final class Told {
        var outcomes: [Outcome] = []
        var only: Outcome? { outcomes.count == 1 ? outcomes[0] : nil }
    }

    func write(_ pipeline: inout RedisPipeline, limit: Int = 1 << 20, now: UInt64 = 0) -> Int {
        var out = ByteBuffer()
        for outcome in pipeline.write(to: &out, limit: limit, now: now) { outcome.deliver() }
        return out.count
    }

    func answer(_ pipeline: inout RedisPipeline, _ value: RedisValue) -> Bool {
        switch pipeline.take(value) {
        case .outcome(let outcome):
            outcome.deliver()
            return true
        case .absorbed: return true
        case .unexpected: return false
        }
    }

    @Test func answersComeInOrder() {
        var pipeline = RedisPipeline(Self.settings())
        let told = (0..<3).map { _ in call(&pipeline) }
        _ = write(&pipeline)
        for number in 0..<3 { #expect(answer(&pipeline, .integer(Int64(number)))) }
        #expect(told.map { $0.only?.value } == [.integer(0), .integer(1), .integer(2)])
        #expect(!answer(&pipeline, .integer(3)))
        #expect(pipeline.heldBytes == 0)
    }

    @Test func whoGivesUpKeepsTheOrder() {
        var pipeline = RedisPipeline(Self.settings())
        let early = call(&pipeline, due: 10)
        let late = call(&pipeline, due: 100)
        _ = write(&pipeline)
        for outcome in pipeline.expire(now: 10, because: "") { outcome.deliver() }
        #expect(early.only?.isUnknown == true && late.outcomes.isEmpty && pipeline.lateCount == 1)
        #expect(answer(&pipeline, .integer(1)) && answer(&pipeline, .integer(2)))
        #expect(early.outcomes.count == 1 && late.only?.value == .integer(2) && pipeline.lateCount == 0)
    }

    @Test func whoWasNotSentInTimeIsNotSent() {
        var pipeline = RedisPipeline(Self.settings())
        let first = call(&pipeline, due: 10)
        let second = call(&pipeline, due: 100)
        #expect(pipeline.nextDue(heardAt: 0) == 10)
        let bytes = write(&pipeline, now: 10)
        #expect(first.only?.isNotSent == true && second.outcomes.isEmpty && bytes == 14)
        #expect(pipeline.nextDue(heardAt: 0) == 100)
    }

    @Test func aLossTellsSentFromUnsent() {
        var pipeline = RedisPipeline(Self.settings())
        let told = (0..<3).map { _ in call(&pipeline) }
        let waiting = call(&pipeline)
        #expect(write(&pipeline, limit: 42) == 42)
        // One byte of the second command has not left.
        for outcome in pipeline.lose(unsentBytes: 15, because: .outcomeUnknown("gone")) { outcome.deliver() }
        #expect(told[0].only?.isUnknown == true && told[1].only?.isNotSent == true && told[2].only?.isNotSent == true)
        #expect(waiting.outcomes.isEmpty && pipeline.waitingCount == 1 && pipeline.owedCount == 0)
        // On the next connection counting begins anew.
        #expect(write(&pipeline) == 14)
        for outcome in pipeline.lose(unsentBytes: 14, because: .outcomeUnknown("gone")) { outcome.deliver() }
        #expect(waiting.only?.isNotSent == true && pipeline.heldBytes == 0)
    }

    @Test func ceilingsAreKept() {
        var pipeline = RedisPipeline(Self.settings { $0.callsMax = 2 })
        _ = (call(&pipeline), call(&pipeline))
        #expect(call(&pipeline).only?.isOverloaded == true)
        _ = write(&pipeline)
        #expect(call(&pipeline).only?.isOverloaded == true)
        #expect(answer(&pipeline, .null))
        #expect(call(&pipeline).outcomes.isEmpty)

        var narrow = RedisPipeline(Self.settings { $0.queueBytesMax = 100 })
        _ = (call(&narrow), call(&narrow))
        #expect(call(&narrow).only?.isOverloaded == true)
        _ = write(&narrow)
        #expect(call(&narrow).outcomes.isEmpty)
    }

    @Test func silenceAndLatenessHaveAnEnd() {
        var pipeline = RedisPipeline(Self.settings { ($0.silenceNanosecondsMax, $0.lateRepliesMax) = (50, 1) })
        _ = (call(&pipeline, due: 10), call(&pipeline, due: 20), call(&pipeline, due: .max))
        #expect(pipeline.stuck(now: 1000, heardAt: 0) == nil)
        _ = write(&pipeline, now: 5)
        #expect(pipeline.stuck(now: 54, heardAt: 0) == nil && pipeline.stuck(now: 55, heardAt: 0) != nil)
        #expect(pipeline.stuck(now: 55, heardAt: 30) == nil)
        _ = pipeline.expire(now: 10, because: "")
        #expect(pipeline.stuck(now: 20, heardAt: 20) == nil)
        _ = pipeline.expire(now: 20, because: "")
        #expect(pipeline.stuck(now: 20, heardAt: 20) == "2 answers are late")
        #expect(pipeline.nextDue(heardAt: 20) == 70)
    }

    @Test func aScriptThatIsNotThereIsSentOnceMore() {
        var pipeline = RedisPipeline(Self.settings())
        let script = RedisScript("return 1")
        let told = call(&pipeline, .command(script.call(keys: ["a"])))
        _ = write(&pipeline)
        #expect(pipeline.heldBytes > 0)
        let missing = RedisValue.error(RedisRefusal("NOSCRIPT No matching script."))
        #expect(answer(&pipeline, missing) && told.outcomes.isEmpty && pipeline.waitingCount == 1)
        _ = write(&pipeline)
        // A script may itself say so; then that is the answer.
        #expect(answer(&pipeline, missing) && told.only?.refusal == .noScript && pipeline.heldBytes == 0)
    }

    @Test func aTransactionSaysWhatAbortedIt() {
        var pipeline = RedisPipeline(Self.settings())
        let told = call(&pipeline, .transaction([RedisCommand("PING"), RedisCommand("PING")]))
        _ = write(&pipeline)
        for value in [RedisValue.status("OK"), .status("QUEUED"), .error(RedisRefusal("OOM no"))] {
            #expect(answer(&pipeline, value) && told.outcomes.isEmpty)
        }
        #expect(answer(&pipeline, .error(RedisRefusal("EXECABORT no"))))
        #expect(told.only?.refusal == .outOfMemory)
        // ASKING is a courtesy: what counts is the command behind it.
        let asked = call(&pipeline, .asking(RedisCommand("PING")))
        _ = write(&pipeline)
        #expect(answer(&pipeline, .error(RedisRefusal("ERR no cluster"))) && answer(&pipeline, .status("PONG")))
        #expect(asked.only?.value == .status("PONG"))
    }

    @Test func aTransactionWithoutMULTIIsUncertain() {
        var pipeline = RedisPipeline(Self.settings())
        func told(_ replies: [RedisValue]) -> Told {
            let told = call(&pipeline, .transaction([RedisCommand("PING")]))
            _ = write(&pipeline)
            for value in replies { #expect(answer(&pipeline, value)) }
            return told
        }
        let refused = RedisValue.error(RedisRefusal("NOPERM no"))
        #expect(told([refused, .status("PONG"), .error(RedisRefusal("ERR EXEC without MULTI"))]).only?.isUnknown == true)
        let unknown = RedisValue.error(RedisRefusal("NOAUTH no"))
        #expect(told([unknown, unknown, unknown]).only?.refusal == .noAuthentication)
    }

    /// Whatever happens in whatever order, everybody is told once, and nobody gets another one's answer.
    @Test(arguments: 1...40) func everybodyIsToldOnce(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var pipeline = RedisPipeline(Self.settings { ($0.callsMax, $0.lateRepliesMax) = (50, 20) })
        var told: [Told] = []
        /// What the server has been sent and not answered.
        var atServer: [Int] = []
        var unwritten: [Int] = []
        var (now, unsent) = (UInt64(0), 0)
        for _ in 0..<400 {
            switch random.next() % 8 {
            case 0, 1, 2:
                var echo = RedisCommand("ECHO")
                echo.add(told.count)
                let mine = call(&pipeline, .command(echo), due: now + random.next() % 60)
                if mine.outcomes.isEmpty { unwritten.append(told.count) }
                told.append(mine)
            case 3, 4:
                _ = write(&pipeline, limit: Int(random.next() % 300), now: now)
                let written = unwritten.count - pipeline.waitingCount
                atServer += unwritten.prefix(max(0, written)).filter { told[$0].outcomes.isEmpty }
                unwritten.removeFirst(max(0, written))
            case 5:
                if !atServer.isEmpty { #expect(answer(&pipeline, .integer(Int64(atServer.removeFirst()))), "seed \(seed)") }
            case 6:
                now += random.next() % 30
                for outcome in pipeline.expire(now: now, because: "") { outcome.deliver() }
                unwritten.removeAll { !told[$0].outcomes.isEmpty }
            default:
                guard random.next() % 8 == 0 else { continue }
                unsent = Int(random.next() % 60)
                for outcome in pipeline.lose(unsentBytes: unsent, because: .outcomeUnknown("gone")) { outcome.deliver() }
                atServer = []
            }
        }
        for outcome in pipeline.lose(unsentBytes: 0, because: .closed) + pipeline.giveUpWaiting(.closed) {
            outcome.deliver()
        }
        for (number, mine) in told.enumerated() {
            #expect(mine.outcomes.count == 1, "seed \(seed)")
            if case .success(let value)? = mine.only { #expect(value == .integer(Int64(number)), "seed \(seed)") }
        }
        #expect(pipeline.heldBytes == 0 && pipeline.lateCount == 0)
    }
}

@Suite struct BackoffTests {
    @Test func ceilingsDoubleAndEnd() {
        var backoff = RedisBackoff(firstNanosecondsMax: 50, nanosecondsMax: 1000)
        var waits: [UInt64] = []
        for _ in 0..<7 { waits.append(backoff.next(random: .max)) }
        #expect(waits == [49, 99, 199, 399, 799, 999, 999])
        #expect(backoff.next(random: 0) == 0 && backoff.next(random: 1 << 63) == 500)
        for _ in 0..<200 { #expect(backoff.next(random: .max) == 999) }
        backoff.reset()
        #expect(backoff.next(random: .max) == 49)
    }
}

@Suite struct ClusterMapTests {
    func node(_ host: RedisValue, _ port: Int64) -> RedisValue { .array([host, .integer(port), .bytes([])]) }

    @Test func theMapIsRead() throws {
        let reply = RedisValue.array([
            .array([.integer(0), .integer(99), node(.bytes(Array("10.0.0.1".utf8)), 1), node(.bytes([]), 9)]),
            .array([.integer(100), .integer(16382), node(.null, 2)]),
        ])
        var map = try #require(ClusterMap(slots: reply, asked: "seed"))
        #expect(map.owner(ofSlot: 99) == .host("10.0.0.1", port: 1) && map.owner(ofSlot: 100) == .host("seed", port: 2))
        #expect(map.owner(ofSlot: 16383) == nil && map.orphans == 1)
        map.assign(16383, to: .host("new", port: 3))
        #expect(map.owner(ofSlot: 16383) == .host("new", port: 3) && map.servers.count == 3)
    }

    @Test(arguments: [
        RedisValue.null, .array([.null]), .array([.array([.integer(0), .integer(16384)])]),
        .array([.array([.integer(5), .integer(4), .array([.bytes([65]), .integer(1)])])]),
        .array([.array([.integer(-1), .integer(4), .array([.bytes([65]), .integer(1)])])]),
        .array([.array([.integer(0), .integer(4), .array([.bytes([65]), .integer(70000)])])]),
    ])
    func whatIsNoMapIsNone(_ reply: RedisValue) { #expect(ClusterMap(slots: reply, asked: "") == nil) }
}
