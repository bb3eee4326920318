import Admission
import Testing

extension Conformance {
    static let reading = [
        Scenario("the pages of an empty line are empty, one for each section") { room in
            try room.begin { $0.lanes = [LaneRule(name: "vip", share: 1), LaneRule(name: "general", share: 1)] }
            let pages = try room.readPages()
            #expect(pages.map(\.next?.section) == [1, 2, 3, 4, 5, nil])
            #expect(pages.allSatisfy { $0.itemCount == 0 })
        },
        Scenario("a page has no more than its ceiling, and none is missing or told twice") { room in
            try room.begin { $0.state = .paused }
            let crowd = UInt64(StoreCall.itemsMax) * 2 + 3
            try room.enter(1...crowd)
            let pages = try room.readPages()
            #expect(pages.map(\.waiting.count) == [StoreCall.itemsMax, StoreCall.itemsMax, 3, 0, 0, 0, 0])
            #expect(pages.flatMap(\.waiting).map(\.id) == (1...crowd).map(ticket))
        },
        Scenario("pages tell times as how long ago and how long still") { room in
            try room.begin {
                $0.sessionIdle = 60_000_000
                $0.passLife = 1_000_000
                $0.turnGrace = 30_000_000
            }
            let start = room.now
            try room.enter(1, 2)
            try room.revoke(3, lastingSeconds: 20)
            room.wait(seconds: 5)
            var all = Page()
            for page in try room.readPages() { all.add(page) }
            #expect(all.waiting == [.init(id: ticket(2), lane: 0, place: place(2), seenAgo: 5_000_000)])
            #expect(all.sessions == [.init(id: ticket(1), startedAt: start, endsIn: 55_000_000)])
            #expect(all.spent == [.init(id: ticket(1), endsIn: 35_000_000)])
            #expect(all.revoked == [.init(id: ticket(3), endsIn: 15_000_000)])
        },
        Scenario("a cursor behind everything is the end") { room in
            try room.begin()
            for cursor in [PageCursor(section: 9), PageCursor(section: 5), PageCursor(section: -1)] {
                #expect(try room.ask(.read(cursor)) == .page(Page()))
            }
            var end = Page()
            end.next = PageCursor(section: 1)
            #expect(try room.ask(.read(PageCursor(section: 0, offset: 700))) == .page(end))
        },
        Scenario("whoever is offered its turn is told as waiting where it stood, and is the first to have it elsewhere") {
            room in
            try room.begin {
                $0.state = .queue
                $0.burst = 3
                $0.slotsMax = 3
                $0.lanes = [LaneRule(name: "gone", share: 1), LaneRule(name: "general", share: 2)]
            }
            try room.enter(11, lane: 0)
            try room.enter(1...4, lane: 1)
            #expect(try room.tick().offered == 3)
            room.wait(seconds: 1)
            let offers = try room.ask(.read(PageCursor(section: 5)))
            var page = Page()
            page.waiting = [
                .init(id: ticket(1), lane: 1, place: place(2), seenAgo: 0),
                .init(id: ticket(2), lane: 1, place: place(3), seenAgo: 0),
                .init(id: ticket(11), lane: 0, place: place(1), seenAgo: 0),
            ]
            #expect(offers == .page(page))
            // A lane that is gone meanwhile: the last that there is.
            room.rules.lanes = [LaneRule(name: "general", share: 2)]
            try room.claim(2)
            page.waiting = [
                .init(id: ticket(1), lane: 0, place: place(2), seenAgo: 0),
                .init(id: ticket(11), lane: 0, place: place(1), seenAgo: 0),
            ]
            #expect(try room.ask(.read(PageCursor(section: 4))) == .page(page))
            let pages = try room.readPages()
            let elsewhere = ScriptedRoom(room.store, name: room.name + "-elsewhere")
            room.store.now = 1_790_000_001_000_000
            elsewhere.rules = room.rules
            for page in pages {
                var part = Recollection(
                    epoch: 2, lineage: 8, watermarks: Watermarks(), nodes: ["a"], isComplete: page.next == nil)
                part.watermarks.lanes = [LaneMark(name: "general", head: place(3))]
                (part.waiting, part.sessions, part.spent) = (page.waiting, page.sessions, page.spent)
                try elsewhere.restore(part)
            }
            room.wait(seconds: 0.1)
            let first = try elsewhere.tick()
            #expect((first.sessions, first.offered) == (1, 1))
            #expect(first.lanes[0].near == [1, 3, 4].map(ticket))
            #expect(try elsewhere.claim(11) == [.granted(startedAt: room.now)])
        },
        Scenario("an offer that ends in any way is read no more") { room in
            try room.begin {
                $0.state = .queue
                $0.burst = 6
                $0.claimWindow = 2_000_000
            }
            try room.enter(1...6)
            try room.tick()
            try room.claim(1)
            try room.release(2)
            try room.leave(3)
            try room.revoke(4)
            try room.renew(5, startedAt: room.now)
            guard case .page(let page) = try room.ask(.read(PageCursor(section: 4))) else {
                throw Surprise(what: "no page")
            }
            #expect(page.waiting == [.init(id: ticket(6), lane: 0, place: place(6), seenAgo: 0)])
            room.wait(seconds: 2)
            try room.tick()
            #expect(try room.ask(.read(PageCursor(section: 4))) == .page(Page()))
        },
        Scenario("what is read and restored elsewhere is the same line") { room in
            try room.begin {
                $0.state = .queue
                $0.lanes = [LaneRule(name: "vip", share: 1), LaneRule(name: "general", share: 1)]
                $0.burst = 4
            }
            try room.enter(1...600, lane: 1)
            try room.enter(1001...1100, lane: 0)
            try room.tick()
            try room.claim(1, 2, 1001)
            try room.release(2)
            try room.revoke(9)
            room.wait(seconds: 3)
            let pages = try room.readPages()
            let elsewhere = ScriptedRoom(room.store, name: room.name + "-elsewhere")
            room.store.now = 1_790_000_003_000_000
            elsewhere.rules = room.rules
            for page in pages {
                var part = Recollection(
                    epoch: 2, lineage: 8, watermarks: Watermarks(), nodes: ["a"], isComplete: page.next == nil)
                (part.waiting, part.sessions, part.spent, part.revoked) =
                    (page.waiting, page.sessions, page.spent, page.revoked)
                try elsewhere.restore(part)
            }
            let waiting = pages.flatMap(\.waiting).sorted { ($0.lane, $0.place) < ($1.lane, $1.place) }
            #expect(try elsewhere.readPages().flatMap(\.waiting) == waiting)
            #expect(waiting.count == 696 && waiting.first?.id == ticket(1002))
            #expect(try elsewhere.readPages().map(\.sessions) == pages.map(\.sessions))
            #expect(try elsewhere.readPages().map(\.revoked) == pages.map(\.revoked))
            #expect(try elsewhere.claim(2, 9, 10) == [.spent, .revoked, .waiting])
            #expect(try elsewhere.tick().isRestoring == false)
        },
    ]
}

extension Page {
    var itemCount: Int { waiting.count + sessions.count + spent.count + revoked.count }

    mutating func add(_ page: Page) {
        waiting += page.waiting
        sessions += page.sessions
        spent += page.spent
        revoked += page.revoked
        next = page.next
    }
}
