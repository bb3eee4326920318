import Testing

@testable import Admission

/// Who shows what was signed for a monitor need not wait, until it ends.
@Suite struct MonitorTests {
    private static let now: UInt64 = 1_800_000_000

    private func ring(_ names: String...) throws -> KeyRing {
        try KeyRing(names.map { TokenKey(identifier: $0, secret: [UInt8](repeating: UInt8($0.utf8.count), count: 32)) })
    }

    private func check(_ ring: KeyRing, _ text: String, now: UInt64 = Self.now) -> MonitorVerdict {
        ring.check(monitor: Array(text.utf8).span, now: now)
    }

    @Test func isGoodUntilItEnds() throws {
        let ring = try ring("a")
        let mark = ring.monitorMark(until: Self.now + 60)
        #expect(check(ring, mark) == .valid(until: Self.now + 60))
        #expect(check(ring, mark, now: Self.now + 59) == .valid(until: Self.now + 60))
        #expect(check(ring, mark, now: Self.now + 60) == .refused(.expired))
    }

    @Test func anyKeyOfTheRingWillDoAndNoOther() throws {
        let mark = try ring("old").monitorMark(until: Self.now + 60)
        #expect(check(try ring("newer", "old"), mark) == .valid(until: Self.now + 60))
        #expect(check(try ring("newer"), mark) == .refused(.wrongSignature))
    }

    @Test func whatIsAlteredIsRefused() throws {
        let ring = try ring("a")
        let mark = ring.monitorMark(until: Self.now + 60)
        let letters = Array(mark)
        for at in letters.indices {
            for other: Character in ["0", "9", "A", "-", "."] where letters[at] != other {
                var altered = letters
                altered[at] = other
                guard case .refused = check(ring, String(altered)) else {
                    Issue.record("taken: \(String(altered))")
                    continue
                }
            }
        }
        for text in ["", ".", "1.", "0" + mark, " " + mark, mark + "=", String(mark.dropLast()), "+" + mark] {
            guard case .refused = check(ring, text) else {
                Issue.record("taken: \(text)")
                continue
            }
        }
    }

    @Test func noneIsGoodForEver() throws {
        let ring = try ring("a")
        #expect(check(ring, ring.monitorMark(until: Self.now + KeyRing.monitorSecondsMax + 1)) == .refused(.malformed))
        #expect(check(ring, ring.monitorMark(until: 999_999_999_999)) == .refused(.malformed))
    }
}
