import Address
import HTTP
import Relay
import Web

/// Who asks, as far as the request tells it.
struct Guest {
    let client: IPAddress
    let peerIsTrusted: Bool
    /// Between the visitor and whoever speaks TLS for us.
    let isSecure: Bool
    /// Seconds since 1970.
    let now: UInt64

    init(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection, trusted: [Network]) {
        let peer = connection.source.address
        peerIsTrusted = !trusted.isEmpty && ClientAddress.isTrusted(peer, trusted)
        client = ClientAddress.find(peer: peer, head: head, bytes: bytes, trusted: trusted)
        let saysSecure = head.first(.xForwardedProto).map { bytes[$0].equalsIgnoringCase("https") } ?? false
        isSecure = connection.isSecure || peerIsTrusted && saysSecure
        now = connection.server.loop.unixNow / 1_000_000_000
    }
}
