import Address
import Testing

@testable import Admission

@Suite struct PassTests {
    @Test func comesBackAsItWasSigned() throws {
        let scene = try Scene()
        #expect(scene.check(pass: scene.signedPass()) == .valid(scene.pass))
        #expect(scene.check(pass: scene.signedPass(boundTo: scene.address)) == .valid(scene.pass))
    }

    /// The very bytes, made by hand from the header and claims of docs/TOKENS.md: whoever changes them locks out every
    /// visitor who holds a token, and the origins that read them.
    @Test func isSpelledLikeThis() throws {
        let scene = try Scene()
        #expect(
            String(decoding: scene.signedPass(), as: UTF8.self)
                == "eyJhbGciOiJIUzI1NiIsInR5cCI6InBhc3MiLCJraWQiOiJrMSJ9."
                + "eyJhdWQiOiJjb25jZXJ0Iiwic3ViIjoiQVNORlo0bXJ6ZV8tM0xxWWRsUXlFQSIsIm"
                + "lhdCI6MTc4OTk5OTk3MCwiZXhwIjoxNzkwMDAwMDkwLCJzaWQiOjE3ODk5OTk0MDB9"
                + ".1Ttrsb3LnLfSsE7UCUjXQCPyXkz6VF9u_TaNLsD2ap0")
        #expect(
            try scene.claims(.pass)
                == #"{"aud":"concert","sub":"ASNFZ4mrze_-3LqYdlQyEA","iat":1789999970,"exp":1790000090,"sid":1789999400}"#)
    }

    @Test func isWrittenBehindWhatIsThere() throws {
        let scene = try Scene()
        var text = Array("Cookie: ".utf8)
        scene.ring.sign(scene.pass, room: scene.room, into: &text)
        #expect(text == Array("Cookie: ".utf8) + scene.signedPass())
    }

    @Test func isGoodUntilTheSecondAtWhichItExpires() throws {
        let scene = try Scene()
        let text = scene.signedPass()
        #expect(scene.check(pass: text, now: scene.pass.expires - 1) == .valid(scene.pass))
        #expect(scene.check(pass: text, now: scene.pass.expires) == .refused(.expired))
        #expect(scene.check(pass: text, now: scene.pass.expires + 1) == .refused(.expired))
        #expect(scene.check(pass: text, now: .max) == .refused(.expired))
    }

    @Test func mayComeFromAClockThatIsALittleAhead() throws {
        let scene = try Scene()
        let text = scene.signedPass()
        #expect(scene.check(pass: text, now: scene.pass.issued - TokenLimits.clockSkewSecondsMax) == .valid(scene.pass))
        #expect(
            scene.check(pass: text, now: scene.pass.issued - TokenLimits.clockSkewSecondsMax - 1) == .refused(.notYetValid))
        #expect(scene.check(pass: text, now: 0) == .refused(.notYetValid))
    }

    @Test(arguments: ["concer", "concert2", "Concert", "c", "oncert", "xoncert"]) func isForOneRoom(name: String) throws {
        let scene = try Scene()
        let other = try #require(RoomName(name))
        #expect(scene.ring.check(pass: scene.signedPass().span, room: other, now: Scene.now) == .refused(.otherRoom))
    }

    @Test func isClampedWhenMadeAndJudgedWhenRead() {
        let made = Pass(ticket: Scene.visitor, issued: 1000, lifetimeSeconds: 1 << 60, sessionStart: 2000)
        #expect(made.expires == 1000 + TokenLimits.passLifetimeSecondsMax)
        #expect(made.sessionStart == 1000)
        #expect(Pass(ticket: Scene.visitor, issued: 1000, lifetimeSeconds: 0, sessionStart: 0).expires == 1001)
        let last = Pass(ticket: Scene.visitor, issued: .max, lifetimeSeconds: .max, sessionStart: .max)
        #expect(last.expires == TokenLimits.integerMax)
        for (issued, expires, start) in [(1000, 1000, 0), (1000, 999, 0), (1000, 4601, 0), (1000, 1100, 1001)]
            as [(UInt64, UInt64, UInt64)]
        {
            #expect(Pass(ticket: Scene.visitor, issued: issued, expires: expires, sessionStart: start) == nil)
        }
        #expect(Pass(ticket: Scene.visitor, issued: 1000, expires: 4600, sessionStart: 1000) != nil)
        let beyond = TokenLimits.integerMax + 1
        #expect(Pass(ticket: Scene.visitor, issued: beyond - 1, expires: beyond, sessionStart: 0) == nil)
    }

    @Test func isPlainMemory() {
        #expect(_isPOD(Pass.self))
        #expect(_isPOD(PassVerdict.self))
    }

    /// The longest name, key and numbers there can be.
    @Test func theLongestTokensAreTaken() throws {
        let scene = try Scene(keys: [TokenKey(identifier: String(repeating: "k", count: 32), secret: Scene.secret)])
        let room = try #require(RoomName(String(repeating: "r", count: 64)))
        let lane = try #require(LaneName(String(repeating: "l", count: 32)))
        let end = TokenLimits.integerMax
        let pass = Pass(ticket: Scene.visitor, issued: end, lifetimeSeconds: 3600, sessionStart: end)
        var text: [UInt8] = []
        scene.ring.sign(pass, room: room, boundTo: scene.address, into: &text)
        #expect(text.count == 397)
        #expect(
            scene.ring.check(pass: text.span, room: room, boundTo: scene.address, now: pass.issued) == .valid(pass))

        let ticket = Ticket(id: Scene.visitor, lane: lane, place: try #require(Place(rawValue: end)), issued: end)
        text = []
        scene.ring.sign(ticket, room: room, into: &text)
        #expect(text.count <= TokenLimits.bytesMax)
        #expect(
            scene.ring.check(ticket: text.span, room: room, now: end, ticketAgeSecondsMax: 1) == .valid(ticket))
    }
}
