import Address
import Testing

@testable import WaitingRoom

/// Who gets in, who pauses, and who is not from here.
@Suite struct AdminAccessTests {
    private let secret = "a-token-of-some-length"
    private let second: UInt64 = 1_000_000_000
    private let here = IPAddress(v4: 0x0a00_0001)

    private var access: AdminAccess {
        AdminAccess([
            AdminToken(name: "operator", secret: secret), AdminToken(name: "ann", secret: "another-token-of-hers"),
        ])
    }

    private func facts(_ change: (inout AdminFacts) -> Void) -> AdminFacts {
        var facts = AdminFacts()
        facts.host = "admin.test:9900"
        facts.client = here
        change(&facts)
        return facts
    }

    private func bearer(_ token: String) -> AdminFacts { facts { $0.bearer = Array(token.utf8) } }

    @Test func aTokenOpensAndSaysWhoseItIs() {
        var access = access
        #expect(access.judge(bearer(secret), at: 0) == .granted(name: "operator", guardWord: nil))
        #expect(access.judge(bearer("another-token-of-hers"), at: 0) == .granted(name: "ann", guardWord: nil))
        #expect(access.judge(bearer(secret + "x"), at: 0) == .wrongToken)
        #expect(access.judge(bearer(""), at: 0) == .wrongToken)
        #expect(access.judge(facts { _ in }, at: 0) == .loginNeeded)
    }

    @Test func pausesGrowAndHoldForTheRightTokenToo() {
        var access = access
        for _ in 0..<LoginLimiter.freeTries { #expect(access.judge(bearer("wrong"), at: 0) == .wrongToken) }
        #expect(access.judge(bearer(secret), at: 0) == .later(seconds: 1))
        #expect(access.judge(bearer("wrong"), at: second) == .wrongToken)
        #expect(access.judge(bearer(secret), at: second) == .later(seconds: 2))
        #expect(access.judge(bearer(secret), at: 3 * second) == .granted(name: "operator", guardWord: nil))
        #expect(access.judge(bearer("wrong"), at: 3 * second) == .wrongToken, "what was right begins anew")
        #expect(access.judge(bearer(secret), at: 3 * second) == .granted(name: "operator", guardWord: nil))
    }

    @Test func aPauseHasACeiling() {
        var limiter = LoginLimiter()
        var now: UInt64 = 0
        for _ in 0..<40 {
            limiter.wasWrong(here, at: now)
            let pause = limiter.pause(here, at: now) ?? 0
            #expect(pause <= LoginLimiter.pauseMax)
            now += pause + 1
        }
        limiter.wasWrong(here, at: now)
        #expect(limiter.pause(here, at: now) == LoginLimiter.pauseMax)
    }

    @Test func guessesFromEverywhereAreSlowAllTheSame() {
        var limiter = LoginLimiter()
        limiter.wasRight(here, at: 0)
        for number in 0..<200 {
            let address = IPAddress(v4: 0x0b00_0000 + UInt32(number))
            if limiter.pause(address, at: 0) == nil { limiter.wasWrong(address, at: 0) }
        }
        let stranger = IPAddress(v4: 0x0c00_0000)
        #expect(limiter.pause(stranger, at: 0) != nil)
        #expect(limiter.pause(here, at: 0) == nil, "who was right is not locked out by others")
        #expect(limiter.pause(stranger, at: 2 * second) == nil)
    }

    @Test func aNetworkOfIPv6IsOne() {
        var limiter = LoginLimiter()
        for low in 0..<3 { limiter.wasWrong(IPAddress(high: 0x2001_0db8_0000_0001, low: UInt64(low)), at: 0) }
        #expect(limiter.pause(IPAddress(high: 0x2001_0db8_0000_0001, low: 99), at: 0) != nil)
        #expect(limiter.pause(IPAddress(high: 0x2001_0db8_0000_0002, low: 0), at: 0) == nil)
    }

    @Test func addressesAreForgottenAtACeiling() {
        var limiter = LoginLimiter()
        for number in 0..<3000 { limiter.wasWrong(IPAddress(v4: UInt32(number)), at: UInt64(number)) }
        #expect(limiter.count == LoginLimiter.addressesMax)
    }

    // MARK: Sessions

    private func login(_ access: inout AdminAccess, at now: UInt64 = 0, _ byte: UInt8 = 7) -> (
        cookie: String, guardWord: String
    ) {
        access.login("operator", at: now) { [UInt8](repeating: byte, count: $0) }
    }

    @Test func aSessionSeesAndIsOver() {
        var access = access
        let (cookie, guardWord) = login(&access)
        let get = facts { $0.session = cookie }
        #expect(access.judge(get, at: second) == .granted(name: "operator", guardWord: guardWord))
        #expect(access.judge(facts { $0.session = cookie + "x" }, at: second) == .loginNeeded)
        #expect(access.judge(get, at: second + AdminSessions.idleMax) == .loginNeeded)
        let other = login(&access, at: 0, 8).cookie
        var now: UInt64 = 0
        while now + AdminSessions.idleMax / 2 < AdminSessions.life {
            now += AdminSessions.idleMax / 2
            if now < AdminSessions.life { #expect(access.judge(facts { $0.session = other }, at: now) != .loginNeeded) }
        }
        #expect(access.judge(facts { $0.session = other }, at: AdminSessions.life) == .loginNeeded)
    }

    @Test func aLogoutEndsIt() {
        var access = access
        let cookie = login(&access).cookie
        access.logout(cookie)
        #expect(access.judge(facts { $0.session = cookie }, at: 1) == .loginNeeded)
    }

    @Test func newTokensEndAllSessions() {
        var access = access
        let cookie = login(&access).cookie
        access.replace(access.tokens)
        #expect(access.judge(facts { $0.session = cookie }, at: 1) != .loginNeeded)
        access.replace([AdminToken(name: "operator", secret: "another-one-altogether")])
        #expect(access.judge(facts { $0.session = cookie }, at: 1) == .loginNeeded)
    }

    @Test func sessionsHaveACeiling() {
        var sessions = AdminSessions()
        for number in 0..<200 {
            _ = sessions.begin("x", secret: [UInt8(number), 1], guardWord: [], at: UInt64(number))
        }
        #expect(sessions.count == AdminSessions.countMax)
    }

    /// What says where a change comes from, and whether it counts as ours.
    struct Origin: Sendable {
        var site: String?
        var origin: String?
        var guards = true
        var isGranted: Bool
    }

    @Test(arguments: [
        Origin(site: "same-origin", isGranted: true), Origin(site: "same-origin", guards: false, isGranted: false),
        Origin(origin: "http://admin.test:9900", isGranted: true),
        Origin(site: "same-origin", origin: "http://admin.test:9900", isGranted: true),
        Origin(site: "cross-site", isGranted: false), Origin(site: "same-site", isGranted: false),
        Origin(site: "none", isGranted: false), Origin(isGranted: false),
        Origin(origin: "http://evil.test", isGranted: false), Origin(origin: "null", isGranted: false),
        Origin(site: "same-origin", origin: "http://admin.test:9901", isGranted: false),
        Origin(site: "cross-site", origin: "http://admin.test:9900", isGranted: false),
    ])
    func aChangeByCookieComesFromThisPage(_ origin: Origin) {
        var access = access
        let (cookie, guardWord) = login(&access)
        let post = facts {
            $0.method = .post
            $0.session = cookie
            $0.fetchSite = origin.site
            $0.origin = origin.origin
            $0.guardWord = origin.guards ? guardWord : nil
        }
        let verdict = access.judge(post, at: 1)
        #expect(verdict == (origin.isGranted ? .granted(name: "operator", guardWord: guardWord) : .notFromHere))
    }

    @Test func aWrongGuardWordIsNone() {
        var access = access
        let (cookie, guardWord) = login(&access)
        let post = facts {
            $0.method = .post
            $0.session = cookie
            $0.fetchSite = "same-origin"
            $0.guardWord = String(guardWord.reversed())
        }
        #expect(access.judge(post, at: 1) == .notFromHere)
    }
}
