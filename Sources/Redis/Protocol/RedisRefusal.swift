/// An error that Redis answers: it has understood, and does not do it.
public struct RedisRefusal: Error, Equatable, Sendable {
    public enum Kind: Sendable, CaseIterable {
        /// The data is still being read from disk.
        case loading
        /// A replica: writes go to its master.
        case readOnly
        /// `maxmemory` is reached.
        case outOfMemory
        /// `EVALSHA` of a script that it does not have.
        case noScript
        /// The slot belongs to another node of the cluster.
        case moved
        /// The slot is moving, and this key is at the other node already.
        case ask
        /// The slot is moving, and the keys are on both sides.
        case tryAgain
        case clusterDown
        case crossSlot
        /// A replica that has lost its master and may not answer with old data.
        case masterDown
        /// Too few replicas for a write.
        case noReplicas
        /// It cannot save to disk, and is told not to take writes then.
        case misconfigured
        /// A script runs for too long.
        case busy
        case wrongPassword
        case noAuthentication
        case noPermission
        case wrongType
        /// A transaction in which some command was refused.
        case transactionAborted
        case other
    }

    public let kind: Kind
    /// As it came, with its code first.
    public let message: String

    public init(_ message: String) {
        self.message = message
        let code = message.prefix { $0 != " " }
        kind = Self.kinds[code] ?? .other
    }

    private static let kinds: [Substring: Kind] = [
        "LOADING": .loading, "READONLY": .readOnly, "OOM": .outOfMemory, "NOSCRIPT": .noScript, "MOVED": .moved, "ASK": .ask,
        "TRYAGAIN": .tryAgain, "CLUSTERDOWN": .clusterDown, "CROSSSLOT": .crossSlot, "MASTERDOWN": .masterDown,
        "NOREPLICAS": .noReplicas, "MISCONF": .misconfigured, "BUSY": .busy, "WRONGPASS": .wrongPassword,
        "NOAUTH": .noAuthentication, "NOPERM": .noPermission, "WRONGTYPE": .wrongType, "EXECABORT": .transactionAborted,
    ]

    /// Whether the command can be sent again, later or elsewhere, without any of it being done twice.
    ///
    /// Not after `outOfMemory`, which can meet a script half way; and not where it would only be refused again.
    public var isRetrySafe: Bool {
        switch kind {
        case .loading, .readOnly, .noScript, .moved, .ask, .tryAgain, .clusterDown, .masterDown, .noReplicas, .misconfigured,
            .busy:
            true
        case .outOfMemory, .crossSlot, .wrongPassword, .noAuthentication, .noPermission, .wrongType, .transactionAborted,
            .other:
            false
        }
    }
}

extension RedisRefusal {
    /// Where `MOVED` and `ASK` point to.
    public struct Redirection: Equatable, Sendable {
        public var slot: UInt16
        /// Empty: the host that was asked.
        public var host: String
        public var port: UInt16
    }

    /// `MOVED 3999 127.0.0.1:6381`; the last colon counts, so that an IPv6 address may stand before it.
    public var redirection: Redirection? {
        guard kind == .moved || kind == .ask else { return nil }
        let words = message.split(separator: " ")
        guard words.count == 3, let slot = UInt16(words[1]), slot < HashSlot.count,
            let colon = words[2].lastIndex(of: ":"), let port = UInt16(words[2][words[2].index(after: colon)...])
        else { return nil }
        return Redirection(slot: slot, host: String(words[2][..<colon]), port: port)
    }
}
