/// A cluster of three masters (or as many as wanted), each with its share of the slots.
public final class RedisCluster: Sendable {
    public static let slotCount = 16384

    public let nodes: [RedisServer]
    public let ids: [String]

    public init(masters: Int = 3, _ configuration: [String] = []) throws {
        let nodes = try (0..<masters).map { _ in try RedisServer.start(configuration, role: .clusterNode) }
        self.nodes = nodes
        ids = try nodes.map { try $0.ask("CLUSTER", "MYID")[0] }
        for (at, node) in nodes.enumerated() {
            // Each its own, so that none has to give way to another when they meet.
            try node.ask("CLUSTER", "SET-CONFIG-EPOCH", "\(at + 1)")
            let first = at * Self.slotCount / masters
            let last = (at + 1) * Self.slotCount / masters - 1
            try node.ask("CLUSTER", "ADDSLOTSRANGE", "\(first)", "\(last)")
            try nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", "\(node.port)", "\(node.busPort)")
        }
        try eventually("every node knows the whole cluster") {
            try nodes.allSatisfy { node in
                let info = try node.ask("CLUSTER", "INFO")[0]
                return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:\(masters)")
                    && info.contains("cluster_slots_ok:\(Self.slotCount)")
            }
        }
    }

    /// Which node has a slot, as the cluster was made.
    public func owner(of slot: UInt16) -> Int {
        (0..<nodes.count).first { Int(slot) < ($0 + 1) * Self.slotCount / nodes.count } ?? 0
    }

    /// Begins to move a slot: who has it asks for it elsewhere when a key is not there any more.
    public func beginMove(of slot: UInt16, from: Int, to: Int) throws {
        try nodes[to].ask("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", ids[from])
        try nodes[from].ask("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", ids[to])
    }

    public func move(_ keys: [String], from: Int, to: Int) throws {
        for key in keys { try nodes[from].ask("MIGRATE", "127.0.0.1", "\(nodes[to].port)", key, "0", "5000") }
    }

    public func endMove(of slot: UInt16, to: Int) throws {
        for node in [nodes[to]] + nodes { try node.ask("CLUSTER", "SETSLOT", "\(slot)", "NODE", ids[to]) }
    }

    /// Another node, which has what one of the masters has and takes over when that is gone.
    public func startReplica(of master: Int) throws -> RedisServer {
        let replica = try RedisServer.start(role: .clusterNode)
        let id = try replica.ask("CLUSTER", "MYID")[0]
        try nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", "\(replica.port)", "\(replica.busPort)")
        try eventually("it knows its master") { try replica.ask("CLUSTER", "REPLICATE", ids[master]) == ["OK"] }
        try eventually("it has the data of its master") {
            try replica.ask("INFO", "replication")[0].contains("master_link_status:up")
        }
        try eventually("all know whose replica it is") {
            try nodes.allSatisfy { node in
                try node.ask("CLUSTER", "NODES")[0].split(separator: "\n").contains {
                    $0.hasPrefix(id) && $0.contains("slave \(ids[master])")
                }
            }
        }
        return replica
    }
}
