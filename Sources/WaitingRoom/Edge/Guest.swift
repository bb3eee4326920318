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
    /// How its request goes on.
    var way = Way.relay

    init(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection, trusted: [Network]) {
        let peer = connection.source.address
        peerIsTrusted = !trusted.isEmpty && ClientAddress.isTrusted(peer, trusted)
        client = ClientAddress.find(peer: peer, head: head, bytes: bytes, trusted: trusted)
        let saysSecure = head.first(.xForwardedProto).map { bytes[$0].equalsIgnoringCase("https") } ?? false
        isSecure = connection.isSecure || peerIsTrusted && saysSecure
        now = connection.server.loop.unixNow / 1_000_000_000
    }
}

/// How a request goes on that may, and what becomes of one that may not.
enum Way: Equatable {
    /// We forward it, or answer in its place.
    case relay
    /// A proxy does that, which asks whether it may, and is told `denies` where not.
    case authority(denies: UInt16)
    /// A proxy was told that it may not, and asks for what the visitor sees.
    case wait

    /// The status of a refusal of which the proxy takes nothing else, as nginx does with these two.
    var bareDenial: UInt16? {
        if case .authority(let code) = self, code == 401 || code == 403 { code } else { nil }
    }

    /// The status of a page or problem. To a proxy that asks none below 300 is one; who is out for good is told so in any way.
    func status(_ usual: UInt16) -> UInt16 {
        guard case .authority(let code) = self else { return usual }
        return usual == 403 ? usual : code
    }
}
