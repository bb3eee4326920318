/// What the page says in one language: `en.txt` and its like, a text a line as `key = text`.
struct PageTexts: Sendable {
    let texts: [String: String]
    /// In the order of the file.
    let keys: [String]

    init(_ bytes: [UInt8]) {
        var (texts, keys): ([String: String], [String]) = ([:], [])
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " = ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let key = String(parts[0])
            if texts.updateValue(String(parts[1]), forKey: key) == nil { keys.append(key) }
        }
        self.texts = texts
        self.keys = keys
    }

    subscript(key: String) -> String? { texts[key] }

    static func of(_ language: PageLanguage) -> PageTexts {
        switch language {
        case .english: PageTexts(PackageResources.en_txt)
        case .korean: PageTexts(PackageResources.ko_txt)
        case .japanese: PageTexts(PackageResources.ja_txt)
        }
    }
}

/// A text that a request may need: by its number a loop finds it without looking for words.
enum PagePhrase: Int, CaseIterable, Sendable {
    case headlineWaiting, headlinePrequeue, headlinePaused, headlineNotYet, headlineClosed, headlineFull, headlineHeld
    case headlineRevoked, headlineAdmitted, headlineOpen
    case nextWaiting, nextPrequeue, nextPaused, nextNotYet, nextClosed, nextFull, nextHeld, nextRevoked, nextAdmitted,
        nextOpen
    case rejoinedSpent, rejoinedPassed, resend
    case waitShort, waitAbout, waitMinutes, waitAboutHours, waitHours, waitUnknown

    /// In the files of texts.
    var key: String {
        switch self {
        case .headlineWaiting: "headline.waiting"
        case .headlinePrequeue: "headline.prequeue"
        case .headlinePaused: "headline.paused"
        case .headlineNotYet: "headline.not-yet"
        case .headlineClosed: "headline.closed"
        case .headlineFull: "headline.full"
        case .headlineHeld: "headline.held"
        case .headlineRevoked: "headline.revoked"
        case .headlineAdmitted: "headline.admitted"
        case .headlineOpen: "headline.open"
        case .nextWaiting: "next.waiting"
        case .nextPrequeue: "next.prequeue"
        case .nextPaused: "next.paused"
        case .nextNotYet: "next.not-yet"
        case .nextClosed: "next.closed"
        case .nextFull: "next.full"
        case .nextHeld: "next.held"
        case .nextRevoked: "next.revoked"
        case .nextAdmitted: "next.admitted"
        case .nextOpen: "next.open"
        case .rejoinedSpent: "rejoined.spent"
        case .rejoinedPassed: "rejoined.passed"
        case .resend: "resend"
        case .waitShort: "wait.short"
        case .waitAbout: "wait.about"
        case .waitMinutes: "wait.minutes"
        case .waitAboutHours: "wait.about.hours"
        case .waitHours: "wait.hours"
        case .waitUnknown: "wait.unknown"
        }
    }
}
