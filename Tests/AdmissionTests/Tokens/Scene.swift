import Address
import Digest
import Testing

@testable import Admission

/// A room, its keys, a visitor and a time.
struct Scene {
    static let now: UInt64 = 1_790_000_000
    static let ticketAgeSecondsMax: UInt64 = 86_400
    static let secret = Array("a secret of thirty-two bytes ...".utf8)
    static let otherSecret = Array("another one, of as many bytes ..".utf8)
    static let visitor = TicketID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)

    let ring: KeyRing
    let room: RoomName
    let lane: LaneName
    let address: IPAddress
    let pass = Pass(ticket: visitor, issued: now - 30, lifetimeSeconds: 120, sessionStart: now - 600)
    let ticket: Ticket

    init(keys: [TokenKey] = [TokenKey(identifier: "k1", secret: secret), TokenKey(identifier: "k2", secret: otherSecret)])
        throws
    {
        ring = try KeyRing(keys)
        room = try #require(RoomName("concert"))
        lane = try #require(LaneName("general"))
        address = try #require(IPAddress("192.0.2.7"))
        ticket = Ticket(id: Self.visitor, lane: lane, place: Place(epoch: 2, number: 4711), issued: Self.now - 3600)
    }

    func signedPass(_ pass: Pass? = nil, boundTo address: IPAddress? = nil) -> [UInt8] {
        var text: [UInt8] = []
        ring.sign(pass ?? self.pass, room: room, boundTo: address, into: &text)
        return text
    }

    func signedTicket(_ ticket: Ticket? = nil) -> [UInt8] {
        var text: [UInt8] = []
        ring.sign(ticket ?? self.ticket, room: room, into: &text)
        return text
    }

    func signed(_ kind: TokenKind) -> [UInt8] {
        switch kind {
        case .pass: signedPass()
        case .ticket: signedTicket()
        }
    }

    func check(pass text: [UInt8], boundTo address: IPAddress? = nil, now: UInt64 = now) -> PassVerdict {
        ring.check(pass: text.span, room: room, boundTo: address, now: now)
    }

    func check(ticket text: [UInt8], now: UInt64 = now) -> TicketVerdict {
        ring.check(ticket: text.span, room: room, now: now, ticketAgeSecondsMax: Self.ticketAgeSecondsMax)
    }

    /// Nil when it is taken.
    func refusal(of text: [UInt8], as kind: TokenKind, now: UInt64 = now) -> TokenRefusal? {
        switch kind {
        case .pass: if case .refused(let refusal) = check(pass: text, now: now) { return refusal }
        case .ticket: if case .refused(let refusal) = check(ticket: text, now: now) { return refusal }
        }
        return nil
    }

    func refusal(of text: String, as kind: TokenKind) -> TokenRefusal? { refusal(of: Array(text.utf8), as: kind) }

    // MARK: What only somebody with the secret could make

    /// Any header and claims, signed rightly.
    static func forge(header: String, claims: String, secret: [UInt8] = secret) -> String {
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        return signed + "." + Base64URL.encode(MACKey(secret).authenticate(Array(signed.utf8)).array)
    }

    static func header(_ kind: TokenKind) -> String { #"{"alg":"HS256","typ":"\#(kind.rawValue)","kid":"k1"}"# }

    static func forge(_ kind: TokenKind, claims: String) -> String { forge(header: header(kind), claims: claims) }

    /// The claims of a good token as text, to be changed.
    func claims(_ kind: TokenKind) throws -> String {
        let parts = signed(kind).split(separator: UInt8(ascii: "."))
        let claims = Base64URL.decode(String(decoding: parts[1], as: UTF8.self))
        return String(decoding: try #require(claims), as: UTF8.self)
    }
}
