import Digest
import Glibc
import Loop

/// An open journal. Closed when nobody uses it any more, so that no other thread ever finds another file behind the number.
final class JournalFile: Sendable {
    static let readBytesMax = 1 << 30
    private static let nameBytesMax = 120

    let path: String
    private let descriptor: Int32

    private init(_ path: String, _ descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { _ = Glibc.close(descriptor) }

    /// A new file with these bytes, for this program alone, beside the one whose place it is to take. It is locked for as
    /// long as it is open, so that of two processes only one writes to it, there and later in its place.
    static func write(_ bytes: [UInt8], beside path: String, isSynced: Bool) throws(JournalFault) -> JournalFile {
        let descriptor = Glibc.open(newPath(path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotWrite(path, "open") }
        let file = JournalFile(path, descriptor)
        var about = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw cannotWrite(path, "flock") }
        guard fstat(descriptor, &about) == 0 else { throw cannotWrite(path, "fstat") }
        guard about.st_size == 0 || ftruncate(descriptor, 0) == 0 else { throw cannotWrite(path, "ftruncate") }
        do throws(JournalFault) {
            try file.append(bytes)
            if isSynced { try file.sync() }
        } catch {
            // A disk that is full has better use for what was written.
            file.discard()
            throw error
        }
        return file
    }

    static func newPath(_ path: String) -> String { path + ".new" }

    /// All of a file; nil when there is none.
    static func read(_ path: String) throws(JournalFault) -> (bytes: [UInt8], identity: Identity)? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw cannotRead(path, "open") }
        let file = JournalFile(path, descriptor)
        var about = stat()
        guard fstat(descriptor, &about) == 0 else { throw cannotRead(path, "fstat") }
        guard about.st_mode & S_IFMT == S_IFREG else { throw .notAJournal(path: path) }
        guard about.st_size <= readBytesMax else { throw .tooLong(path: path, bytes: Int(about.st_size)) }
        var bytes = [UInt8](repeating: 0, count: Int(about.st_size))
        var count = 0
        while count < bytes.count {
            let read = bytes[count...].withUnsafeMutableBufferPointer { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if read == 0 { break }
            if read > 0 { count += read } else if errno != EINTR { throw cannotRead(path, "read") }
        }
        _ = file
        return (Array(bytes.prefix(count)), Identity(about))
    }

    /// Writes all, or says why not; a part may have been written then.
    func append(_ bytes: [UInt8]) throws(JournalFault) {
        var at = 0
        while at < bytes.count {
            let written = bytes[at...].withUnsafeBufferPointer { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                at += written
            } else if errno != EINTR {
                throw Self.cannotWrite(path, "write")
            }
        }
    }

    /// Waits until it is on the disk.
    func sync() throws(JournalFault) {
        guard fdatasync(descriptor) == 0 else { throw Self.cannotWrite(path, "fdatasync") }
    }

    /// Puts this file where another one may be, which is gone at that moment.
    func takePlace() throws(JournalFault) {
        guard rename(Self.newPath(path), path) == 0 else { throw Self.cannotWrite(path, "rename") }
    }

    /// Instead of taking the place.
    func discard() { _ = unlink(Self.newPath(path)) }

    var identity: Identity? {
        var about = stat()
        return fstat(descriptor, &about) == 0 ? Identity(about) : nil
    }

    // MARK: Folders and names

    static func makeFolder(_ path: String) throws(JournalFault) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        throw .cannotMakeFolder(path: path, reason: SystemError("mkdir").reason)
    }

    /// What was renamed or made in it is on the disk then.
    static func syncFolder(of path: String) throws(JournalFault) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotWrite(path, "open") }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw cannotWrite(path, "fsync") }
    }

    /// A room's file: its name, where that is harmless, and else as bytes; no two rooms have the same.
    static func name(of room: String) -> String {
        let digits = Array("0123456789abcdef")
        var name = ""
        for byte in room.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default: name += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        if name.utf8.count > nameBytesMax {
            name = String(name.prefix(nameBytesMax / 2)) + "+" + SHA256Value(of: Array(room.utf8)).hex.prefix(32)
        }
        return name + ".line"
    }

    /// Which file it is, whatever it is called.
    struct Identity: Hashable, Sendable {
        let device: UInt
        let inode: UInt

        init(_ about: stat) { (device, inode) = (UInt(about.st_dev), UInt(about.st_ino)) }

        /// Nil where there is none.
        static func of(_ path: String) -> Identity? {
            var about = stat()
            return stat(path, &about) == 0 ? Identity(about) : nil
        }
    }

    private static func cannotRead(_ path: String, _ call: String) -> JournalFault {
        .cannotRead(path: path, reason: SystemError(call).description)
    }

    private static func cannotWrite(_ path: String, _ call: String) -> JournalFault {
        .cannotWrite(path: path, reason: SystemError(call).description)
    }
}
