import Admission
import Digest

/// Whether places were drawn as it was announced.
struct DrawCheck {
    private let export: Export
    private let shown: [String: TicketID]
    private let hash: TicketHash
    var findings = Findings()
    private(set) var checked = 0
    private(set) var unchecked = 0

    init(_ export: Export, _ ids: [TicketID]) {
        self.export = export
        let hash = TicketHash(salt: export.salt)
        self.hash = hash
        shown = Dictionary(ids.map { (hash.text($0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private struct Announced {
        var commitment: String
        var row: Int
        var draw: Draw?
        var isAnnounced = false
    }

    mutating func run() {
        let draws = readDraws()
        var drawn: Set<String> = []
        for (index, row) in export.rows.enumerated() {
            let at = index + 1
            if let id = row.id, hash.text(id) != row.ticket {
                findings.violated(.draw, at, "the hash of \(id.text) is not \(row.ticket)")
            }
            guard let place = row.place, let announced = draws[place.epoch], !row.ticket.isEmpty else { continue }
            let isNew = drawn.insert(row.ticket).inserted
            guard let draw = announced.draw, let id = row.id ?? shown[row.ticket] else {
                if isNew { unchecked += 1 }
                continue
            }
            if isNew { checked += 1 }
            if draw.place(of: id) != place {
                findings.violated(
                    .draw, at, "the seed gives \(row.ticket) number \(draw.place(of: id).number), not \(place.number)")
            }
        }
        if unchecked > 0 {
            findings.unproven(
                .draw, nil,
                "\(unchecked) drawn places cannot be worked out: their ids are not here (export --reveal shows them, and each "
                    + "holder can check its own with --ticket)")
        }
    }

    private mutating func readDraws() -> [UInt64: Announced] {
        var draws: [UInt64: Announced] = [:]
        for (index, row) in export.rows.enumerated() where row.kind == "draw" {
            let at = index + 1
            guard let epoch = row.details["epoch"].flatMap(UInt64.init), let commitment = row.details["commitment"] else {
                findings.violated(.draw, at, "a draw without epoch and commitment")
                continue
            }
            var known = draws[epoch] ?? Announced(commitment: commitment, row: at)
            if known.commitment != commitment {
                findings.violated(.draw, at, "the draw was announced otherwise in row \(known.row)")
            }
            if let text = row.details["seed"] {
                if let seed = Hex.bytes(text), SHA256Value(of: seed).hex == commitment {
                    known.draw = Draw(epoch: epoch, seed: seed)
                } else {
                    findings.violated(.draw, at, "the seed's SHA-256 is not what was announced")
                }
                if !known.isAnnounced {
                    findings.unproven(.draw, at, "nobody who writes a ledger heard of this draw before it was opened")
                    known.isAnnounced = true
                }
            } else {
                known.isAnnounced = true
            }
            draws[epoch] = known
        }
        return draws
    }
}
