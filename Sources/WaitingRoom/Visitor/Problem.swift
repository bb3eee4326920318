import Bytes

/// What is wrong, for programs (RFC 9457).
struct Problem {
    let status: UInt16
    let name: StaticString
    let title: StaticString
    let detail: String
    var retryAfterSeconds: UInt64?

    func append(to output: inout ByteBuffer) {
        output.append("{\"type\":\"urn:waitingroom:")
        output.append(name)
        output.append("\",\"title\":\"")
        output.append(title)
        output.append("\",\"status\":")
        output.append(decimal: UInt64(status))
        output.append(",\"detail\":")
        JSONText.append(detail, to: &output)
        output.append("}\n")
    }
}
