import Foundation

/// A folder that goes when the test does.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "waitingroom-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        guard FileManager.default.createFile(atPath: path(name), contents: Data(text.utf8)) else {
            throw Trouble("cannot write \(path(name))")
        }
        return path(name)
    }

    /// As an editor does it: a new file beside the old one, then renamed over it.
    func replace(_ name: String, _ text: String) throws {
        try write(name + ".new", text)
        guard rename(path(name + ".new"), path(name)) == 0 else { throw Trouble("cannot rename over \(path(name))") }
    }

    func read(_ name: String) -> String {
        FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
