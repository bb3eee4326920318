import Bytes

extension RequestHead {
    enum Outcome {
        case complete(end: Int)
        /// `lineStart`: where the line begins that is not complete.
        case needMore(lineStart: Int)
        case refused(Refusal)
    }

    /// Reads a head that begins at `start`, from its first byte, into this one.
    mutating func read(_ bytes: Span<UInt8>, at start: Int, limits: RequestLimits) -> Outcome {
        reset()
        var at: Int
        switch RequestLine.read(bytes, at: start, into: &self) {
        case .complete(let end): at = end
        case .needMore: return .needMore(lineStart: start)
        case .refused(let refusal): return .refused(refusal)
        }
        if let refusal = RequestTarget.read(bytes, into: &self) { return .refused(refusal) }

        var facts = RequestFacts()
        while true {
            switch FieldLine.read(bytes, at: &at, into: &fields) {
            case .field(let known, let value):
                if fields.count > limits.fieldsMax { return .refused(.tooManyFields) }
                if let refusal = facts.take(known, value, bytes, minorVersion: minorVersion) { return .refused(refusal) }
            case .endOfHead:
                if let refusal = settle(facts, bytes, limits: limits) { return .refused(refusal) }
                return .complete(end: at)
            case .needMore: return .needMore(lineStart: at)
            case .fault(let fault): return .refused(.field(fault))
            }
        }
    }

    private mutating func reset() {
        fields.removeAll(keepingCapacity: true)
        pathAndQuery = .empty
        isAsterisk = false
        host = .empty
        framing = .none
        keepsAlive = true
        expectsContinue = false
        upgrade = .empty
    }

    /// What only the whole head can tell.
    @inline(__always)
    private mutating func settle(_ facts: RequestFacts, _ bytes: Span<UInt8>, limits: RequestLimits) -> Refusal? {
        if facts.host.isEmpty, minorVersion == 1 { return .missingHost }
        // The authority of an absolute target wins, and Host is ignored (RFC 9112 section 3.2.2; see decision 0004).
        if host.isEmpty { host = facts.host }
        if facts.framing.isChunked {
            framing = .chunked
        } else if let length = facts.framing.length {
            if length > limits.bodyBytesMax { return .bodyTooLarge }
            framing = .length(length)
        }
        keepsAlive = facts.connection.keepsConnection(minorVersion: minorVersion)
        let hasBody = framing != .none && framing != .length(0)
        if hasBody, method == .trace { return .bodyOfTrace }
        // An expectation of an HTTP/1.0 client is ignored (RFC 9110 section 10.1.1); without a body there is nothing to await.
        expectsContinue = facts.expectsContinue && minorVersion == 1 && hasBody
        if facts.connection.upgrade, facts.upgrades == 1, minorVersion == 1, method == .get, !hasBody,
            UpgradeProtocols.mayTunnel(bytes, facts.upgradeValue)
        {
            upgrade = facts.upgradeValue
        }
        return nil
    }
}

/// What the fields of a request have said so far.
struct RequestFacts {
    var framing = DeclaredFraming()
    var connection = ConnectionOptions()
    /// Empty: there was none.
    var host = ByteRange.empty
    var expectsContinue = false
    var upgrades = 0
    var upgradeValue = ByteRange.empty

    @inline(__always)
    mutating func take(_ known: KnownField, _ value: ByteRange, _ bytes: Span<UInt8>, minorVersion: UInt8) -> Refusal? {
        switch known {
        case .other, .lookAlike: return nil
        case .host:
            if !host.isEmpty { return .repeatedHost }
            guard Authority.isValid(bytes, value) else { return .badHost }
            host = value
        case .contentLength:
            return framing.takeContentLength(bytes, value).map(Refusal.init)
        case .transferEncoding:
            return framing.takeTransferEncoding(bytes, value, minorVersion: minorVersion).map(Refusal.init)
        case .connection:
            return connection.read(bytes, value) ? nil : .badConnection
        case .expect:
            guard minorVersion == 1 else { return nil }
            guard bytes[value].equalsIgnoringCase("100-continue") else { return .unknownExpectation }
            expectsContinue = true
        case .upgrade:
            upgrades += 1
            upgradeValue = value
        default: break
        }
        return nil
    }
}
