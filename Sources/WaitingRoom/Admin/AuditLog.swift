import Settings
import Telemetry

/// Who changed what and when: a line of JSON for each change, in a file of the state directory.
///
/// Lines go to a thread of their own and never hold up the loop. What could not be taken is said in the journal, which has
/// the change as well.
struct AuditLog {
    static let fileName = "audit.log"
    static let bytesMax = 1 << 20

    private let writer: LogWriter

    init(folder: String) throws(LogWriterError) {
        KeysFile.makeFolder(folder)
        writer = try LogWriter(to: .file("\(folder)/\(Self.fileName)"), format: .json, bytesMax: Self.bytesMax)
    }

    /// False when it had to be dropped.
    func write(_ entry: AuditEntry) -> Bool { writer.submit(Array((entry.json.description + "\n").utf8)) }

    /// Somebody has renamed the file away.
    func reopen() { writer.reopen() }

    func close(millisecondsMax: Int) -> Bool { writer.close(millisecondsMax: millisecondsMax) }
}

struct AuditEntry: Equatable {
    /// Since 1970.
    let unixSeconds: Int64
    let who: String
    let address: String
    /// Empty where it is no room's.
    let room: String
    /// `controls`, `revoke`, `login`, `logout`.
    let what: String
    /// What it was and what it is to be.
    let details: JSONValue

    var json: JSONValue {
        [
            "time": .text(Moment(unixSeconds: unixSeconds).description), "who": .text(who), "address": .text(address),
            "room": .text(room), "what": .text(what), "details": details,
        ]
    }
}
