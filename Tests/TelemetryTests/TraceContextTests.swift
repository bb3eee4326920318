import Bytes
import Testing

@testable import Telemetry

@Suite struct TraceContextTests {
    private static let ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"

    private func sent(_ context: TraceContext) -> String {
        var head = ByteBuffer()
        context.append(to: &head)
        return head.span.string
    }

    @Test(arguments: [
        ("00-\(ids)-01", "00-\(ids)-01"),
        ("00-\(ids)-00", "00-\(ids)-00"),
        ("00-\(ids)-03", "00-\(ids)-03"),
        // Bits without a meaning are not passed on.
        ("00-\(ids)-ff", "00-\(ids)-03"),
        // A version to come is read as far as it is known: the sampled bit, and what stands behind the flags after a dash.
        ("01-\(ids)-01", "00-\(ids)-01"),
        ("cc-\(ids)-03-what-the-future-will-be-like", "00-\(ids)-01"),
        ("cc-\(ids)-00-", "00-\(ids)-00"),
        ("fe-\(ids)-01", "00-\(ids)-01"),
    ])
    func acceptsWhatIsSound(_ value: String, _ next: String) throws {
        let parsed = TraceContext.parse(value.utf8.span)
        let context = try #require(parsed)
        #expect(sent(context) == next)
        #expect(context.isSampled == (next.hasSuffix("1") || next.hasSuffix("3")))
    }

    @Test(arguments: [
        "", "00", "00-", "garbage",
        "00-\(ids)", "00-\(ids)-", "00-\(ids)-0", "00-\(ids)-011", "00-\(ids)-01-", "00-\(ids)-01-more", "00-\(ids)-01 ",
        " 00-\(ids)-01", "0-\(ids)-01", "000-\(ids)-01",
        "ff-\(ids)-01", "FF-\(ids)-01", "0x-\(ids)-01", "-0-\(ids)-01",
        "cc-\(ids)-01.what", "cc-\(ids)-01x",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0A",
        "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
    ])
    func refusesTheRest(_ value: String) {
        #expect(TraceContext.parse(value.utf8.span) == nil)
    }

    @Test func refusesEverySingleWrongByte() {
        let sound = Array("00-\(Self.ids)-01".utf8)
        let digits = Set("0123456789abcdef".utf8)
        for place in sound.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = sound
                bytes[place] = byte
                let isDash = [2, 35, 52].contains(place)
                // A version above 00 of the same length is as good.
                let isSound = isDash ? byte == UInt8(ascii: "-") : digits.contains(byte)
                if (TraceContext.parse(bytes.span) != nil) != isSound { Issue.record("byte \(byte) at \(place)") }
            }
        }
    }

    @Test func beginsATraceThatIsNeverZero() throws {
        #expect(sent(.begin(0xa, 0xb, parent: 0xc)) == "00-000000000000000a000000000000000b-000000000000000c-02")
        let sampled = TraceContext.begin(0xa, 0xb, parent: 0xc, sampled: true)
        #expect(sent(sampled) == "00-000000000000000a000000000000000b-000000000000000c-03")
        for context in [TraceContext.begin(0, 0, parent: 0), .begin(1, 0, parent: 1), .begin(0, .max, parent: .max)] {
            #expect(TraceContext.parse(sent(context).utf8.span) == context)
        }
    }

    @Test func goesOnWithAnotherParent() throws {
        let parsed = TraceContext.parse("00-\(Self.ids)-01".utf8.span)
        let context = try #require(parsed)
        #expect(sent(context.next(parent: 0x1234)) == "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000001234-01")
        #expect(TraceContext.parse(sent(context.next(parent: 0)).utf8.span) != nil)
    }
}
