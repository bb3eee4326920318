import Bytes
import HTTP
import Web

/// Writes the origin's answer for the client: the same status and fields, but for those that concern the origin's
/// connection, and one framing of our own.
struct AnswerRewriter {
    let head: ResponseHead
    let framing: AnswerFraming
    let minorVersion: UInt8

    /// `further`: fields of ours.
    func append(
        _ bytes: Span<UInt8>, date server: Server, adding further: [AnswerField] = [], to output: inout ByteBuffer
    ) {
        Self.appendStatusLine(head, bytes, to: &output)
        Self.appendFields(head, bytes, to: &output)
        if head.first(.date) == nil { server.appendDate(to: &output) }
        for field in further { output.append("\(field.name): \(field.value)\r\n") }
        appendFraming(bytes, to: &output)
        ConnectionField.append(framing, minorVersion: minorVersion, to: &output)
        output.append("\r\n")
    }

    /// An interim answer (1xx) or a switch of protocols, with its own fields.
    static func append(interim head: ResponseHead, _ bytes: Span<UInt8>, upgrade: Bool, to output: inout ByteBuffer) {
        appendStatusLine(head, bytes, to: &output)
        appendFields(head, bytes, to: &output)
        if upgrade, let protocolName = head.first(.upgrade) {
            output.append("Connection: Upgrade\r\nUpgrade: ")
            output.append(bytes[protocolName])
            output.append("\r\n")
        }
        output.append("\r\n")
    }

    private static func appendStatusLine(_ head: ResponseHead, _ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        output.append("HTTP/1.1 ")
        output.append(decimal: UInt64(head.status))
        output.append(" ")
        output.append(bytes[head.reason])
        output.append("\r\n")
    }

    private static func appendFields(_ head: ResponseHead, _ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        let hasNames = HopByHop.hasNames(head.fields, bytes)
        for field in head.fields where !HopByHop.covers(field.known) && field.known != .waitingRoom {
            if hasNames, HopByHop.names(bytes[field.name], fields: head.fields, bytes: bytes) { continue }
            if field.known == .other || field.known == .lookAlike, Imitation.isFraming(bytes[field.name]) { continue }
            output.append(field, of: bytes)
        }
    }

    private func appendFraming(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        if let length = framing.contentLength {
            output.append("Content-Length: ")
            output.append(decimal: length)
            output.append("\r\n")
        } else if framing.body == .chunked {
            output.append("Transfer-Encoding: chunked\r\n")
        }
    }
}
