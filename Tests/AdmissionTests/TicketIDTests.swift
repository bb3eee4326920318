import Admission
import Testing

@Suite struct TicketIDTests {
    static let known = TicketID(high: 0x0001_0203_0405_0607, low: 0xf8f9_fafb_fcfd_feff)

    @Test func itsBytesAreBigEndian() {
        let bytes: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]
        #expect(Self.known.bytes == bytes)
        #expect(TicketID(bytes: bytes) == Self.known)
        #expect(TicketID(bytes: bytes.dropLast()) == nil)
        #expect(TicketID(bytes: bytes + [0]) == nil)
        #expect(TicketID(bytes: [UInt8]()) == nil)
    }

    @Test func itsTextIsBase64URL() {
        #expect(Self.known.text == "AAECAwQFBgf4-fr7_P3-_w")
        #expect(TicketID(text: Self.known.text) == Self.known)
    }

    @Test(arguments: [
        "", "AAECAwQFBgf4-fr7_P3-_", "AAECAwQFBgf4-fr7_P3-_wA", "AAECAwQFBgf4-fr7_P3-_w==", "AAECAwQFBgf4+fr7/P3+/w",
        "AAECAwQFBgf4-fr7_P3-_x", " AAECAwQFBgf4-fr7_P3-_", "AAECAwQFBgf4-fr7_P3-é",
    ])
    func otherSpellingsAreRefused(text: String) { #expect(TicketID(text: text) == nil) }

    @Test func theyAreOrderedLikeTheirBytes() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("TicketIDTests.theyAreOrderedLikeTheirBytes seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<1000 {
            let one = TicketID(high: random.next() & 3, low: random.next())
            let other = TicketID(high: random.next() & 3, low: random.next())
            #expect((one < other) == one.bytes.lexicographicallyPrecedes(other.bytes), "seed \(seed)")
            #expect(TicketID(text: one.text) == one, "seed \(seed)")
        }
    }
}
