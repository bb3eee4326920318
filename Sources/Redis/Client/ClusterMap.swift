/// Which server has which slot of a cluster. Pure.
struct ClusterMap: Equatable {
    static let serversMax = 1000
    private static let nobody = UInt16.max

    private(set) var servers: [RedisServerName] = []
    private var owners = [UInt16](repeating: nobody, count: Int(HashSlot.count))

    var isEmpty: Bool { servers.isEmpty }

    /// How many slots nobody serves.
    var orphans: Int { owners.count { $0 == Self.nobody } }

    func owner(ofSlot slot: UInt16) -> RedisServerName? {
        let owner = owners[Int(slot % HashSlot.count)]
        return owner == Self.nobody ? nil : servers[Int(owner)]
    }

    /// What `MOVED` tells of one slot.
    mutating func assign(_ slot: UInt16, to server: RedisServerName) {
        guard let index = index(of: server) else { return }
        owners[Int(slot % HashSlot.count)] = index
    }

    private mutating func index(of server: RedisServerName) -> UInt16? {
        if let known = servers.firstIndex(of: server) { return UInt16(known) }
        guard servers.count < Self.serversMax else { return nil }
        servers.append(server)
        return UInt16(servers.count - 1)
    }

    init() {}

    /// The answer to `CLUSTER SLOTS`: [first slot, last slot, [host, port, …] of the master, replicas …] each. Nil when it is
    /// something else. `asked`: the host that answered, which may call itself by no name.
    init?(slots: RedisValue, asked: String) {
        guard let ranges = slots.array else { return nil }
        for range in ranges {
            guard let first = range[0]?.integer, let last = range[1]?.integer, let master = range[2],
                0 <= first, first <= last, last < Int64(HashSlot.count),
                let port = master[1]?.integer.flatMap({ UInt16(exactly: $0) })
            else { return nil }
            let host = master[0]?.text ?? ""
            guard let index = index(of: .host(Self.host(host, asked: asked), port: port)) else { return nil }
            for slot in first...last { owners[Int(slot)] = index }
        }
    }

    /// A node that does not know its own address says nothing or `?`: it is where it was asked.
    static func host(_ host: String, asked: String) -> String { host.isEmpty || host == "?" ? asked : host }
}
