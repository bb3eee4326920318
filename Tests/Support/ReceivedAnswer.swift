/// An answer as a client sees it, its body decoded.
public struct ReceivedAnswer: Sendable {
    public var status = 0
    public var fields: [(name: String, value: String)] = []
    public var body: [UInt8] = []

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the first field of that name, in lower case.
    public subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

extension Peer {
    /// One answer with its body. `toHead`: it answers a HEAD, so that no body follows whatever it declares.
    public func receiveAnswer(toHead: Bool = false) throws -> ReceivedAnswer {
        var answer = try receiveAnswerHead()
        if toHead || answer.status < 200 || answer.status == 204 || answer.status == 304 { return answer }
        if answer["transfer-encoding"] == "chunked" {
            answer.body = try receiveChunks()
        } else if let length = answer["content-length"] {
            guard let count = Int(length) else { throw PeerTrouble(saying: "Content-Length is \(length)") }
            answer.body = try receiveExactly(count)
        } else {
            let (bytes, ending) = try receiveAll()
            guard ending == .end else { throw PeerTrouble(saying: "the body ended with a reset") }
            answer.body = bytes
        }
        return answer
    }

    public func receiveAnswerHead() throws -> ReceivedAnswer {
        var answer = ReceivedAnswer()
        let lines = try receiveHead().split(separator: "\n")
        let words = lines.first?.split(separator: " ", maxSplits: 2) ?? []
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw PeerTrouble(saying: "no status line: \(lines.first ?? "")")
        }
        answer.status = status
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw PeerTrouble(saying: "no field: \(line)") }
            answer.fields.append((parts[0].lowercased(), String(parts[1].drop { $0 == " " })))
        }
        return answer
    }

    /// A chunked body up to its end.
    public func receiveChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try receiveLine()
            guard let size = Int(line, radix: 16) else { throw PeerTrouble(saying: "\"\(line)\" is no size of a chunk") }
            body += try receiveExactly(size)
            guard try receiveLine().isEmpty else { throw PeerTrouble(saying: "a chunk does not end where it should") }
            if size == 0 { return body }
        }
    }

    /// Sends a request and reads its answer.
    public func get(_ path: String, fields: String = "") throws -> ReceivedAnswer {
        try send("GET \(path) HTTP/1.1\r\nHost: site.test\r\n\(fields)\r\n")
        return try receiveAnswer()
    }
}
