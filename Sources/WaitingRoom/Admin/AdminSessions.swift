import Digest

/// Browsers that have shown a token. Pure; random words are given.
struct AdminSessions: Sendable {
    static let countMax = 64
    static let life: UInt64 = 12 * 3_600_000_000_000
    static let idleMax: UInt64 = 2 * 3_600_000_000_000

    struct Session: Sendable {
        let name: String
        /// What a request that changes something has to say besides the cookie.
        let guardWord: String
        let endsAt: UInt64
        var seenAt: UInt64
    }

    /// By the hash of what the cookie says, so that looking one up tells nothing of the others.
    private var sessions: [[UInt8]: Session] = [:]

    var count: Int { sessions.count }

    /// The one that was used least lately gives way.
    mutating func begin(_ name: String, secret: [UInt8], guardWord: [UInt8], at now: UInt64) -> (cookie: String, Session) {
        sessions = sessions.filter { Self.isAlive($0.value, now) }
        if sessions.count >= Self.countMax, let oldest = sessions.min(by: { $0.value.seenAt < $1.value.seenAt }) {
            sessions[oldest.key] = nil
        }
        let cookie = Base64URL.encode(secret)
        let session = Session(name: name, guardWord: Base64URL.encode(guardWord), endsAt: now + Self.life, seenAt: now)
        sessions[Self.key(cookie)] = session
        return (cookie, session)
    }

    mutating func find(_ cookie: String, at now: UInt64) -> Session? {
        let key = Self.key(cookie)
        guard var session = sessions[key] else { return nil }
        guard Self.isAlive(session, now) else {
            sessions[key] = nil
            return nil
        }
        session.seenAt = now
        sessions[key] = session
        return session
    }

    mutating func end(_ cookie: String) { sessions[Self.key(cookie)] = nil }

    /// Tokens have changed: whoever came by one that is gone has to come again.
    mutating func endAll() { sessions = [:] }

    private static func isAlive(_ session: Session, _ now: UInt64) -> Bool {
        now < session.endsAt && now < session.seenAt + idleMax
    }

    private static func key(_ cookie: String) -> [UInt8] { SHA256Value(of: Array(cookie.utf8)).array }
}
