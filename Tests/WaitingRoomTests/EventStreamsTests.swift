import Testing

@testable import WaitingRoom

@Suite struct EventStreamsTests {
    private final class Listener: Listening {
        let room: Int
        private let streams: EventStreams
        private(set) var isOver = false
        private(set) var ticks = 0
        var endsAt = Int.max

        init(_ streams: EventStreams, room: Int = 0) {
            (self.streams, self.room) = (streams, room)
            streams.add(self)
        }

        func tick() {
            ticks += 1
            if ticks >= endsAt { end() }
        }

        func end() {
            if isOver { return }
            isOver = true
            streams.oneIsOver()
        }
    }

    @Test func whoHasGoneIsNotCountedThoughNoRoomTicks() {
        let streams = EventStreams(countMax: 3)
        let first = (0..<3).map { _ in Listener(streams) }
        #expect(streams.isFull)
        first[1].end()
        #expect(!streams.isFull)
        _ = Listener(streams)
        #expect(streams.isFull)
        // However many come and go, no more are held than may be.
        for _ in 0..<100 {
            first[0].end()
            Listener(streams).end()
            #expect(!streams.isFull && streams.heldCount <= 4)
        }
    }

    @Test func oneThatEndsWhileItsRoomIsToldIsLetGo() {
        let streams = EventStreams(countMax: 2)
        let (one, other) = (Listener(streams), Listener(streams, room: 1))
        one.endsAt = 2
        streams.tick(room: 0)
        streams.tick(room: 0)
        streams.tick(room: 0)
        #expect((one.ticks, other.ticks, streams.heldCount) == (2, 0, 1) && !streams.isFull)
    }

    @Test func everybodyIsLookedAfterWithoutARoom() {
        let streams = EventStreams()
        let all = (0..<3).map { Listener(streams, room: $0) }
        streams.watch()
        #expect(all.map(\.ticks) == [1, 1, 1])
        streams.endAll()
        #expect(all.allSatisfy { $0.isOver } && streams.heldCount == 0 && !streams.isFull)
    }
}
