/// Clients that ask one request after another until they are told to stop, and remember what went wrong.
final class Crowd: Sendable {
    private struct State {
        var isStopped = false
        var answers: [String: Int] = [:]
        var failures: [String] = []
    }

    private let state = Shared(State())
    private let workers: [Worker<Void>]

    /// Half of them keep their connections, half use a new one for each request.
    init(_ count: Int, asking port: UInt16) {
        let state = state
        workers = (0..<count).map { number in
            Worker {
                var connection: RawConnection?
                while !state.current.isStopped {
                    do {
                        let client = try connection ?? RawConnection(to: port)
                        let isKept = number % 2 == 0
                        let answer = try client.ask("/", isKept ? [] : ["Connection: close"])
                        connection = isKept && answer["Connection"] != "close" ? client : nil
                        if answer.status != 200 { throw Trouble("\(answer.startLine)") }
                        state.change { $0.answers[answer.text, default: 0] += 1 }
                    } catch {
                        connection = nil
                        state.change { $0.failures.append("\(error)") }
                    }
                }
            }
        }
    }

    /// What went wrong so far.
    var failures: [String] { state.current.failures }

    func answers(_ text: String) -> Int { state.current.answers[text] ?? 0 }

    /// Waits until `more` further answers with this text have come.
    func wait(for text: String, more: Int) throws {
        let wanted = answers(text) + more
        try state.wait(for: "\(more) answers \(text); there were \(state.current.answers)") { state in
            if state.failures.count > 100 { throw Trouble("nothing works: \(state.failures.prefix(3))") }
            return state.answers[text] ?? 0 >= wanted
        }
    }

    func stop() throws {
        state.change { $0.isStopped = true }
        for worker in workers { try worker.value() }
    }
}
