import Address
import Admission
import Digest

/// A token: what is taken is, byte for byte, what would be signed for it. The first byte says what the others are: a token as
/// it stands, or claims, or a header and (in the next line) claims, which are signed with the right key before they are shown.
func judgeTokens(_ input: [UInt8]) {
    guard let way = input.first, let scene = TokenScene.only else { return }
    let rest = Array(input.dropFirst())
    let text: [UInt8]
    switch way % 4 {
    case 0: text = rest
    case 1: text = scene.signed(header: TokenScene.passHeader, claims: rest[...])
    case 2: text = scene.signed(header: TokenScene.ticketHeader, claims: rest[...])
    default:
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.count
        text = scene.signed(header: Array(rest[..<end]), claims: rest[end...].dropFirst())
    }
    scene.judgePass(text)
    scene.judgeTicket(text)
}

struct TokenScene: Sendable {
    static let only = TokenScene()
    static let now: UInt64 = 1_790_000_000
    // Known to corpus.py, which makes good tokens with it.
    static let secret = Array("a secret of thirty-two bytes ...".utf8)
    static let passHeader = Array(#"{"alg":"HS256","typ":"pass","kid":"k1"}"#.utf8)
    static let ticketHeader = Array(#"{"alg":"HS256","typ":"ticket","kid":"k1"}"#.utf8)

    let ring: KeyRing
    let room: RoomName
    let address: IPAddress
    let key = MACKey(secret)

    init?() {
        guard let room = RoomName("concert"), let address = IPAddress("192.0.2.7"),
            let ring = try? KeyRing([TokenKey(identifier: "k1", secret: Self.secret)])
        else { return nil }
        self.ring = ring
        self.room = room
        self.address = address
    }

    func signed(header: [UInt8], claims: ArraySlice<UInt8>) -> [UInt8] {
        let text = Base64URL.encode(header.span) + [UInt8(ascii: ".")] + Base64URL.encode(Array(claims).span)
        return text + [UInt8(ascii: ".")] + Base64URL.encode(key.authenticate(text).span)
    }

    func judgePass(_ text: [UInt8]) {
        let verdict = ring.check(pass: text.span, room: room, now: Self.now)
        hold(verdict == ring.check(pass: text.span, room: room, now: Self.now), "a second look says otherwise")
        guard case .valid(let pass) = verdict else { return }
        hold(text.count <= TokenLimits.bytesMax, "\(text.count) bytes are taken")
        hold(pass.issued < pass.expires && Self.now < pass.expires, "an expired pass is taken: \(pass)")
        hold(pass.expires - pass.issued <= TokenLimits.passLifetimeSecondsMax, "it lives for too long: \(pass)")
        var again: [UInt8] = []
        ring.sign(pass, room: room, into: &again)
        // The mark of a network is not part of what was read; behind it there is only the end.
        if text != again {
            let claims = decoded(text)
            let mark = claims.dropFirst(decoded(again).count - 1)
            hold(claims.starts(with: decoded(again).dropLast()), "another spelling is taken: \(claims)")
            hold(mark.count == 22 && mark.starts(with: Array(#","net":""#.utf8)) && mark.last == 125, "not a mark: \(mark)")
            hold(signed(header: Self.passHeader, claims: claims) == text, "another header or signature is taken")
        }
        hold(ring.check(pass: (text + [65]).span, room: room, now: Self.now) != verdict, "one more byte changes nothing")
        if case .valid(let bound) = ring.check(pass: text.span, room: room, boundTo: address, now: Self.now) {
            hold(bound == pass, "an address changes the pass")
        }
    }

    func judgeTicket(_ text: [UInt8]) {
        let verdict = ring.check(ticket: text.span, room: room, now: Self.now, ticketAgeSecondsMax: 86_400)
        guard case .valid(let ticket) = verdict else { return }
        var again: [UInt8] = []
        ring.sign(ticket, room: room, into: &again)
        hold(text == again, "another spelling is taken: \(decoded(text))")
        hold(ring.check(pass: text.span, room: room, now: Self.now) == .refused(.unknownHeader), "a ticket passes as a pass")
    }

    private func decoded(_ text: [UInt8]) -> ArraySlice<UInt8> {
        let parts = text.split(separator: UInt8(ascii: "."))
        return parts.count == 3 ? (Base64URL.decode(Array(parts[1]).span) ?? [])[...] : []
    }
}
