import Glibc
import Ledger
import Loop

/// The ledgers of this process on the disk: one file at a time for each room, in a folder for each, begun anew when it is large. The
/// oldest go when all of a room together are larger than they may be. Lives on the thread that waits for the disk.
final class LedgerFolder {
    static let ending = ".ledger"
    /// A room has about so many files when it is full.
    private static let partsPerRoom = 8

    private let path: String
    private let run: String
    private let node: String
    private let bytesMax: Int
    /// When the process began: the order of the files is that of their names.
    private let since: Int64
    private var files: [String: File] = [:]

    private struct File {
        var descriptor: Int32 = -1
        var path = ""
        var bytes = 0
        var part = 0
        /// What came last was not written to its end.
        var isTorn = false
    }

    init(_ path: String, run: String, node: String, bytesMax: Int, since: Int64) {
        (self.path, self.run, self.node, self.bytesMax, self.since) = (path, run, node, bytesMax, since)
    }

    /// Nil when it is written; else why not. What is lost is missed by its number.
    func append(_ text: String, to room: String) -> String? {
        var file = files[room] ?? File()
        defer { files[room] = file }
        var text = text
        if file.descriptor < 0 || file.bytes > bytesMax / Self.partsPerRoom {
            close(&file)
            if let trouble = open(&file, room) { return trouble }
            text = LedgerText.text(LedgerText.Title(room: room, run: run, node: node)) + text
        } else if file.isTorn {
            text = "\n" + text
        }
        let bytes = Array(text.utf8)
        let written = WholeWrite.write(bytes, to: file.descriptor)
        if written < bytes.count {
            let trouble = reason("cannot be written")
            file.isTorn = written > 0 || file.isTorn
            // A file that does not say whose it is, is of no use.
            if file.bytes == 0 {
                close(&file)
                unlink(file.path)
            }
            file.bytes += written
            return trouble
        }
        file.bytes += written
        file.isTorn = false
        return nil
    }

    func closeAll() {
        for var file in files.values { close(&file) }
        files = [:]
    }

    private func folder(_ room: String) -> String { "\(path)/\(room)" }

    private func open(_ file: inout File, _ room: String) -> String? {
        mkdir(path, 0o700)
        if mkdir(folder(room), 0o700) != 0, errno != EEXIST { return reason("\(folder(room)) cannot be made") }
        file.part += 1
        let part = String(file.part)
        let padded = String(repeating: "0", count: max(0, 6 - part.count)) + part
        let name = "\(since)-\(run)-\(padded)\(Self.ending)"
        prune(room, keeping: name)
        file.descriptor = Glibc.open(
            "\(folder(room))/\(name)", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        file.bytes = 0
        file.isTorn = false
        return file.descriptor < 0 ? reason("\(name) cannot be made") : nil
    }

    private func close(_ file: inout File) {
        guard file.descriptor >= 0 else { return }
        fsync(file.descriptor)
        Glibc.close(file.descriptor)
        file.descriptor = -1
    }

    /// Those of other processes in the same folder too.
    private func prune(_ room: String, keeping current: String) {
        let folder = folder(room)
        var rest = Self.names(folder).filter { $0 != current }.map { name -> (name: String, bytes: Int) in
            var about = stat()
            return (name, stat("\(folder)/\(name)", &about) == 0 ? Int(about.st_size) : 0)
        }
        var total = rest.reduce(0) { $0 + $1.bytes }
        while total > bytesMax - bytesMax / Self.partsPerRoom, !rest.isEmpty {
            let oldest = rest.removeFirst()
            guard unlink("\(folder)/\(oldest.name)") == 0 else { return }
            total -= oldest.bytes
        }
    }

    /// The ledgers of a room, the oldest first.
    static func names(_ folder: String) -> [String] {
        FolderListing.names(in: folder).filter { $0.hasSuffix(ending) }
    }

    private func reason(_ what: String) -> String { "\(what): \(String(cString: strerror(errno)))" }
}
