import Address
import Digest

extension KeyRing {
    /// Writes the pass behind what is there. Bound to an address's network, it is good from there alone.
    public func sign(_ pass: Pass, room: RoomName, boundTo address: IPAddress? = nil, into text: inout [UInt8]) {
        let key = keys[0]
        var claims = ClaimWriter()
        claims.put(#"{"aud":""#)
        claims.put(room)
        claims.put(#"","sub":""#)
        claims.put(pass.ticket)
        claims.put(#"","iat":"#)
        claims.put(pass.issued)
        claims.put(#","exp":"#)
        claims.put(pass.expires)
        claims.put(#","sid":"#)
        claims.put(pass.sessionStart)
        if let address {
            let mark = key.network.mark(address, pass.ticket)
            claims.put(#","net":""#)
            claims.put(inBase64: mark.span.extracting(first: NetworkMark.byteCount))
            claims.put("\"")
        }
        claims.put("}")
        seal(claims.bytes.span, .pass, key, into: &text)
    }

    /// Writes the ticket behind what is there.
    public func sign(_ ticket: Ticket, room: RoomName, into text: inout [UInt8]) {
        var claims = ClaimWriter()
        claims.put(#"{"aud":""#)
        claims.put(room)
        claims.put(#"","sub":""#)
        claims.put(ticket.id)
        claims.put(#"","lane":""#)
        claims.put(ticket.lane.description)
        claims.put(#"","seq":"#)
        claims.put(ticket.place.rawValue)
        claims.put(#","iat":"#)
        claims.put(ticket.issued)
        claims.put("}")
        seal(claims.bytes.span, .ticket, keys[0], into: &text)
    }

    private func seal(_ claims: Span<UInt8>, _ kind: TokenKind, _ key: SigningKey, into text: inout [UInt8]) {
        let start = text.count
        let header = key.header(kind)
        text.reserveCapacity(start + header.count + Base64URL.encodedCount(claims.count) + 1 + TokenLimits.signatureLetters)
        for at in 0..<header.count { text.append(header.span[at]) }
        Base64URL.encode(claims, into: &text)
        let mac = key.mac.authenticate(text.span.extracting(start..<text.count))
        text.append(UInt8(ascii: "."))
        Base64URL.encode(mac.span, into: &text)
    }
}
