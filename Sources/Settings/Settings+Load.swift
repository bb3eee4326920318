extension Settings {
    /// The largest file that is read at all.
    public static let fileBytesMax = 1 << 20

    /// The file's text (`nil`: no file, only defaults and flags), then the flags, to settings or to all that is wrong.
    ///
    /// - Parameters:
    ///   - file: the file's name, for messages; paths in it are taken from its folder.
    ///   - required: keys (`section.key`) without which the caller cannot work, each with its flag:
    ///     `["upstream.servers": "--upstream"]`.
    ///   - fileTrouble: why a file that the settings name cannot be read, or `nil`; `SettingsFile.trouble` asks the disk.
    public static func load(
        bytes: [UInt8]?, file: String = "config.toml", overrides: [SettingsOverride] = [], required: [String: String] = [:],
        fileTrouble: (String) -> String? = { _ in nil }
    ) throws(SettingsProblems) -> Settings {
        var loading = Loading(file: bytes == nil ? nil : file)
        if let bytes { loading.read(bytes, file: file, overridden: Set(overrides.map(\.key))) }
        loading.read(overrides)
        loading.readRooms()
        loading.checkRequired(required)
        loading.checkCombinations()
        loading.checkFiles(fileTrouble)
        return try loading.result()
    }

    public static func load(
        text: String?, file: String = "config.toml", overrides: [SettingsOverride] = [], required: [String: String] = [:],
        fileTrouble: (String) -> String? = { _ in nil }
    ) throws(SettingsProblems) -> Settings {
        try load(
            bytes: text.map { Array($0.utf8) }, file: file, overrides: overrides, required: required,
            fileTrouble: fileTrouble)
    }
}
