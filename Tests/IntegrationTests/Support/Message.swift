import Foundation

/// A request or an answer, whole.
struct Message: Sendable {
    let startLine: String
    let fields: [(name: String, value: String)]
    var body: [UInt8] = []

    init(head: [UInt8]) {
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
        startLine = lines.first ?? ""
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
    }

    subscript(name: String) -> String? { all(name).first }

    func all(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }

    var words: [String] { startLine.split(separator: " ").map(String.init) }
    var status: Int { words.count > 1 ? Int(words[1]) ?? 0 : 0 }
    var method: String { words.first ?? "" }
    var target: String { words.count > 1 ? words[1] : "" }
    var text: String { String(decoding: body, as: UTF8.self) }
    var isChunked: Bool { self["Transfer-Encoding"]?.lowercased() == "chunked" }
    /// What it says of itself, for messages of tests.
    var summary: String { startLine + "\n" + fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n") }
}

extension RawConnection {
    func receiveHead() throws -> Message { Message(head: try receive(until: Array("\r\n\r\n".utf8))) }

    /// The next answer, with its body. `toHead`: the request was a HEAD, so there is none.
    func receiveAnswer(toHead: Bool = false) throws -> Message {
        var answer = try receiveHead()
        while (100...103).contains(answer.status), answer.status != 101 { answer = try receiveHead() }
        if toHead || answer.status == 204 || answer.status == 304 || answer.status == 101 { return answer }
        if answer.isChunked || answer["Content-Length"] != nil { return try withBody(answer) }
        answer.body = try end().bytes
        return answer
    }

    /// The next request, with its body.
    func receiveRequest() throws -> Message { try withBody(try receiveHead()) }

    private func withBody(_ head: Message) throws -> Message {
        var message = head
        if head.isChunked {
            while let chunk = try receiveChunk() { message.body += chunk }
        } else if let count = head["Content-Length"].flatMap(Int.init) {
            message.body = try receive(exactly: count)
        }
        return message
    }

    /// Nil for the last one.
    func receiveChunk() throws -> [UInt8]? {
        let line = try receiveLine()
        guard let count = Int(line, radix: 16) else { throw Trouble("\"\(line)\" is no chunk size") }
        let bytes = try receive(exactly: count)
        guard try receiveLine().isEmpty else { throw Trouble("a chunk is longer than it says") }
        return count == 0 ? nil : bytes
    }

    /// Asks and waits for the answer.
    func ask(_ target: String, _ fields: [String] = [], method: String = "GET", body: String? = nil) throws -> Message {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: site.test\r\n"
        for field in fields { text += field + "\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        try send(text + "\r\n" + (body ?? ""))
        return try receiveAnswer(toHead: method == "HEAD")
    }

    /// For origins: a plain answer.
    func answer(_ body: String, status: String = "200 OK", fields: [String] = []) throws {
        let more = fields.map { $0 + "\r\n" }.joined()
        try send(
            "HTTP/1.1 \(status)\r\nContent-Type: text/plain\r\n\(more)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
