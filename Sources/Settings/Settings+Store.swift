extension Settings {
    /// Where the lines are kept.
    public struct Store: Sendable, Equatable {
        public enum Place: String, Sendable, CaseIterable { case memory, redis, postgres }
        public enum Loss: String, Sendable, CaseIterable { case hold, local, open }

        public var place = Place.memory
        public var redis = ServiceURL("redis://127.0.0.1:6379")
        public var postgres = ServiceURL("")
        public var loss = Loss.hold
        /// Empty: made from the machine's name.
        public var node = ""
        /// Nil: off.
        public var ledgerMax: ByteCount? = .mebibytes(512)

        public init() {}
    }
}

extension Settings.Store {
    private static let redisSchemes = [
        "redis", "rediss", "redis-sentinel", "rediss-sentinel", "redis-cluster", "rediss-cluster",
    ]

    static let section = Section(
        "store",
        "Where the lines are kept. Several nodes share a line by sharing a store.",
        [
            Key(
                "store", "place", \.store.place, .choice(Settings.Store.Place.self), restart: true,
                "\"memory\": this process alone, with a journal in state_dir. \"redis\": any number of nodes, with postgres as "
                    + "fallback where it is set. \"postgres\": the same for small sites that have no Redis."),
            Key(
                "store", "redis", \.store.redis,
                .serviceURL(redisSchemes, example: "redis://127.0.0.1:6379", mayBeEmpty: false),
                restart: true,
                "One server, \"redis://:PASSWORD@HOST:PORT/DATABASE\"; Sentinels, \"redis-sentinel://HOST,HOST:26379/NAME\"; a "
                    + "cluster, \"redis-cluster://HOST,HOST\". With \"rediss\" instead of \"redis\" over TLS."),
            Key(
                "store", "postgres", \.store.postgres,
                .serviceURL(
                    ["postgresql", "postgres"], example: "postgresql://waitingroom@127.0.0.1/waitingroom", mayBeEmpty: true),
                restart: true,
                "\"postgresql://USER:PASSWORD@HOST:PORT/DATABASE\". The tables are made and kept up to date by us. Beside Redis it "
                    + "holds the line while Redis is gone; empty: then nothing does."),
            Key(
                "store", "on_store_loss", \.store.loss, .choice(Settings.Store.Loss.self), restart: true,
                "When no store can be reached: \"hold\", who is inside goes on and nobody else is let in; \"local\", each node goes "
                    + "on with its part of the rate and those that it sees; \"open\", everybody is forwarded."),
            Key(
                "store", "node", \.store.node, .nodeName(), restart: true,
                "What this process is called among the nodes. Empty is the machine's name and the process number. Never the same "
                    + "for two."),
            Key(
                "store", "ledger_max", \.store.ledgerMax,
                Kind<ByteCount>.byteCount(.mebibytes(1) ... .gibibytes(1024)).or("off"),
                restart: true,
                "How much of what happened in each room is kept in state_dir for `waitingroom export`, which proves order and rate "
                    + "after a sale; the oldest goes first. Some 400 bytes a visitor, 4 KiB a second while a line moves. \"off\": "
                    + "nothing is kept."),
        ])
}
