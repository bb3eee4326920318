import Settings

/// A page with variables in it, read and judged.
struct PageTemplate: Sendable {
    enum Piece: Sendable, Equatable {
        case bytes([UInt8])
        case variable(PageVariable)
        case text(String)
        /// What the policy has to allow by its hash stands between these.
        case codeBegins(Code)
        case codeEnds
    }

    enum Code: Sendable { case script, style }

    var pieces: [Piece]

    static let bytesMax = 256 << 10

    /// The one that is in the program.
    static func shipped() throws(SettingsProblems) -> PageTemplate {
        try PageTemplate(PackageResources.page_html, file: "page.html", keys: Set(PageTexts.of(.english).keys))
    }

    init(_ bytes: [UInt8], file: String, keys: Set<String>) throws(SettingsProblems) {
        if bytes.count > Self.bytesMax {
            throw SettingsProblems([
                SettingsProblem(
                    place: .file(file), saying: "is larger than \(Self.bytesMax >> 10) KiB, which no waiting page is")
            ])
        }
        var reader = PageTemplateReader(bytes, file: file, keys: keys)
        reader.read()
        guard reader.problems.isEmpty else { throw SettingsProblems(reader.problems) }
        pieces = reader.pieces
    }
}
