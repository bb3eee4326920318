import Admission
import Redis
import Testing

@testable import Stores

/// Calls as Redis gets them, without a Redis.
@Suite struct CallEncodingTests {
    private let keys = RoomKeys(prefix: "wr:", room: "concert")
    private var rules = RoomRules(rate: .perSecond(50), burst: 9, slotsMax: 700)

    init() {
        rules.lanes = [LaneRule(name: "vip", share: 3), LaneRule(name: "général", share: 1)]
        rules.schedule.opensAt = 1_790_000_000_000_000
    }

    private func command(_ operation: StoreCall.Operation, now: Microseconds? = nil) throws -> RedisCommand {
        let call = StoreCall(
            room: "concert", rules: rules, node: "node-1", epoch: 4, lineage: 0xabc, operation: operation)
        return try CallEncoding.command(call, keys: #require(keys), now: now)
    }

    @Test func allKeysOfARoomShareItsTag() throws {
        let all = try #require(keys).all
        #expect(all.count == 29 && Set(all).count == 29)
        #expect(all.allSatisfy { $0.hasPrefix("wr:") && $0.contains(":{concert}") })
        #expect(all.first == "wr:meter:{concert}" && all.last == "wr:queue:{concert}:p")
        for name in ["", "a{b", "a}b"] { #expect(RoomKeys(prefix: "", room: name) == nil) }
    }

    @Test func theHeaderIsText() throws {
        let call = StoreCall(room: "concert", rules: rules, node: "n", epoch: 4, lineage: 0xabc, operation: .beat([]))
        let text = RoomHeader.text(call, now: nil)
        #expect(
            text == """
                4 0000000000000abc - 50 1000000 9 700 10000000 auto fifo - 1790000000000000 - 60000000 300000000 120000000 \
                600000000 \(rules.spentLife) 60000000 7200000000 3000000 \
                \(rules.endedLife) - - - -
                """)
        var adapted = rules
        adapted.rateBounds = RateBounds(min: .perSecond(2), max: AdmissionRate(count: 900, perMicroseconds: 60_000_000))
        let bounded = StoreCall(room: "concert", rules: adapted, node: "n", operation: .beat([]))
        #expect(RoomHeader.text(bounded, now: nil).hasSuffix(" 2 1000000 900 60000000"))
        #expect(text.split(separator: " ").count == RoomHeader.fieldCount)
        #expect(RoomHeader.text(call, now: 12).split(separator: " ")[2] == "12")
        #expect(RoomHeader.lanes(rules) == "3:3:vip,1:9:général,")
    }

    @Test func whatAScriptCannotCountStaysAtTheCeiling() {
        #expect(RoomHeader.exact(.max) == "4503599627370495" && RoomHeader.exact(.min) == "-4503599627370495")
        #expect(RoomHeader.epoch(.max) == "4503599627370495")
        #expect(RoomHeader.lineage(.max) == "ffffffffffffffff" && RoomHeader.lineage(0) == "0000000000000000")
    }

    /// EVALSHA, hash, how many keys, the keys, header, lanes, and what is the operation's own.
    @Test(
        arguments: [
            (.beat([]), 1), (.claim([]), 1), (.release([]), 1), (.leave([]), 1), (.enter([]), 3), (.renew([]), 2),
            (.revoke([], lasting: 5), 2), (.admit(Tick(lineage: 1, seed: [1])), 5), (.read(PageCursor()), 2),
            (.control([.burst(4), .message(nil)]), 4),
            (.adapt(RateProposal(rate: .perSecond(5), reason: .slow, after: 2)), 3),
        ] as [(StoreCall.Operation, Int)])
    func everyOperationHasItsArguments(_ operation: StoreCall.Operation, _ count: Int) throws {
        #expect(try command(operation).argumentCount == 3 + 29 + 2 + count)
    }

    @Test func everyOperationHasAScriptOfItsOwn() {
        let all = [
            RoomScripts.enter, RoomScripts.beat, RoomScripts.admit, RoomScripts.claim, RoomScripts.renew,
            RoomScripts.release,
            RoomScripts.leave, RoomScripts.revoke, RoomScripts.control, RoomScripts.restore, RoomScripts.read,
        ]
        #expect(Set(all.map(\.hash)).count == 11)
        #expect(all.allSatisfy { $0.source.hasPrefix("#!lua") })
    }

    @Test func controlsComeBackAsTheyWent() throws {
        var controls = RoomControls()
        controls.apply([
            .rate(AdmissionRate(count: 7, perMicroseconds: 60_000_000)), .burst(3), .slotsMax(.max), .state(.paused),
            .opensAt(-4), .message(""),
        ])
        let fields = ControlField.all(controls).map { (name: $0.name, value: $0.value ?? "none") }
        #expect(fields.count == 6)
        #expect(RoomControls(fields: fields + [("version", "1"), ("of a later version", "?")]) == controls)
        for (name, value) in [("rate", "7"), ("rate", "7/x"), ("burst", ""), ("state", "shut"), ("version", "1.5")] {
            #expect(RoomControls(fields: [(name, value)]) == nil, "\(name) \(value)")
        }
        #expect(ControlField(.message(nil)).value == nil)
    }

    @Test func hexadecimalIsReadAsItIsWritten() {
        #expect(Hexadecimal.text([0, 171, 255]) == "00abff")
        #expect(Hexadecimal.bytes(Array("00abff".utf8)) == [0, 171, 255])
        for wrong in ["0", "0g", "AB", "é"] { #expect(Hexadecimal.bytes(Array(wrong.utf8)) == nil, "\(wrong)") }
    }
}
