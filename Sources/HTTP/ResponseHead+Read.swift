import Bytes

extension ResponseHead {
    enum Outcome {
        case complete(end: Int)
        /// `lineStart`: where the line begins that is not complete.
        case needMore(lineStart: Int)
        case refused(ResponseFault)
    }

    /// Reads a head that begins with the first byte into this one.
    mutating func read(_ bytes: Span<UInt8>, isAnswerToHead: Bool, limits: ResponseLimits) -> Outcome {
        fields.removeAll(keepingCapacity: true)
        var at: Int
        switch StatusLine.read(bytes, at: 0, into: &self) {
        case .complete(let end): at = end
        case .needMore: return .needMore(lineStart: 0)
        case .refused(let fault): return .refused(fault)
        }
        var declared = DeclaredFraming()
        var connection = ConnectionOptions()
        while true {
            switch FieldLine.read(bytes, at: &at, into: &fields) {
            case .field(let known, let value):
                if fields.count > limits.fieldsMax { return .refused(.tooManyFields) }
                if let fault = take(known, value, bytes, &declared, &connection) { return .refused(fault) }
            case .endOfHead:
                settle(declared, connection, isAnswerToHead: isAnswerToHead)
                return .complete(end: at)
            case .needMore: return .needMore(lineStart: at)
            case .fault(let fault): return .refused(.field(fault))
            }
        }
    }

    @inline(__always)
    private func take(
        _ known: KnownField, _ value: ByteRange, _ bytes: Span<UInt8>, _ declared: inout DeclaredFraming,
        _ connection: inout ConnectionOptions
    ) -> ResponseFault? {
        switch known {
        case .contentLength:
            return declared.takeContentLength(bytes, value).map(ResponseFault.init)
        case .transferEncoding:
            return declared.takeTransferEncoding(bytes, value, minorVersion: minorVersion).map(ResponseFault.init)
        case .connection:
            return connection.read(bytes, value) ? nil : .badConnection
        default: return nil
        }
    }

    /// RFC 9112 section 6.3.
    private mutating func settle(_ declared: DeclaredFraming, _ connection: ConnectionOptions, isAnswerToHead: Bool) {
        declaredLength = declared.length
        keepsAlive = connection.keepsConnection(minorVersion: minorVersion)
        framing = .none
        if status < 200 || status == 204 {
            // Such an answer has no body and must not declare one; an origin that does may also send it, and then the next
            // answer could begin with it.
            if declared.isChunked || declared.length ?? 0 > 0 { keepsAlive = false }
            if status == 101 { keepsAlive = false }
        } else if isAnswerToHead || status == 304 {
            return
        } else if declared.isChunked {
            framing = .chunked
        } else if let length = declared.length {
            framing = .length(length)
        } else {
            framing = .untilClose
            keepsAlive = false
        }
    }
}
