import Foundation

/// The lines that a program writes to one pipe, as they come.
final class ProgramLog: Sendable {
    struct Line: Sendable, CustomStringConvertible {
        let text: String
        let fields: [String: String]

        init(_ text: String) {
            self.text = text
            let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
            fields = object.mapValues { "\($0)" }
        }

        var event: String { fields["event"] ?? "" }
        subscript(field: String) -> String { fields[field] ?? "" }
        var description: String { text }
    }

    private struct State {
        var lines: [Line] = []
        var hasEnded = false
    }

    private let state = Shared(State())

    init(_ pipe: FileHandle) {
        let state = state
        _ = Worker {
            var rest = Data()
            while true {
                let data = pipe.availableData
                if data.isEmpty { break }
                rest += data
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Line(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                    state.change { $0.lines.append(line) }
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            state.change { $0.hasEnded = true }
        }
    }

    var lines: [Line] { state.current.lines }
    var text: String { lines.map(\.text).joined(separator: "\n") }
    var count: Int { lines.count }

    /// Lines of one event so far.
    func all(_ event: String) -> [Line] { lines.filter { $0.event == event } }

    /// Waits for a line of the event, the first one from `start` on for which `isWanted` holds.
    @discardableResult
    func wait(_ event: String, from start: Int = 0, where isWanted: @Sendable (Line) -> Bool = { _ in true }) throws -> Line
    {
        do {
            return try state.wait(for: event) { state in
                if let line = state.lines.dropFirst(start).first(where: { $0.event == event && isWanted($0) }) {
                    return line
                }
                if state.hasEnded { throw Trouble("the program ended without \(event)") }
                return nil
            }
        } catch {
            throw Trouble("\(error); it wrote:\n\(text)")
        }
    }

    /// Waits until nobody can write to it any more: all processes that have it are gone.
    func waitForEnd() throws { try state.wait(for: "the end of the program's output", until: \.hasEnded) }
}
