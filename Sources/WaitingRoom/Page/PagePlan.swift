import Settings

/// The pages of all rooms, compiled. Made off the loops, since packing takes its time.
struct PagePlan: Sendable {
    /// By the path of the template, in the order of `PageLanguage`; the empty path is the one in the program.
    let pages: [String: [CompiledPage]]
    let apiPrefix: String

    static func prepare(_ settings: Settings) throws(SettingsProblems) -> PagePlan {
        var pages: [String: [CompiledPage]] = [:]
        for path in settings.pageFiles + [""] { pages[path] = try compiled(path) }
        return PagePlan(pages: pages, apiPrefix: settings.tokens.apiPrefix)
    }

    private static func compiled(_ path: String) throws(SettingsProblems) -> [CompiledPage] {
        let template =
            if path.isEmpty { try PageTemplate.shipped() } else {
                try PageTemplate(
                    try SettingsFile.read(path), file: path, keys: Set(PageTexts.of(.english).keys))
            }
        let pages = PageLanguage.allCases.compactMap { CompiledPage(template, $0) }
        guard pages.count == PageLanguage.allCases.count else {
            throw SettingsProblems([SettingsProblem(place: .file(path), saying: "there is no memory to pack the page in")])
        }
        return pages
    }
}

extension Settings {
    /// The templates that rooms name, each once.
    var pageFiles: [String] { Set(allRooms.map(\.room.page)).subtracting([""]).sorted() }
}
