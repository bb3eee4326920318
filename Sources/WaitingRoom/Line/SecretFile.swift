import Glibc
import Settings

/// A file with something that nobody was given and that has to be kept, for its owner alone.
enum SecretFile {
    /// Another process may be making it too: the first one's is taken. False when it was there.
    static func make(_ path: String, _ content: @autoclosure () -> String) throws(SettingsProblems) -> Bool {
        if access(path, F_OK) == 0 { return false }
        if let slash = path.lastIndex(of: "/") { KeysFile.makeFolder(String(path[..<slash])) }
        // Written beside and linked, so that nobody ever reads half of it.
        let draft = "\(path).\(getpid())"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw unmade(path) }
        let bytes = Array(content().utf8)
        let count = write(file, bytes, bytes.count)
        let isWritten = count == bytes.count && fsync(file) == 0
        close(file)
        defer { unlink(draft) }
        guard isWritten else { throw unmade(path) }
        if link(draft, path) == 0 { return true }
        guard errno == EEXIST else { throw unmade(path) }
        return false
    }

    private static func unmade(_ path: String) -> SettingsProblems {
        let reason = String(cString: strerror(errno))
        return SettingsProblems([
            SettingsProblem(
                place: .file(path),
                saying: "cannot be made: \(reason); [server] state_dir has to be a folder that can be written to")
        ])
    }
}
