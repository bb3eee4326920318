/// One row of the table: a key, what it may hold, which field it fills, whether a reload is enough, and why its default is
/// what it is. Reading, flags, comparing, and the shipped `config.toml` are all derived from it.
struct Key: Sendable {
    let section: String
    let name: String
    let allowed: String
    let beyond: [String]
    let example: String?
    /// Whether a flag may come several times.
    let isList: Bool
    let needsRestart: Bool
    let about: String

    /// Reads an item into its field, or says what is wrong with it.
    let read: @Sendable (Item, inout Settings) -> [Fault]
    /// The field's value as TOML.
    let write: @Sendable (Settings) -> String
    let isSame: @Sendable (Settings, Settings) -> Bool
    let copy: @Sendable (_ from: Settings, _ into: inout Settings) -> Void
    /// The files that must be there, for what the settings say.
    let files: @Sendable (Settings) -> [String]

    /// `section.key`, as flags and reload name it.
    var path: String { "\(section).\(name)" }

    init<Value: Sendable & Equatable>(
        _ section: String, _ name: String, _ field: any WritableKeyPath<Settings, Value> & Sendable, _ kind: Kind<Value>,
        restart: Bool = false, files: @escaping @Sendable (Value) -> [String] = { _ in [] }, _ about: String
    ) {
        self.section = section
        self.name = name
        self.about = about
        allowed = kind.allowed
        beyond = kind.beyond
        example = kind.example
        isList = kind.isList
        needsRestart = restart
        read = { item, settings in
            var faults: [Fault] = []
            if let value = kind.read(item, &faults) { settings[keyPath: field] = value }
            for index in faults.indices where faults[index].triesDefault {
                faults[index].instead = kind.write(Settings()[keyPath: field])
            }
            return faults
        }
        write = { kind.write($0[keyPath: field]) }
        isSame = { $0[keyPath: field] == $1[keyPath: field] }
        copy = { $1[keyPath: field] = $0[keyPath: field] }
        self.files = { files($0[keyPath: field]) }
    }
}

/// A `[section]` of the file.
struct Section: Sendable {
    let name: String
    let about: String
    let keys: [Key]

    init(_ name: String, _ about: String, _ keys: [Key]) {
        self.name = name
        self.about = about
        self.keys = keys
    }

    func key(_ name: String) -> Key? { keys.first { $0.name == name } }
}

extension Settings {
    /// The whole table, in the order of the shipped file.
    static let sections = [
        Server.section, TLS.section, Upstream.section, Limits.section, Room.section, Store.section, Tokens.section,
        People.section, Admin.section, Log.section, Reload.section,
    ]

    static var keys: [Key] { sections.flatMap(\.keys) }

    static func section(_ name: String) -> Section? { sections.first { $0.name == name } }

    /// By `section.key`.
    static func key(_ path: String) -> Key? { keys.first { $0.path == path } }
}
