extension Settings {
    /// What is written, where, and how.
    public struct Log: Sendable, Equatable {
        public enum Level: String, Sendable, CaseIterable { case debug, info, warning, error }

        public enum Format: String, Sendable, CaseIterable { case text, json }

        public enum Output: Sendable, Equatable {
            case off, stdout, stderr
            case file(String)
        }

        public var level = Level.info
        public var format = Format.text
        /// Never `off`.
        public var output = Output.stderr
        public var access = Output.off
        public var accessFormat = Format.json
        /// For each of the two logs; lines beyond it are dropped and counted.
        public var bufferMax = ByteCount.mebibytes(4)

        public init() {}
    }
}
