/// A ledger as it was read: one run of one process, or a part of it.
public struct LedgerFile: Sendable {
    public let title: LedgerText.Title
    public private(set) var rows: [LedgerRow] = []
    /// Lines that are no rows: the last one of a process that was killed, or what a disk has spoiled.
    public private(set) var spoiled = 0

    /// `name`: for whoever has to be told that it is none.
    public init(name: String, text: String) throws(ExportFault) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let title = LedgerText.title(first) else {
            throw ExportFault("\(name) is no ledger: it does not begin with \"waitingroom-ledger 1 ROOM RUN NODE\"")
        }
        self.title = title
        // What is behind the last newline was not written to its end.
        if let rest = lines.popLast(), !rest.isEmpty { spoiled += 1 }
        for line in lines.dropFirst() where !line.isEmpty {
            if let row = LedgerText.row(line) { rows.append(row) } else { spoiled += 1 }
        }
    }
}

/// Why there is no export, or nothing that could be checked.
public struct ExportFault: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
