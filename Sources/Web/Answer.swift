import Bytes
import HTTP

/// A short answer of our own, whole: an error page, a health report. Not for the hot path.
public struct Answer: Sendable {
    public var status: UInt16
    public var contentType: String
    public var body: String
    /// Further fields, names and values as they are sent.
    public var fields: [(name: String, value: String)] = []

    public init(_ status: UInt16, contentType: String = "text/plain; charset=utf-8", body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A plain page that says in one sentence what happened.
    public static func page(_ status: UInt16, _ sentence: String) -> Answer {
        let reason = ResponseStatus.reason(status)
        let text = escaped(sentence)
        return Answer(
            status, contentType: "text/html; charset=utf-8",
            body: """
                <!doctype html><html lang="en"><meta charset="utf-8">\
                <meta name="viewport" content="width=device-width"><title>\(status) \(reason)</title>\
                <style>body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em}</style>\
                <h1>\(status) \(reason)</h1><p>\(text)</p></html>

                """)
    }

    public func with(_ name: String, _ value: String) -> Answer {
        var copy = self
        copy.fields.append((name, value))
        return copy
    }

    func appendHead(_ framing: AnswerFraming, minorVersion: UInt8, date: Server, to output: inout ByteBuffer) {
        OwnStatusLine.append(status, to: &output)
        date.appendDate(to: &output)
        output.append("Content-Type: \(contentType)\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n")
        for field in fields { output.append("\(field.name): \(field.value)\r\n") }
        output.append("Content-Length: ")
        output.append(decimal: UInt64(body.utf8.count))
        output.append("\r\n")
        ConnectionField.append(framing, minorVersion: minorVersion, to: &output)
        output.append("\r\n")
    }

    /// Head and body for a connection that ends behind it, where no request could be read.
    func appendWhole(to output: inout ByteBuffer) {
        OwnStatusLine.append(status, to: &output)
        output.append("Content-Type: \(contentType)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n")
        output.append(body)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

/// The first line of an answer of our own.
enum OwnStatusLine {
    static func append(_ status: UInt16, to output: inout ByteBuffer) {
        output.append("HTTP/1.1 ")
        output.append(decimal: UInt64(status))
        output.append(" ")
        output.append(ResponseStatus.reason(status))
        output.append("\r\n")
    }
}

/// `Connection`, where the version's own rule does not say it already.
public enum ConnectionField {
    public static func append(_ framing: AnswerFraming, minorVersion: UInt8, to output: inout ByteBuffer) {
        if !framing.keepsAlive {
            output.append("Connection: close\r\n")
        } else if minorVersion == 0 {
            output.append("Connection: keep-alive\r\n")
        }
    }
}

/// An answer made once and sent many times, only its date written anew.
public struct PreparedAnswer: ~Copyable {
    private var beforeDate = ByteBuffer()
    private var afterDate = ByteBuffer()
    private let status: UInt16
    private let headBytes: Int
    private let bodyBytes: Int

    public init(_ status: UInt16, contentType: String, body: [UInt8]) {
        self.status = status
        bodyBytes = body.count
        OwnStatusLine.append(status, to: &beforeDate)
        afterDate.append("Content-Type: \(contentType)\r\nContent-Length: \(body.count)\r\n\r\n")
        headBytes = afterDate.count
        afterDate.append(body)
    }

    /// Answers the request that `connection` has just read.
    public borrowing func send(on connection: ServerConnection) {
        let framing = connection.beginAnswer(status, body: .length(UInt64(bodyBytes)), declaredLength: UInt64(bodyBytes))
        let minorVersion = connection.exchange?.minorVersion ?? 1
        let isHead = connection.exchange?.method == .head
        connection.compose { output in
            output.append(beforeDate.span)
            connection.server.appendDate(to: &output)
            ConnectionField.append(framing, minorVersion: minorVersion, to: &output)
            output.append(isHead ? afterDate.span.extracting(..<headBytes) : afterDate.span)
        }
        connection.finishAnswer()
    }
}

extension ServerConnection {
    /// An answer of our own, whole, from bytes; `further` appends fields, each a whole line.
    public func answer(
        _ status: UInt16, _ contentType: StaticString, _ body: Span<UInt8>,
        adding further: (inout ByteBuffer) -> Void = { _ in }
    ) {
        let length = UInt64(body.count)
        let framing = beginAnswer(status, body: .length(length), declaredLength: length)
        let (isHead, minorVersion) = (exchange?.method == .head, exchange?.minorVersion ?? 1)
        compose { output in
            OwnStatusLine.append(status, to: &output)
            server.appendDate(to: &output)
            if !body.isEmpty {
                output.append("Content-Type: ")
                output.append(contentType)
                output.append("\r\n")
            }
            further(&output)
            if status != 204 {
                output.append("Content-Length: ")
                output.append(decimal: length)
                output.append("\r\n")
            }
            ConnectionField.append(framing, minorVersion: minorVersion, to: &output)
            output.append("\r\n")
            if !isHead { output.append(body) }
        }
        finishAnswer()
    }
}
