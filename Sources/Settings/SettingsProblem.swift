/// One thing that is wrong and what would be right:
/// `config.toml:12: [server] listen: "80800" is not host:port; try "127.0.0.1:8080"`.
public struct SettingsProblem: Error, Sendable, Equatable {
    public enum Place: Sendable, Equatable {
        case line(file: String, line: Int)
        case file(String)
        case flag(String)
        /// The built-in values, where there is no file.
        case defaults
    }

    public var place: Place
    public var section: String?
    public var key: String?
    public var saying: String
    /// What to write instead, as it would be written.
    public var instead: String?

    public init(place: Place, section: String? = nil, key: String? = nil, saying: String, instead: String? = nil) {
        self.place = place
        self.section = section
        self.key = key
        self.saying = saying
        self.instead = instead
    }
}

extension SettingsProblem: CustomStringConvertible {
    public var description: String {
        var subject = [section.map { "[\($0)]" }, key].compactMap(\.self).joined(separator: " ")
        var prefix = ""
        switch place {
        case .line(let file, let line): prefix = "\(file):\(line): "
        case .file(let file): prefix = "\(file): "
        // A flag stands for its key; naming both says the same twice.
        case .flag(let flag): subject = flag
        case .defaults: break
        }
        if !subject.isEmpty { subject += ": " }
        return prefix + subject + saying + (instead.map { "; try \($0)" } ?? "")
    }
}

/// Everything that is wrong: the file in the order of its lines, then the flags.
public struct SettingsProblems: Error, Sendable, Equatable, CustomStringConvertible {
    public var list: [SettingsProblem]

    public init(_ list: [SettingsProblem]) { self.list = list }

    /// One line each.
    public var description: String { list.map(\.description).joined(separator: "\n") }
}
