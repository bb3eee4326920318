import Address
import Loop
import Relay
import Settings
import TLS

/// Settings with everything read and looked up that they name: what every loop builds itself from. Made off the loops,
/// since files and name servers may take their time.
struct EdgePlan: Sendable {
    var settings: Settings
    var targets: [UpstreamTarget]
    var certificates: [TLSCertificate]
    var authorities: [UInt8]?
    var line: LinePlan
    var pages: PagePlan
    var admin = AdminPlan()
    /// Nil: the site says of nobody who it is.
    var people: PeoplePlan?
    /// Connections to one server on which it waits for clients, over all loops.
    var clientPacedMax = 0
    /// What an operator should know and nothing stops at.
    var warnings: [String] = []

    /// `makesKeys`: keys that nobody has given are made and kept.
    static func prepare(_ settings: Settings, makesKeys: Bool = true) throws(SettingsProblems) -> EdgePlan {
        let line = try LinePlan.prepare(settings, makesKeys: makesKeys)
        let pages = try PagePlan.prepare(settings)
        var plan = EdgePlan(settings: settings, targets: [], certificates: [], authorities: nil, line: line, pages: pages)
        plan.people = try PeoplePlan.prepare(settings)
        plan.admin = try AdminPlan.prepare(settings, makesToken: makesKeys)
        for server in settings.upstream.servers { plan.targets.append(plan.resolve(server)) }
        for pair in settings.tls.certificates {
            let chain = try SettingsFile.read(pair.certificate)
            let key = try SettingsFile.read(pair.key)
            plan.certificates.append(TLSCertificate(name: pair.certificate, chain: chain, key: key))
        }
        if !settings.upstream.tlsAuthorities.isEmpty {
            plan.authorities = try SettingsFile.read(settings.upstream.tlsAuthorities)
        }
        try plan.checkTLS()
        return plan
    }

    private mutating func resolve(_ server: UpstreamServer) -> UpstreamTarget {
        var endpoints: [Endpoint] = []
        do {
            endpoints = try Resolver.addresses(of: server.host).map { Endpoint(address: $0, port: server.port) }
        } catch {
            // Not fatal: the name may be known later, and is looked up again.
            warnings.append("upstream \(server): \(error)")
        }
        let name = settings.upstream.tlsName.isEmpty ? server.host : settings.upstream.tlsName
        return UpstreamTarget(
            name: server.description, authority: server.authority, isSecure: server.scheme == .https, tlsName: name,
            endpoints: endpoints)
    }

    /// Builds what every loop will build, to find what is wrong with it now.
    private mutating func checkTLS() throws(SettingsProblems) {
        do {
            if let server = try makeTLSServer(TLSTicketKeys.random()) {
                warnings += server.warnings(unixSeconds: Int64(Clock.unixNanoseconds / 1_000_000_000)).map(\.description)
            }
            _ = try makeTLSClient()
        } catch {
            throw SettingsProblems([SettingsProblem(place: .file("tls"), section: "tls", saying: error.description)])
        }
    }

    func makeTLSServer(_ keys: TLSTicketKeys) throws(TLSFault) -> TLSServer? {
        guard !settings.tls.listen.isEmpty, !certificates.isEmpty else { return nil }
        return try TLSServer(
            certificates: certificates, minimumVersion: settings.tls.versionMin == .v12 ? .tls12 : .tls13,
            ciphers: settings.tls.ciphers.isEmpty ? nil : settings.tls.ciphers,
            ticketKeys: settings.tls.sessionTickets ? keys : nil)
    }

    func makeTLSClient() throws(TLSFault) -> TLSClient? {
        guard targets.contains(where: \.isSecure) else { return nil }
        let trust: TLSTrust =
            if !settings.upstream.tlsVerify {
                .anybody
            } else if let authorities {
                .authorities(authorities, name: settings.upstream.tlsAuthorities)
            } else {
                .system
            }
        return try TLSClient(trust: trust)
    }
}
