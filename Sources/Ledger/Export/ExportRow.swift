import Admission

/// A row of an export. `docs/EXPORT.md` says what each column is.
public struct ExportRow: Hashable, Sendable {
    public static let columns = [
        "row", "kind", "run", "n", "line", "time", "after", "before", "ticket", "id", "lane", "place", "details",
    ]

    public var kind: String
    public var run = ""
    public var number: UInt64?
    /// 1 is the first of the export; 0: of none.
    public var line = 0
    public var time: Microseconds?
    public var after: Microseconds?
    public var before: Microseconds?
    /// The id's hash.
    public var ticket = ""
    /// Only where it was revealed.
    public var id: TicketID?
    public var lane = ""
    public var place: Place?
    public var details = LedgerRow.Details()

    public init(kind: String) { self.kind = kind }

    /// `at`: which row of the export it is, from 1 on.
    func fields(at row: Int) -> [String] {
        [
            "\(row)", kind, run, number.map { "\($0)" } ?? "", line == 0 ? "" : "\(line)", LedgerText.number(time),
            LedgerText.number(after), LedgerText.number(before), ticket, id?.text ?? "", lane,
            place.map { "\($0.rawValue)" } ?? "", details.text,
        ]
    }

    /// Nil for what is not a row.
    init?(_ fields: [String]) {
        guard fields.count == Self.columns.count, let details = LedgerRow.Details(text: fields[12]) else { return nil }
        func number<Number: LosslessStringConvertible>(_ at: Int) -> Number?? {
            fields[at].isEmpty ? .some(nil) : Number(fields[at]).map { .some($0) }
        }
        guard let count: UInt64? = number(3), let line: Int? = number(4), let time: Microseconds? = number(5),
            let after: Microseconds? = number(6), let before: Microseconds? = number(7), let place: UInt64? = number(11),
            [time, after, before].allSatisfy({ ($0 ?? 0).magnitude <= TimeBounds.timeMax }),
            fields[9].isEmpty || TicketID(text: fields[9]) != nil, place.map({ $0 < 1 << 53 }) ?? true, line ?? 0 >= 0
        else { return nil }
        kind = fields[1]
        run = fields[2]
        self.number = count
        self.line = line ?? 0
        (self.time, self.after, self.before) = (time, after, before)
        ticket = fields[8]
        id = TicketID(text: fields[9])
        lane = fields[10]
        self.place = place.flatMap(Place.init(rawValue:))
        self.details = details
    }
}
