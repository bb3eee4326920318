import Bytes

extension AccessEntry {
    /// The combined format that every log reader knows, then what it has no place for as `key=value`.
    borrowing func append(textTo line: inout ByteBuffer, _ clock: inout TimeText) {
        line.append(textValue: client)
        line.append(" - - [")
        clock.append(common: time, to: &line)
        line.append("] \"")
        line.append(clipped: method, as: .text)
        line.append(" ")
        line.append(clipped: target, as: .text)
        line.append(" HTTP/1.")
        line.append(decimal: UInt64(minorVersion))
        line.append("\" ")
        line.append(decimal: UInt64(status.magnitude))
        line.append(" ")
        line.append(decimal: bytesSent)
        line.append(" \"")
        line.append(textValue: referer)
        line.append("\" \"")
        line.append(textValue: userAgent)
        line.append("\" host=\"")
        line.append(clipped: host, as: .text)
        line.append("\" in=")
        line.append(decimal: bytesReceived)
        line.append(" ms=")
        line.append(millisecondsOf: duration)
        if !upstream.isEmpty { line.append(" upstream=\"", upstream) }
        if upstreamDuration >= 0 {
            line.append(" upstream_ms=")
            line.append(millisecondsOf: upstreamDuration)
        }
        if !requestID.isEmpty { line.append(" id=\"", requestID) }
        if let trace {
            line.append(" trace=")
            trace.append(idTo: &line)
        }
        if !reason.isEmpty { line.append(" reason=\"", reason) }
        line.append("\n")
    }

    borrowing func append(jsonTo line: inout ByteBuffer, _ clock: inout TimeText) {
        line.append("{\"time\":\"")
        clock.append(rfc3339: time, to: &line)
        line.append("\",\"level\":\"info\",\"event\":\"access\",\"client\":\"")
        line.append(clipped: client, as: .json)
        line.append("\",\"method\":\"")
        line.append(clipped: method, as: .json)
        line.append("\",\"host\":\"")
        line.append(clipped: host, as: .json)
        line.append("\",\"target\":\"")
        line.append(clipped: target, as: .json)
        line.append("\",\"protocol\":\"HTTP/1.")
        line.append(decimal: UInt64(minorVersion))
        line.append("\",\"status\":")
        line.append(decimal: UInt64(status.magnitude))
        line.append(",\"bytes_sent\":")
        line.append(decimal: bytesSent)
        line.append(",\"bytes_received\":")
        line.append(decimal: bytesReceived)
        line.append(",\"duration_ms\":")
        line.append(millisecondsOf: duration)
        if !upstream.isEmpty { line.append(",\"upstream\":\"", upstream, as: .json) }
        if upstreamDuration >= 0 {
            line.append(",\"upstream_ms\":")
            line.append(millisecondsOf: upstreamDuration)
        }
        if !requestID.isEmpty { line.append(",\"request_id\":\"", requestID, as: .json) }
        if let trace {
            line.append(",\"trace_id\":\"")
            trace.append(idTo: &line)
            line.append("\"")
        }
        if !userAgent.isEmpty { line.append(",\"user_agent\":\"", userAgent, as: .json) }
        if !referer.isEmpty { line.append(",\"referer\":\"", referer, as: .json) }
        if !reason.isEmpty { line.append(",\"reason\":\"", reason, as: .json) }
        line.append("}\n")
    }
}

extension ByteBuffer {
    /// A key with the opening quote, the value, the closing quote.
    fileprivate mutating func append(_ key: StaticString, _ value: Span<UInt8>, as format: LogFormat = .text) {
        append(key)
        append(clipped: value, as: format)
        append("\"")
    }

    /// A place of the combined format, which may not be empty.
    fileprivate mutating func append(textValue value: Span<UInt8>) {
        if value.isEmpty { append("-") } else { append(clipped: value, as: .text) }
    }
}
