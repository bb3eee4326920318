import Address

/// Values that are right alone and impossible together.
extension Loading {
    mutating func checkCombinations() {
        checkListeners()
        checkTLS()
        checkUpstream()
        checkRooms()
        checkStore()
        checkPeople()
    }

    private mutating func checkListeners() {
        if settings.server.listen.isEmpty && settings.tls.listen.isEmpty {
            conflict(
                ["server.listen", "tls.listen"], "is off, and [tls] listen too: nobody could connect",
                instead: "listen = \"127.0.0.1:8080\"")
        }
        let listeners = [
            ("server.listen", "[server] listen", settings.server.listen),
            ("tls.listen", "[tls] listen", settings.tls.listen),
            ("admin.listen", "[admin] listen", settings.admin.listen),
        ]
        for (later, listener) in listeners.enumerated() {
            for earlier in listeners[..<later] {
                for endpoint in listener.2 {
                    guard let taken = earlier.2.first(where: { $0.overlaps(endpoint) }) else { continue }
                    let saying = "\"\(endpoint)\" is taken by \(earlier.1) (\(taken))"
                    conflict([listener.0, earlier.0], saying, instead: "another port")
                }
            }
        }
    }

    private mutating func checkTLS() {
        if !settings.tls.listen.isEmpty && settings.tls.certificates.isEmpty {
            conflict(
                ["tls.certificates", "tls.listen"], "is empty, but [tls] listen is not",
                instead: "certificates = [{ certificate = \"shop.pem\", key = \"shop.key.pem\" }]")
        }
        if settings.tls.listen.isEmpty && !settings.tls.certificates.isEmpty {
            conflict(
                ["tls.certificates", "tls.listen"], "is of no use while [tls] listen is off",
                instead: "listen = \"127.0.0.1:8443\"")
        }
    }

    private mutating func checkPeople() {
        let people = settings.people
        if people.algorithm == .off { return }
        if people.keyFile.isEmpty {
            conflict(
                ["people.key_file", "people.algorithm"], "is empty, but algorithm is \"\(people.algorithm.rawValue)\"",
                instead: "key_file = \"site.pem\"")
        }
        if people.cookie.isEmpty && !people.isBearer {
            conflict(
                ["people.cookie", "people.bearer"], "is empty, and bearer is false: no token would ever be seen",
                instead: "cookie = \"session\"")
        }
    }

    private mutating func checkUpstream() {
        let upstream = settings.upstream
        for server in upstream.servers {
            let address = server.host == "localhost" ? IPAddress.loopback4 : server.address
            guard let address else { continue }
            let endpoint = Endpoint(address: address, port: server.port)
            let own = settings.server.listen + settings.tls.listen + settings.admin.listen
            guard let taken = own.first(where: { $0.isReached(at: endpoint) }) else { continue }
            conflict(
                ["upstream.servers", "server.listen", "tls.listen", "admin.listen"],
                "\"\(server)\" is our own listener (\(taken)): requests would go round in circles")
        }
        if upstream.ejectFor > upstream.ejectForMax {
            conflict(
                ["upstream.eject_for", "upstream.eject_for_max"],
                "\"\(upstream.ejectFor)\" is more than eject_for_max (\(upstream.ejectForMax))",
                instead: "eject_for_max = \"\(upstream.ejectFor)\"")
        }
        if !upstream.healthPath.isEmpty && upstream.healthTimeout > upstream.healthInterval {
            conflict(
                ["upstream.health_timeout", "upstream.health_interval"],
                "\"\(upstream.healthTimeout)\" is more than health_interval (\(upstream.healthInterval))",
                instead: "health_timeout = \"\(upstream.healthInterval)\"")
        }
        if !upstream.tlsVerify && !upstream.tlsAuthorities.isEmpty {
            conflict(
                ["upstream.tls_verify", "upstream.tls_ca"], "is false, so that tls_ca is never looked at",
                instead: "tls_verify = true")
        }
    }
}

extension Endpoint {
    /// Whether a connection from this machine to the other would end here. Of addresses behind a wildcard only loopback is
    /// surely our own.
    fileprivate func isReached(at other: Endpoint) -> Bool {
        if self == other { return true }
        let isLoopback = other.address == .loopback6 || other.address.masked(to: 104) == IPAddress(v4: 0x7f00_0000)
        return isLoopback && overlaps(other)
    }

    /// Whether both cannot be listened on; port 0 is whatever is free.
    fileprivate func overlaps(_ other: Endpoint) -> Bool {
        guard port == other.port, port != 0 else { return false }
        if address == other.address { return true }
        // A listener takes the connections of its own family only, `[::]` no IPv4.
        let all = IPAddress(high: 0, low: 0)
        if address == all || other.address == all { return address.isV4 == other.address.isV4 }
        return (address == IPAddress(v4: 0) || other.address == IPAddress(v4: 0)) && address.isV4 == other.address.isV4
    }
}
