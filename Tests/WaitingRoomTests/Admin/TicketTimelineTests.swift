import Admission
import Testing

@testable import WaitingRoom

@Suite struct TicketTimelineTests {
    private let id = TicketID(high: 0x0123_4567_89ab_cdef, low: 42)

    /// `{"aud":"main","sub":"ASNFZ4mrze8AAAAAAAAAKg"}` between a header and a signature that nobody looks at.
    private let token = "e30.eyJhdWQiOiJtYWluIiwic3ViIjoiQVNORlo0bXJ6ZThBQUFBQUFBQUFLZyJ9.x"

    @Test func aTicketIsNamedByItsIDOrAToken() {
        #expect(id.text == "ASNFZ4mrze8AAAAAAAAAKg")
        #expect(TicketText.id(id.text, room: "main") == id)
        #expect(TicketText.id(token, room: "main") == id)
        #expect(TicketText.id(token, room: "other") == nil, "of another room")
        for text in ["", "x", "a.b", "a.b.c", "e30.e30.x", token + ".x", String(repeating: "A", count: 5000)] {
            #expect(TicketText.id(text, room: "main") == nil)
        }
    }

    @Test func theLatestEventsAreRemembered() {
        let memory = EventMemory()
        let other = TicketID(high: 1, low: 1)
        memory.note(.joined, id, at: 1)
        memory.note(.claimed, id, at: 2)
        for number in 0..<EventMemory.countMax - 2 { memory.note(.returned, other, at: Int64(number)) }
        #expect(memory.events(of: id, countMax: 10).map(\.at) == [1, 2])
        #expect(memory.events(of: other, countMax: 3).count == 3)
        memory.note(.left, id, at: 3)
        #expect(memory.count == EventMemory.countMax)
        #expect(memory.events(of: id, countMax: 10).map(\.at) == [2, 3], "the oldest has given way")
    }

    @Test func whatSeveralLoopsKnowIsOneStory() throws {
        let (one, two) = (EventMemory(), EventMemory())
        one.note(.joined, id, at: 1_000_000)
        two.note(.claimed, id, at: 3_000_000)
        one.note(.returned, id, at: 2_000_000)
        var memory = TicketMemory()
        memory.session = .init(startedAt: 3_000_000, endsAt: 4_000_000)
        let traces = [
            TicketTrace(events: two.events(of: id, countMax: 9), memory: memory, clockOffset: 60_000_000),
            TicketTrace(events: one.events(of: id, countMax: 9), memory: TicketMemory(), clockOffset: 0),
        ]
        let json = TicketTimeline(id: id, room: "main", lanes: ["general"], traces: traces).json
        #expect(json["events"]?.list?.compactMap { $0["what"]?.text } == ["joined", "seen", "claimed"])
        let now = try #require(json["now"]?.list)
        #expect(now.count == 1 && now[0]["state"] == "inside" && now[0]["endsUnlessSeenBy"] == "1970-01-01T00:01:04Z")
    }
}
