import Glibc

/// The disk, as far as settings need it: the only part of this module that does something.
public enum SettingsFile {
    /// The whole file, or why not, as a problem that names it. A file beyond `Settings.fileBytesMax` is not read to its end.
    public static func read(_ path: String) throws(SettingsProblems) -> [UInt8] {
        switch bytes(of: path, max: Settings.fileBytesMax + 1) {
        case .failure(let trouble):
            throw refused(path, "cannot be read: \(trouble.reason)")
        case .success(let bytes):
            if bytes.count <= Settings.fileBytesMax { return bytes }
            throw refused(path, "is larger than \(ByteCount(bytes: Settings.fileBytesMax)), which no configuration is")
        }
    }

    /// Why a file that the settings name cannot be read; `nil` when it can.
    public static func trouble(_ path: String) -> String? {
        switch bytes(of: path, max: 1) {
        case .failure(let trouble): trouble.reason
        case .success(let bytes): bytes.isEmpty ? "it is empty" : nil
        }
    }

    private struct Trouble: Error {
        let reason: String

        /// What the last call of the system said.
        init() { reason = String(cString: strerror(errno)) }
    }

    private static func bytes(of path: String, max: Int) -> Result<[UInt8], Trouble> {
        // A pipe that nobody writes to must not hold up the start: it opens at once and is empty. From one with a writer
        // (`--config <(...)`) the whole is read.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return .failure(Trouble()) }
        defer { close(file) }
        guard fcntl(file, F_SETFL, O_RDONLY) >= 0 else { return .failure(Trouble()) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while bytes.count < max {
            let count = Glibc.read(file, &block, min(block.count, max - bytes.count))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return .failure(Trouble()) }
            if count == 0 { break }
            bytes += block[..<count]
        }
        return .success(bytes)
    }

    private static func refused(_ path: String, _ saying: String) -> SettingsProblems {
        SettingsProblems([SettingsProblem(place: .file(path), saying: saying)])
    }
}
