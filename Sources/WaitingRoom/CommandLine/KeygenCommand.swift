import Admission
import Glibc
import Settings

/// `waitingroom keygen`: a key for tokens.
enum KeygenCommand {
    static let help = """
        waitingroom keygen [--add FILE [--front]]: make a key that tokens are signed with.

        Prints a line for a keys file: a name, and a secret that whoever has it can let people in with.
          --add FILE   put it at the end of this file, which has mode 600 then; all nodes that have it accept its tokens
          --front      put it at the front instead: from the next reload on it signs

        To change keys without anyone losing a place: --add on every node; when all have it, move the line to the front;
        a week later take the old one out.
        """

    static func run(_ arguments: [String]) throws(UsageProblem) -> (said: String, code: Int32) {
        var (file, isFront) = (String?.none, false)
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--add":
                guard let value = rest.popFirst() else {
                    throw UsageProblem(description: "--add needs a file, such as --add keys")
                }
                file = value
            case "--front": isFront = true
            default: throw UsageProblem(description: "\"\(argument)\" is no flag of keygen; there are --add, --front")
            }
        }
        let line = KeysFile.newLine()
        guard let file else {
            if isFront { throw UsageProblem(description: "--front is of no use without --add FILE") }
            return (String(line.dropLast()), Program.exitDone)
        }
        do throws(SettingsProblems) {
            let count = try KeysFile.add(line, to: file, atFront: isFront)
            let name = String(line.prefix { $0 != " " })
            let place = isFront ? "the first, which signs" : "the last, which is accepted"
            return ("\(file): key \(name) is \(place) of \(count)", Program.exitDone)
        } catch {
            throw UsageProblem(description: "\(error)")
        }
    }
}

extension KeysFile {
    /// Beside and renamed over it, so that nobody reads half of it. Says how many keys there are then.
    static func add(_ line: String, to path: String, atFront: Bool) throws(SettingsProblems) -> Int {
        var text = ""
        if access(path, F_OK) == 0 {
            _ = try read(path)
            text = String(decoding: try SettingsFile.read(path), as: UTF8.self)
        }
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        let bytes = Array((atFront ? line + text : text + line).utf8)
        let draft = "\(path).\(getpid())"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw unwritten(path) }
        defer { unlink(draft) }
        let isWritten = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        close(file)
        guard isWritten else { throw unwritten(path) }
        // Judged as a whole before it is anybody's: too many keys are none.
        let count = try read(draft).count
        guard rename(draft, path) == 0 else { throw unwritten(path) }
        return count
    }

    private static func unwritten(_ path: String) -> SettingsProblems {
        let reason = String(cString: strerror(errno))
        return SettingsProblems([SettingsProblem(place: .file(path), saying: "cannot be written: \(reason)")])
    }
}
