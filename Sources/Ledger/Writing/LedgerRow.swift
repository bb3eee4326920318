import Admission

/// One thing that a process heard of a room's line.
public struct LedgerRow: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The process began to write, and ended as it should. Their time is the process's own.
        case opened, closed
        /// What the line was after a tick that changed something.
        case tick
        /// A draw was announced; and opened, when there is a seed.
        case draw
        /// A newcomer stands in the line, or had room at once.
        case joined, direct
        /// A ticket stands in the line, at its own place.
        case returned
        /// A pass was given; was given again to whoever is inside.
        case admitted, resumed
        /// A ticket that is worth nothing any more, or that found the room full.
        case refused
        /// A session was as old as one may be; was given back; the visitor went; an operator took it out.
        case expired, released, left, revoked
        /// An operator changed something here.
        case control
        /// Nobody knows whether the store has done a call.
        case unknown
    }

    public var kind: Kind
    /// One for each row of a process, without a hole: what is missing was lost.
    public var number: UInt64 = 0
    /// The lineage of the line; 0: it is of no line.
    public var line: UInt64 = 0
    /// By the store's clock, where it is told: when the tick was, or when the session began.
    public var time: Microseconds?
    /// By the store's clock: of a tick that was answered before this was asked, and of one that was asked after this was answered. It
    /// was done between the two.
    public var after: Microseconds?
    public var before: Microseconds?
    public var id: TicketID?
    public var lane = ""
    public var place: Place?
    public var details = Details()

    public init(_ kind: Kind, line: UInt64 = 0) {
        self.kind = kind
        self.line = line
    }

    /// Names and values, in their order.
    public struct Details: Hashable, Sendable {
        /// As it is written: `name=value name=value`.
        public private(set) var text = ""

        public init() {}

        /// Nil for what is not written so.
        public init?(text: String) {
            for pair in text.split(separator: " ", omittingEmptySubsequences: false) where !text.isEmpty {
                guard let sign = pair.firstIndex(of: "="), sign != pair.startIndex else { return nil }
            }
            self.text = text
        }

        public mutating func add(_ name: String, _ value: some CustomStringConvertible) {
            text += (text.isEmpty ? "" : " ") + "\(name)=" + Self.plain(value.description)
        }

        public subscript(name: String) -> String? {
            for pair in text.split(separator: " ") where pair.hasPrefix(name) {
                let rest = pair.dropFirst(name.count)
                if rest.first == "=" { return String(rest.dropFirst()) }
            }
            return nil
        }

        /// Nothing in a row needs quotes, in CSV or in JSON.
        static func plain(_ text: String) -> String {
            let isPlain = text.utf8.allSatisfy(Self.isPlain)
            return isPlain
                ? text : String(decoding: text.utf8.map { Self.isPlain($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        }

        private static func isPlain(_ byte: UInt8) -> Bool {
            (0x21...0x7e).contains(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"")
                && byte != UInt8(ascii: "\\")
        }
    }
}
