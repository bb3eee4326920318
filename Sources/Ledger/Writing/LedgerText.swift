import Admission

/// How a ledger is written: a line that says whose it is, and a line for each row.
public enum LedgerText {
    public static let version = 1
    private static let word = "waitingroom-ledger"

    /// Whose a ledger is: one run of one process.
    public struct Title: Hashable, Sendable {
        public var room: String
        /// Random; a process that is started again is another.
        public var run: String
        public var node: String

        public init(room: String, run: String, node: String) {
            self.room = LedgerRow.Details.plain(room)
            self.run = LedgerRow.Details.plain(run)
            self.node = LedgerRow.Details.plain(node)
        }
    }

    public static func text(_ title: Title) -> String {
        "\(word) \(version) \(title.room) \(title.run) \(title.node)\n"
    }

    public static func title(_ text: Substring) -> Title? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 5, words[0] == word, words[1] == "\(version)" else { return nil }
        return Title(room: words[2], run: words[3], node: words[4])
    }

    public static func text(_ row: LedgerRow) -> String {
        let fields = [
            row.kind.rawValue, "\(row.number)", row.line == 0 ? "" : String(row.line, radix: 16), number(row.time),
            number(row.after), number(row.before), row.id?.text ?? "", LedgerRow.Details.plain(row.lane),
            row.place.map { "\($0.rawValue)" } ?? "", row.details.text,
        ]
        return fields.joined(separator: ",") + "\n"
    }

    static func number(_ time: Microseconds?) -> String { time.map { "\($0)" } ?? "" }

    /// Nil for what no ledger has.
    public static func row(_ text: Substring) -> LedgerRow? {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 10, let kind = LedgerRow.Kind(rawValue: String(fields[0])), let number = UInt64(fields[1]),
            let details = LedgerRow.Details(text: String(fields[9]))
        else { return nil }
        var row = LedgerRow(kind)
        row.number = number
        row.details = details
        row.lane = String(fields[7])
        guard fields[2].isEmpty || Self.read(&row.line, UInt64(fields[2], radix: 16)),
            fields[3].isEmpty || Self.read(&row.time, Microseconds(fields[3])),
            fields[4].isEmpty || Self.read(&row.after, Microseconds(fields[4])),
            fields[5].isEmpty || Self.read(&row.before, Microseconds(fields[5])),
            fields[6].isEmpty || Self.read(&row.id, TicketID(text: String(fields[6]))),
            fields[8].isEmpty || Self.read(&row.place, UInt64(fields[8]).flatMap(Place.init(rawValue:)))
        else { return nil }
        return row
    }

    private static func read<Value>(_ field: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }

    private static func read<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
        field = value
        return value != nil
    }
}
