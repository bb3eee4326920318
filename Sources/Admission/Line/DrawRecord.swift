/// What is published of a draw, for anyone to check: before the opening the commitment, after it the seed and who stood where.
///
/// Nobody is named: a ticket's id says nothing to anybody but its holder, who finds itself in the list by it.
public struct DrawRecord: Sendable {
    public var room: String
    public var draw: Draw
    /// In the order of the line.
    public var tickets: [TicketID]

    public init(room: String, draw: Draw, tickets: [TicketID]) {
        self.room = room
        self.draw = draw
        self.tickets = tickets.map { (draw.place(of: $0), $0) }.sorted { $0 < $1 }.map(\.1)
    }

    /// Before the opening.
    public var announcement: String {
        #"{"room":"\#(room)","epoch":\#(draw.epoch),"commitment":"\#(draw.commitment)"}"# + "\n"
    }

    /// After it, as JSON: one ticket a line.
    public var text: String {
        let seed = draw.seed.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        let head =
            #"{"room":"\#(room)","epoch":\#(draw.epoch),"commitment":"\#(draw.commitment)","#
            + #""seed":"\#(seed.joined())","line":["#
        let line = tickets.map { #"["\#($0.text)",\#(draw.place(of: $0).number)]"# }
        return head + "\n" + line.joined(separator: ",\n") + "]}\n"
    }
}
