import Address
import Testing

@testable import Admission

@Suite struct NetworkMarkTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.255", true), ("192.0.2.7", "192.0.3.7", false), ("192.0.2.7", "193.0.2.7", false),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::9", true), ("2001:db8:1::3", "2001:db8:2::3", false),
        ("192.0.2.7", "::192.0.2.7", false), ("0.0.0.1", "::1", false), ("192.0.2.7", "::ffff:192.0.2.9", true),
    ])
    func aPassIsBoundToANetwork(given: String, shown: String, isTaken: Bool) throws {
        let scene = try Scene()
        let (giver, shower) = (try #require(IPAddress(given)), try #require(IPAddress(shown)))
        let text = scene.signedPass(boundTo: giver)
        let verdict = scene.check(pass: text, boundTo: shower)
        #expect(verdict == (isTaken ? .valid(scene.pass) : .refused(.otherNetwork)))
        // Where passes are not bound it does not matter.
        #expect(scene.check(pass: text) == .valid(scene.pass))
    }

    @Test func aPassOfNoNetworkIsOfAnother() throws {
        let scene = try Scene()
        #expect(scene.check(pass: scene.signedPass(), boundTo: scene.address) == .refused(.otherNetwork))
    }

    /// What is wrong anyway is said first: `otherNetwork` means that all else is right.
    @Test func otherNetworkComesLast() throws {
        let scene = try Scene()
        let other = try #require(IPAddress("198.51.100.1"))
        let text = scene.signedPass(boundTo: scene.address)
        #expect(scene.check(pass: text, boundTo: other, now: scene.pass.expires) == .refused(.expired))
        #expect(scene.check(pass: text, boundTo: other, now: 0) == .refused(.notYetValid))
        let room = try #require(RoomName("other"))
        #expect(scene.ring.check(pass: text.span, room: room, boundTo: other, now: Scene.now) == .refused(.otherRoom))
    }

    /// Two visitors of one network carry different marks, and so does one visitor under two keys.
    @Test func aMarkTellsNothing() throws {
        let scene = try Scene()
        let one = scene.ring.keys[0].network.mark(scene.address, Scene.visitor)
        let other = scene.ring.keys[0].network.mark(scene.address, TicketID(high: 0, low: 1))
        let rotated = scene.ring.keys[1].network.mark(scene.address, Scene.visitor)
        #expect(one != other && one != rotated && other != rotated)
        #expect(one == scene.ring.keys[0].network.mark(scene.address, Scene.visitor))
    }

    /// As docs/TOKENS.md describes it, and reckoned by hand from there.
    @Test func theMarkIsThis() throws {
        let scene = try Scene()
        let claims =
            #"{"aud":"concert","sub":"ASNFZ4mrze_-3LqYdlQyEA","iat":1789999970,"exp":1790000090,"sid":1789999400,"net":"uSAdErbRAp4H"}"#
        #expect(
            String(decoding: scene.signedPass(boundTo: scene.address), as: UTF8.self) == Scene.forge(.pass, claims: claims))
    }
}
