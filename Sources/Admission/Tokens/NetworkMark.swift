import Address
import Digest

/// The claim `net`: to which network a pass was given, so that a pass that was copied is of no use elsewhere.
///
/// It is a MAC over the visitor's /24 (IPv4) or /48 (IPv6) and the ticket's identifier, of which 72 bits are shown. Without
/// the secret nobody learns a network from it, nor whether two visitors share one. Its key is derived from that of the
/// tokens, so that no MAC of the one kind is ever one of the other.
struct NetworkMark: Sendable {
    /// As many of its bytes as stand in the claim.
    typealias Shown = InlineArray<9, UInt8>
    static let byteCount = 9
    static let letterCount = 12
    static let prefixBits4 = 24
    static let prefixBits6 = 48

    private let key: MACKey

    init(_ tokens: MACKey) { key = MACKey(tokens.authenticate(Array("network of a pass".utf8)).span) }

    func mark(_ address: IPAddress, _ ticket: TicketID) -> SHA256Value {
        let prefix = address.masked(to: address.isV4 ? 96 + Self.prefixBits4 : Self.prefixBits6)
        var message = InlineArray<32, UInt8>(repeating: 0)
        var place = message.mutableSpan
        var bytes = place.mutableBytes
        bytes.storeBytes(of: ticket.high.bigEndian, toByteOffset: 0, as: UInt64.self)
        bytes.storeBytes(of: ticket.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: prefix.high.bigEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: prefix.low.bigEndian, toByteOffset: 24, as: UInt64.self)
        return key.authenticate(message.span)
    }

    func isMark(_ shown: Shown, of address: IPAddress, _ ticket: TicketID) -> Bool {
        let right = mark(address, ticket)
        return constantTimeEqual(right.span.extracting(first: Self.byteCount), shown.span)
    }
}
