import Bytes
import HTTP
import Web

/// One request to the admin listener that may take its time: its body is gathered, and its answer may come later.
final class AdminExchange: Responder {
    static let bodyBytesMax = 16_384

    private let connection: ServerConnection
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var isOver = false
    /// Told once, with the whole body.
    private var whole: ((AdminExchange, [UInt8]) -> Void)?

    init(_ connection: ServerConnection, whole: ((AdminExchange, [UInt8]) -> Void)? = nil) {
        self.connection = connection
        self.whole = whole
        connection.exchange?.responder = self
    }

    func requestBody(_ bytes: Span<UInt8>) {
        guard body.count + bytes.count <= Self.bodyBytesMax else {
            isTooLarge = true
            body = []
            return
        }
        if !isTooLarge { body += bytes.array }
    }

    func requestEnded() {
        guard let whole else { return }
        self.whole = nil
        if isTooLarge {
            return refuse(413, "too-large", "Too large", "a body has at most \(Self.bodyBytesMax) bytes")
        }
        whole(self, body)
    }

    func batchEnded() {}
    func clientCanTakeMore() {}

    func clientGone(_ loss: ClientLoss) {
        isOver = true
        whole = nil
    }

    // MARK: Answers

    func answer(_ value: JSONValue, _ status: UInt16 = 200, fields: [(String, String)] = []) {
        var output = ByteBuffer()
        value.append(to: &output)
        output.append("\n")
        send(status, "application/json", output.span, fields)
    }

    func refuse(
        _ status: UInt16, _ name: StaticString, _ title: StaticString, _ detail: String, fields: [(String, String)] = []
    ) {
        var output = ByteBuffer()
        Problem(status: status, name: name, title: title, detail: detail).append(to: &output)
        send(status, "application/problem+json", output.span, fields)
    }

    func send(_ status: UInt16, _ type: StaticString, _ bytes: Span<UInt8>, _ fields: [(String, String)]) {
        guard !isOver else { return }
        isOver = true
        connection.answer(status, type, bytes) { output in
            output.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
            for field in fields { output.append("\(field.0): \(field.1)\r\n") }
        }
    }
}
