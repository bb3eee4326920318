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

extension Settings.Log {
    static let section = Section(
        "log",
        "What is written, where and how.",
        [
            Key(
                "log", "level", \.log.level, .choice(Level.self),
                "The least important lines that are written. \"info\" is starts, reloads, and whatever failed."),
            Key(
                "log", "format", \.log.format, .choice(Format.self),
                "\"text\" is for people, \"json\" for machines."),
            Key(
                "log", "output", \.log.output, .output(mayBeOff: false), restart: true,
                "\"stderr\", \"stdout\" or a file, which is opened anew on reload so that it can be rotated. stderr is where "
                    + "systemd and containers look."),
            Key(
                "log", "access", \.log.access, .output(mayBeOff: true), restart: true,
                "A line per request: \"stdout\", \"stderr\" or a file, or \"off\", since under a flood it fills a disk that "
                    + "nobody watches. Metrics count requests in any case."),
            Key(
                "log", "access_format", \.log.accessFormat, .choice(Format.self),
                "The same for the access log, which machines read more often than people."),
            Key(
                "log", "buffer_max", \.log.bufferMax, .byteCount(.kibibytes(64) ... .gibibytes(1)), restart: true,
                "What each of the two logs may hold back while a disk is slow; lines beyond it are dropped and counted. Some "
                    + "20000 lines: a loop never waits for a disk."),
        ])
}
