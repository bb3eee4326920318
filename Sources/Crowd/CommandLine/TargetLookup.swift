import Address
import Loop

/// From the URLs that were given to servers, and whether a crowd may go there.
enum TargetLookup {
    static func targets(_ options: Options) throws(UsageFault) -> [ClientTarget] {
        var targets: [ClientTarget] = []
        for url in options.targets {
            let address: IPAddress
            do throws(ResolverError) {
                let found = try Resolver.addresses(of: url.host)
                guard let first = found.first(where: \.isV4) ?? found.first else {
                    throw ResolverError(host: url.host, reason: "the name has no address")
                }
                address = first
            } catch {
                throw UsageFault("--target: \(error)")
            }
            try allow(url, address, options)
            targets.append(
                ClientTarget(
                    host: url.host, authority: url.authority, isSecure: url.isSecure,
                    endpoint: Endpoint(address: address, port: url.port)))
        }
        return targets
    }

    private static func allow(_ url: TargetURL, _ address: IPAddress, _ options: Options) throws(UsageFault) {
        if address.isLoopback { return }
        guard options.owned.contains(url.host) else {
            throw UsageFault(
                """
                \(url.host) is not this machine. A crowd at the door of others is an attack: if it is yours, say so with \
                --yes-i-own \(url.host)
                """)
        }
        if options.addresses == .loopback {
            throw UsageFault("--addresses loopback: only this machine can be reached from such addresses")
        }
    }
}
