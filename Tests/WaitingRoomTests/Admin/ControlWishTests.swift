import Admission
import Testing

@testable import WaitingRoom

@Suite struct ControlWishTests {
    private func wish(_ text: String) throws -> ControlWish {
        let value = try #require(JSONReader.read(Array(text.utf8)))
        return try ControlWish(value)
    }

    private func refusal(_ text: String) throws -> String {
        do {
            return "none: \(try wish(text))"
        } catch let refusal as ControlWish.Refusal { return refusal.saying }
    }

    @Test func everyKeyIsUnderstood() throws {
        let text = """
            {"rate":"6000/m","burst":12,"max_active":"500","state":"paused","opens_at":"2026-12-01T10:00:00+09:00","message":"Hi"}
            """
        #expect(
            try wish(text).changes == [
                .rate(AdmissionRate(count: 6000, perMicroseconds: 60_000_000)), .burst(12), .slotsMax(500), .state(.paused),
                .opensAt(1_796_086_800_000_000), .message("Hi"),
            ])
        #expect(try wish("{\"rate\":200}").changes == [.rate(.perSecond(200))])
        #expect(try wish("{\"rate\":\"200\"}").changes == [.rate(.perSecond(200))])
        #expect(try wish("{\"max_active\":\"off\"}").changes == [.slotsMax(1_000_000_000)])
    }

    @Test func nullTakesBack() throws {
        for (at, key) in ControlWish.keys.enumerated() {
            let nothing: [ControlChange] = [
                .rate(nil), .burst(nil), .slotsMax(nil), .state(nil), .opensAt(nil), .message(nil),
            ]
            #expect(try wish("{\"\(key)\":null}").changes == [nothing[at]])
        }
    }

    @Test(arguments: [
        ("[]", "send an object"), ("{}", "send an object"), ("{\"speed\":1}", "there is no \"speed\""),
        ("{\"rate\":\"fast\"}", "rate is"), ("{\"rate\":-1}", "rate is"), ("{\"rate\":1.5}", "rate is"),
        ("{\"rate\":\"1000001/s\"}", "rate is"), ("{\"burst\":0}", "burst is"), ("{\"burst\":100001}", "burst is"),
        ("{\"max_active\":-1}", "max_active is"), ("{\"state\":\"shut\"}", "state is one of auto, queue"),
        ("{\"opens_at\":\"tomorrow\"}", "opens_at is"), ("{\"message\":7}", "message is"),
    ])
    func whatIsNotPossibleSaysWhatIs(_ text: String, _ words: String) throws {
        #expect(try refusal(text).hasPrefix(words))
    }

    @Test func aMessageHasACeiling() throws {
        let long = String(repeating: "x", count: RoomControls.messageBytesMax)
        #expect(try wish("{\"message\":\"\(long)\"}").changes == [.message(long)])
        #expect(try refusal("{\"message\":\"\(long)x\"}").hasPrefix("message is"))
    }

    @Test func whatIsSetIsShownAsItIsWritten() throws {
        let controls = RoomControls().with(try wish("{\"rate\":\"30/m\",\"state\":\"open\",\"max_active\":\"off\"}").changes)
        #expect(
            controls.value("rate") == "30/m" && controls.value("state") == "open" && controls.value("max_active") == "off")
        #expect(controls.value("burst") == .null && controls.value("message") == .null)
    }
}
