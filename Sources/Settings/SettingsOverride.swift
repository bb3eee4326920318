/// A flag of the command line that wins over the file: `SettingsOverride("server.listen", "0.0.0.0:80", flag: "--listen")`.
///
/// A flag may come several times for a key that holds a list; together, and split at commas, they replace the file's list.
public struct SettingsOverride: Sendable, Equatable {
    /// `section.key`.
    public var key: String
    public var value: String
    public var flag: String

    public init(_ key: String, _ value: String, flag: String) {
        self.key = key
        self.value = value
        self.flag = flag
    }
}
