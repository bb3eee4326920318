extension Settings {
    /// The shipped `config.toml`: every key with its default, what it may hold, and why. A test holds the file to it.
    public static var shippedFile: String {
        var lines = wrapped(
            "WaitingRoom: every key, with its default. A key that is left out has the value shown here; one that is not known "
                + "is an error. Flags of the command line win over this file. `waitingroom check --config FILE` says what is "
                + "wrong with a file; SIGHUP loads it anew, and says which changes need a restart.")
        lines += wrapped(
            "Durations are \"500ms\", \"30s\", \"5m\", \"1h\", \"7d\"; sizes \"512B\", \"64KiB\", \"10MiB\", \"2GiB\"; rates \"100/s\", "
                + "\"600/m\", \"10/h\". A bare number is refused, since nobody can see what it counts.")
        for section in sections {
            lines += ["", ""] + wrapped(section.about) + ["[\(section.name)]"]
            for key in section.keys { lines += [""] + documentation(of: key) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func documentation(of key: Key) -> [String] {
        let restart = key.needsRestart ? " A change needs a restart." : ""
        return wrapped(key.about) + wrapped("Allowed: \(key.allowed).\(restart)") + [
            "\(key.name) = \(key.write(Settings()))"
        ]
    }

    /// Comment lines of at most a hundred columns.
    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > 100 {
                lines.append(line)
                line = "#"
            }
            line += " " + word
        }
        return lines + [line]
    }
}

extension Settings {
    /// Every key as `section.key = value`, in the order of the table; what `differingFrom` shares is left out.
    public func dump(differingFrom other: Settings? = nil) -> [String] {
        var lines = Settings.keys.filter { key in other.map { !key.isSame(self, $0) } ?? true }
            .map { "\($0.path) = \($0.write(self))" }
        for room in rooms {
            var own = self
            own.room = room.room
            lines += Room.section.keys.filter { !$0.isSame(own, self) }
                .map { "rooms.\(room.name).\($0.name) = \($0.write(own))" }
        }
        return lines
    }
}
