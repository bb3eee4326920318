import Address
import CAllocations
import Testing

@testable import Admission

/// Thousands of checks come between two changes of anything; none of them may ask for memory.
@Suite struct AllocationTests {
    static let checks = 10_000

    @Test func allocationsAreCounted() {
        let before = allocations_of_this_thread()
        var arrays: [[Int]] = []
        for count in 1...100 { arrays.append([Int](repeating: 0, count: count)) }
        #expect(arrays.count == 100)
        #expect(allocations_of_this_thread() - before >= 100)
    }

    @Test func aCheckOfAPassAllocatesNothing() throws {
        let scene = try Scene()
        let address = scene.address
        let elsewhere = try #require(IPAddress("198.51.100.1"))
        let free = scene.signedPass()
        let bound = scene.signedPass(boundTo: address)
        let expired = scene.pass.expires
        let otherRoom = Scene.forge(.pass, claims: ForgedClaimTests.good.replacing("concert", with: "other"))
        var wrong = free
        wrong[free.count - 10] ^= 1
        let cases: [(text: [UInt8], address: IPAddress?, now: UInt64, refusal: TokenRefusal?)] = [
            (free, nil, Scene.now, nil), (bound, address, Scene.now, nil), (bound, nil, Scene.now, nil),
            ([UInt8](repeating: 65, count: 4096), nil, Scene.now, .tooLong),
            (Array(free.dropLast()), nil, Scene.now, .malformed),
            (Array(Scene.forge(.pass, claims: ForgedClaimTests.good + " ").utf8), nil, Scene.now, .malformed),
            (scene.signedTicket(), nil, Scene.now, .unknownHeader),
            (
                Array(Forged.sign(String(decoding: wrong.prefix(wrong.count - 44), as: UTF8.self) + "A").utf8), nil,
                Scene.now, .malformed
            ),
            (
                Array(
                    Scene.forge(header: Scene.header(.pass), claims: ForgedClaimTests.good, secret: Scene.otherSecret).utf8),
                nil,
                Scene.now, .wrongSignature
            ),
            (Array(otherRoom.utf8), nil, Scene.now, .otherRoom),
            (free, nil, expired, .expired), (free, nil, 0, .notYetValid), (bound, elsewhere, Scene.now, .otherNetwork),
            (free, address, Scene.now, .otherNetwork),
        ]
        #expect(Set(cases.compactMap(\.refusal)) == Set(TokenRefusal.allCases))
        for (text, address, now, refusal) in cases {
            // The first one may prepare what the language prepares once.
            let verdict = scene.ring.check(pass: text.span, room: scene.room, boundTo: address, now: now)
            #expect(verdict == (refusal.map(PassVerdict.refused) ?? .valid(scene.pass)))
            var same = 0
            let before = allocations_of_this_thread()
            for _ in 0..<Self.checks {
                if scene.ring.check(pass: text.span, room: scene.room, boundTo: address, now: now) == verdict { same += 1 }
            }
            let made = allocations_of_this_thread() - before
            #expect(same == Self.checks)
            #expect(made == 0, "\(made) allocations in \(Self.checks) checks that say \(verdict)")
        }
    }
}
