import Glibc

/// Where lines go.
public enum LogDestination: Equatable, Sendable {
    case standardError
    case standardOutput
    /// Appended to; made with mode 0640 when it is not there.
    case file(String)

    var name: String {
        switch self {
        case .standardError: "standard error"
        case .standardOutput: "standard output"
        case .file(let path): path
        }
    }

    /// A descriptor to write to. A file's does not block where that is possible at all (a FIFO whose reader stands
    /// still), so that the writer keeps its deadlines; the standard ones are shared with others and left as they are.
    func open() throws(LogWriterError) -> Int32 {
        switch self {
        case .standardError: return STDERR_FILENO
        case .standardOutput: return STDOUT_FILENO
        case .file(let path):
            let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
            while true {
                let descriptor = Glibc.open(path, flags, 0o640)
                if descriptor >= 0 { return descriptor }
                guard errno == EINTR else { throw .cannotOpen(path: path, errno: errno) }
            }
        }
    }

    func close(_ descriptor: Int32) {
        if case .file = self { _ = Glibc.close(descriptor) }
    }
}

/// Why there is no log to write to.
public enum LogWriterError: Error, Equatable, CustomStringConvertible {
    case cannotOpen(path: String, errno: Int32)
    case noWakeup(errno: Int32)
    case noThread(errno: Int32)

    public var description: String {
        switch self {
        case .cannotOpen(let path, let number):
            "cannot open the log file \(path): \(errorText(number)); its folder must exist and be writable"
        case .noWakeup(let number): "cannot make a pipe for the log: \(errorText(number)); raise the limit of open files"
        case .noThread(let number): "cannot start the log's thread: \(errorText(number)); raise the limit of processes"
        }
    }
}

/// What the system says about an error number.
func errorText(_ number: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
