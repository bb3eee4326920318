import Address
import Digest

// A token is judged in this order, and nothing is read before all that stands above it holds:
//
// 1. its length;
// 2. its header, byte for byte one of those that the ring's keys sign this kind with: so the key is known, and that it is
//    HS256, and no header is parsed;
// 3. the signature, 43 letters behind the last dot, in constant time, over the very bytes that were received;
// 4. the claims, in the one spelling that is ever signed;
// 5. what they say: room, time, network.
//
// A token thus has one spelling: a change of header, claims or dots changes what is signed, and of the signature's letters
// only one sequence means its bytes. No allocation is made on any path of a pass, which is why nothing is thrown here: an
// observer of errors may copy each to the heap.

extension KeyRing {
    /// `now` is in seconds since 1970. With an address, only a pass that was bound to its network is taken; without, whether
    /// and to what it was bound does not matter.
    public func check(pass text: Span<UInt8>, room: RoomName, boundTo address: IPAddress? = nil, now: UInt64) -> PassVerdict
    {
        var claims = SignedClaims()
        switch open(text, .pass, into: &claims) {
        case .refused(let refusal): return .refused(refusal)
        case .signed(let key):
            let verdict = claims.pass(room, now: now)
            guard let address, case .valid(let pass) = verdict else { return verdict }
            guard let mark = claims.networkMark, keys.span[key].network.isMark(mark, of: address, pass.ticket) else {
                return .refused(.otherNetwork)
            }
            return verdict
        }
    }

    /// A ticket has no end of its own: it is refused once it is `ticketAgeSecondsMax` old.
    public func check(
        ticket text: Span<UInt8>, room: RoomName, now: UInt64, ticketAgeSecondsMax: UInt64
    ) -> TicketVerdict {
        var claims = SignedClaims()
        switch open(text, .ticket, into: &claims) {
        case .refused(let refusal): return .refused(refusal)
        case .signed: return claims.ticket(room, now: now, ticketAgeSecondsMax: ticketAgeSecondsMax)
        }
    }

    private enum Opening {
        /// With the key at this place; the claims are as they were signed.
        case signed(key: Int)
        case refused(TokenRefusal)
    }

    private func open(_ text: Span<UInt8>, _ kind: TokenKind, into claims: inout SignedClaims) -> Opening {
        guard text.count <= TokenLimits.bytesMax else { return .refused(.tooLong) }
        let keys = keys.span
        for at in keys.indices {
            guard let start = keys[at].headerCount(kind, in: text) else { continue }
            let dot = text.count - TokenLimits.signatureLetters - 1
            guard dot > start, text[dot] == UInt8(ascii: ".") else { return .refused(.malformed) }
            var signature = InlineArray<32, UInt8>(repeating: 0)
            var place = signature.mutableSpan
            guard Base64URL.decode(text.extracting((dot + 1)..<text.count), into: &place) != nil else {
                return .refused(.malformed)
            }
            guard keys[at].mac.accepts(signature.span, for: text.extracting(0..<dot)) else {
                return .refused(.wrongSignature)
            }
            return claims.decode(text.extracting(start..<dot)) ? .signed(key: at) : .refused(.malformed)
        }
        return .refused(.unknownHeader)
    }
}
