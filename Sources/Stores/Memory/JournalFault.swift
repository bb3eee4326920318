import Loop

/// What is wrong with a room's journal. Admission goes on without one; only what a start finds may stop the start.
public enum JournalFault: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotMakeFolder(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    /// Tried again every second, with everything that is to be kept.
    case cannotWrite(path: String, reason: String)
    case laterFormat(path: String, format: Int)
    case notAJournal(path: String)
    case ofAnotherRoom(path: String, room: String)
    case tooLong(path: String, bytes: Int)
    /// Another process has begun to write this journal; this one writes no more.
    case superseded(path: String)

    public var description: String {
        switch self {
        case .cannotMakeFolder(let path, let reason):
            "cannot make the folder \(path): \(reason); state_dir must be a folder that this program may write to"
        case .cannotRead(let path, let reason):
            "cannot read \(path): \(reason); give this program the right to read and write it"
        case .cannotWrite(let path, let reason):
            "cannot write \(path): \(reason); the line goes on, but a restart would forget what was not written"
        case .laterFormat(let path, let format):
            """
            \(path) was written by a later version (format \(format), this one knows \(JournalRecord.format)); \
            start that version, or move the file away and lose what it holds
            """
        case .notAJournal(let path): "\(path) is not a journal of a line; move it away, or choose another state_dir"
        case .ofAnotherRoom(let path, let room): "\(path) is the journal of the room \(room); give it back its own name"
        case .tooLong(let path, let bytes):
            "\(path) has \(bytes) bytes, more than \(JournalFile.readBytesMax) and than any line needs; move it away"
        case .superseded(let path): "another process has taken over \(path); this one writes no more to it"
        }
    }

    /// The file is there, and must not be written over.
    var isRefusal: Bool {
        switch self {
        case .cannotMakeFolder, .cannotWrite: false
        case .cannotRead, .laterFormat, .notAJournal, .ofAnotherRoom, .tooLong, .superseded: true
        }
    }
}
