import Glibc

/// The disk, as far as settings need it: the only part of this module that does something.
public enum SettingsFile {
    /// The whole file, or why not, as a problem that names it. A file beyond `Settings.fileBytesMax` is not read to its end.
    public static func read(_ path: String) throws(SettingsProblems) -> [UInt8] {
        guard let file = open(path) else { throw refused(path, "cannot be read: \(reason())") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= Settings.fileBytesMax {
            let count = fread(&block, 1, block.count, file)
            bytes += block[..<count]
            if count < block.count, bytes.count <= Settings.fileBytesMax {
                guard ferror(file) == 0 else { throw refused(path, "cannot be read: \(reason())") }
                return bytes
            }
        }
        throw refused(path, "is larger than \(ByteCount(bytes: Settings.fileBytesMax)), which no configuration is")
    }

    /// Why a file that the settings name cannot be read; `nil` when it can.
    public static func trouble(_ path: String) -> String? {
        guard let file = open(path) else { return reason() }
        defer { fclose(file) }
        return fgetc(file) == EOF ? (ferror(file) == 0 ? "it is empty" : reason()) : nil
    }

    /// A pipe that nobody writes to must not hold up the start: it opens at once and is empty. From one with a writer
    /// (`--config <(...)`) the whole is read.
    private static func open(_ path: String) -> UnsafeMutablePointer<FILE>? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        guard fcntl(descriptor, F_SETFL, O_RDONLY) >= 0, let file = fdopen(descriptor, "r") else {
            close(descriptor)
            return nil
        }
        return file
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    private static func refused(_ path: String, _ saying: String) -> SettingsProblems {
        SettingsProblems([SettingsProblem(place: .file(path), saying: saying)])
    }
}
