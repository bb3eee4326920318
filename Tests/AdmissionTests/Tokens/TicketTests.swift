import Testing

@testable import Admission

@Suite struct TicketTests {
    @Test func comesBackAsItWasSigned() throws {
        let scene = try Scene()
        #expect(scene.check(ticket: scene.signedTicket()) == .valid(scene.ticket))
        #expect(
            try scene.claims(.ticket)
                == #"{"aud":"concert","sub":"ASNFZ4mrze_-3LqYdlQyEA","lane":"general","seq":2199023260263,"iat":1789996400}"#
        )
    }

    @Test(arguments: [0, 1, 1 << 40, 1 << 53 - 1] as [UInt64]) func keepsItsPlace(rawValue: UInt64) throws {
        let scene = try Scene()
        let place = try #require(Place(rawValue: rawValue))
        let ticket = Ticket(id: Scene.visitor, lane: scene.lane, place: place, issued: Scene.now)
        #expect(scene.check(ticket: scene.signedTicket(ticket)) == .valid(ticket))
    }

    @Test func isGoodUntilItIsTooOld() throws {
        let scene = try Scene()
        let text = scene.signedTicket()
        let end = scene.ticket.issued + Scene.ticketAgeSecondsMax
        #expect(scene.check(ticket: text, now: end - 1) == .valid(scene.ticket))
        #expect(scene.check(ticket: text, now: end) == .refused(.expired))
        #expect(scene.check(ticket: text, now: .max) == .refused(.expired))
        #expect(
            scene.ring.check(ticket: text.span, room: scene.room, now: .max, ticketAgeSecondsMax: .max)
                == .valid(scene.ticket))
    }

    @Test func mayComeFromAClockThatIsALittleAhead() throws {
        let scene = try Scene()
        let text = scene.signedTicket()
        #expect(scene.check(ticket: text, now: scene.ticket.issued - 5) == .valid(scene.ticket))
        #expect(scene.check(ticket: text, now: scene.ticket.issued - 6) == .refused(.notYetValid))
    }

    @Test(arguments: ["concer", "concert2", "Concert"]) func isForOneRoom(name: String) throws {
        let scene = try Scene()
        let other = try #require(RoomName(name))
        let verdict = scene.ring.check(
            ticket: scene.signedTicket().span, room: other, now: Scene.now, ticketAgeSecondsMax: Scene.ticketAgeSecondsMax)
        #expect(verdict == .refused(.otherRoom))
    }
}

@Suite struct TokenNameTests {
    @Test func roomsAndLanesAreOfFewCharacters() {
        #expect(RoomName("shop.example_1-A")?.description == "shop.example_1-A")
        #expect(LaneName("vip_1-A")?.description == "vip_1-A")
        #expect(RoomName(String(repeating: "r", count: 64)) != nil)
        #expect(LaneName(String(repeating: "l", count: 32)) != nil)
        for wrong in ["", "a b", "a/b", "a\"", "a\\", "é", "a\0", "a\n", String(repeating: "r", count: 65)] {
            #expect(RoomName(wrong) == nil, "\(wrong)")
            #expect(LaneName(wrong) == nil, "\(wrong)")
        }
        #expect(LaneName("a.b") == nil)
        #expect(LaneName(String(repeating: "l", count: 33)) == nil)
    }
}
