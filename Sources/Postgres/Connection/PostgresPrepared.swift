/// Which statements a connection has prepared, and under which names. Pure.
struct PostgresPrepared {
    struct Name: Equatable {
        let statement: UInt64
        let serial: Int
        var text: String { "s\(statement)_\(serial)" }
    }

    enum Plan: Equatable {
        case execute(Name)
        case prepareAndExecute(Name)
        /// With its text, leaving nothing behind.
        case once
    }

    private struct Entry {
        let types: [PostgresType]
        let name: Name
    }

    private let countMax: Int
    private var entries: [UInt64: [Entry]] = [:]
    private var count = 0
    private var serial = 0

    init(countMax: Int) { self.countMax = countMax }

    /// Takes a name for granted as soon as its preparation is sent: what is sent behind it is executed behind it.
    mutating func plan(_ statement: UInt64?, types: [PostgresType]) -> Plan {
        guard let statement else { return .once }
        if let entry = entries[statement]?.first(where: { $0.types == types }) { return .execute(entry.name) }
        guard count < countMax else { return .once }
        serial += 1
        count += 1
        let name = Name(statement: statement, serial: serial)
        entries[statement, default: []].append(Entry(types: types, name: name))
        return .prepareAndExecute(name)
    }

    /// The server has not got it, or not any more, or it is of no use any more. In the last case it stays on the server under
    /// a name that is not used again, until the connection ends; that happens when a table is changed, which is seldom.
    mutating func forget(_ name: Name) {
        guard var kept = entries[name.statement], let place = kept.firstIndex(where: { $0.name == name }) else { return }
        kept.remove(at: place)
        entries[name.statement] = kept.isEmpty ? nil : kept
        count -= 1
    }
}
