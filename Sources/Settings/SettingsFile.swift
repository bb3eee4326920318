/// The disk, as far as settings need it: the only part of this module that does something.
public enum SettingsFile {
    /// The whole file, or why not, as a problem that names it.
    public static func read(_ path: String) throws(SettingsProblems) -> [UInt8] { [] }

    /// Why a file that the settings name cannot be read; `nil` when it can.
    public static func trouble(_ path: String) -> String? { nil }
}
