import Admission
import Glibc
import Ledger
import Settings

extension ExportCommand {
    static let exitNotProven: Int32 = 3

    func run() -> Int32 {
        do {
            switch self {
            case .make(let making):
                try Self.put(making)
                return Program.exitDone
            case .check(let file, let tickets): return try Self.check(file, tickets)
            }
        } catch {
            Program.complain("waitingroom: \(error)")
            return Program.exitWrong
        }
    }

    // MARK: Making

    private static func put(_ making: Making) throws {
        var room = making.room
        var paths: [String] = []
        if let config = making.configFile {
            let settings = try SettingsSource(Command.Options(configFile: config)).load()
            let names = settings.allRooms.map(\.name)
            room = room ?? (names.count == 1 ? names[0] : nil)
            guard let room else {
                throw ExportFault("which room? --room is one of \(names.joined(separator: ", "))")
            }
            let folder = "\(settings.ledgerFolder)/\(room)"
            paths = ledgers(in: folder)
            if paths.isEmpty, making.ledgers.isEmpty {
                throw ExportFault("there is no ledger in \(folder): nobody came yet, or [store] ledger_max is off")
            }
        }
        for path in making.ledgers {
            let inside = ledgers(in: path)
            paths += inside.isEmpty ? [path] : inside
        }
        var files: [LedgerFile] = []
        for path in paths {
            let text = try text(of: path)
            // One that a process began and had not written to yet.
            if !text.isEmpty { files.append(try LedgerFile(name: path, text: text)) }
        }
        guard let name = room ?? files.first?.title.room else { throw ExportFault("there is no ledger") }
        let export = try Export(room: name, merging: files, reveals: making.reveals)
        let byName = making.out.map { $0.hasSuffix(".json") } ?? false
        try write(export.text(making.format ?? (byName ? .json : .csv)), to: making.out)
        if let out = making.out {
            print(
                "\(out): \(export.rows.count) rows of room \(name); `waitingroom export check \(out)` says what they prove")
        }
    }

    private static func ledgers(in folder: String) -> [String] { LedgerFolder.names(folder).map { "\(folder)/\($0)" } }

    /// `-`: what it is given.
    private static func text(of path: String) throws -> String {
        let file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ExportFault("\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { if file != STDIN_FILENO { close(file) } }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &block, block.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw ExportFault("\(path) cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += block[..<count]
        }
    }

    private static func write(_ text: String, to path: String?) throws {
        let file = path.map { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) } ?? STDOUT_FILENO
        guard file >= 0 else { throw ExportFault("\(path ?? "") cannot be made: \(String(cString: strerror(errno)))") }
        defer { if file != STDOUT_FILENO { close(file) } }
        let bytes = Array(text.utf8)
        guard WholeWrite.write(bytes, to: file) == bytes.count else {
            throw ExportFault("\(path ?? "the export") cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    // MARK: Checking

    private static func check(_ path: String, _ tickets: [String]) throws -> Int32 {
        let read = try ReadExport(try text(of: path))
        var ids: [TicketID] = []
        for text in tickets {
            guard let id = TicketText.id(text, room: read.export.room) else {
                throw ExportFault(
                    "\"\(text.prefix(60))\" is no ticket of this room: its id, the ticket or the pass is wanted")
            }
            ids.append(id)
        }
        let check = try ExportCheck(read, ids: ids)
        for id in ids { print(story(of: id, read.export)) }
        let findings = check.findings
        tell(findings.violations, "violated")
        tell(findings.doubts, "not proven")
        print(
            "\(findings.verdict.rawValue): room \(read.export.room), \(check.ticketCount) tickets, \(check.sessionCount) sessions, "
                + "\(check.tickCount) ticks, \(check.drawsChecked) drawn places worked out")
        switch findings.verdict {
        case .holds: return Program.exitDone
        case .violated: return Program.exitFailed
        case .notProven: return exitNotProven
        }
    }

    private static func tell(_ findings: [Finding], _ word: String) {
        for finding in findings.prefix(Findings.toldMax) { print("\(word): \(finding)") }
        if findings.count > Findings.toldMax { print("\(word): and \(findings.count - Findings.toldMax) more") }
    }

    /// What an export says of one ticket.
    private static func story(of id: TicketID, _ export: Export) -> String {
        let name = TicketHash(salt: export.salt).text(id)
        let rows = export.rows.enumerated().filter { $0.element.ticket == name }.map { index, row in
            let when = row.time.map { " at \($0)" } ?? row.before.map { " before \($0)" } ?? ""
            return "  row \(index + 1): \(row.kind)\(row.place.map { " place \($0.rawValue)" } ?? "")\(when)"
        }
        return "\(id.text) is \(name)" + (rows.isEmpty ? ", and in no row" : ":\n" + rows.joined(separator: "\n"))
    }
}
