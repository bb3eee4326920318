import Address
import Digest

/// Who may do what on the admin listener. Pure: time and randomness are arguments.
struct AdminAccess: Sendable {
    private(set) var tokens: [AdminToken]
    private(set) var limiter = LoginLimiter()
    private(set) var sessions = AdminSessions()

    init(_ tokens: [AdminToken]) { self.tokens = tokens }

    enum Verdict: Equatable, Sendable {
        case granted(name: String, guardWord: String?)
        /// Nothing was shown, or a session that is over.
        case loginNeeded
        case wrongToken
        /// Too many wrong tries; in so many seconds again.
        case later(seconds: UInt64)
        /// Another site's page may be behind it.
        case notFromHere
    }

    mutating func replace(_ tokens: [AdminToken]) {
        guard tokens != self.tokens else { return }
        self.tokens = tokens
        sessions.endAll()
    }

    /// A token is looked at only when the address may try.
    mutating func check(token: [UInt8], from address: IPAddress, at now: UInt64) -> Verdict {
        if let pause = limiter.pause(address, at: now) { return .later(seconds: (pause + 999_999_999) / 1_000_000_000) }
        let presented = SHA256Value(of: token)
        var name: String?
        // All are compared, whichever fits.
        for known in tokens where known.matches(presented) { name = name ?? known.name }
        guard let name else {
            limiter.wasWrong(address, at: now)
            return .wrongToken
        }
        limiter.wasRight(address, at: now)
        return .granted(name: name, guardWord: nil)
    }

    mutating func judge(_ request: AdminFacts, at now: UInt64) -> Verdict {
        if let token = request.bearer { return check(token: token, from: request.client, at: now) }
        guard let cookie = request.session, let session = sessions.find(cookie, at: now) else { return .loginNeeded }
        if !request.isSafe {
            let isMeant = request.guardWord.map { constantTimeEqual(Array($0.utf8), Array(session.guardWord.utf8)) } ?? false
            guard request.isFromHere, isMeant else { return .notFromHere }
        }
        return .granted(name: session.name, guardWord: session.guardWord)
    }

    mutating func login(_ name: String, at now: UInt64, random: (Int) -> [UInt8]) -> (cookie: String, guardWord: String) {
        let (cookie, session) = sessions.begin(name, secret: random(32), guardWord: random(16), at: now)
        return (cookie, session.guardWord)
    }

    mutating func logout(_ cookie: String) { sessions.end(cookie) }
}
