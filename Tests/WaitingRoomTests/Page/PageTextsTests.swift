import Bytes
import Foundation
import Testing

@testable import WaitingRoom

/// What the page says, in all languages alike.
@Suite struct PageTextsTests {
    static let english = PageTexts.of(.english)

    /// `{a}` and the like, in order of their letters: another language may turn a sentence around.
    static func gaps(_ text: String) -> [String] { text.matches(of: /\{[a-z]+\}/).map { String($0.output) }.sorted() }

    @Test(arguments: PageLanguage.allCases) func everyLanguageHasEveryText(_ language: PageLanguage) {
        let texts = PageTexts.of(language)
        #expect(texts.keys == Self.english.keys)
        for key in Self.english.keys {
            #expect(texts[key]?.isEmpty == false, "\(language) has no \(key)")
            #expect(Self.gaps(texts[key] ?? "") == Self.gaps(Self.english[key] ?? ""), "\(key) of \(language)")
            let isOwn = language == .english || texts[key] != Self.english[key]
            #expect(isOwn, "\(key) of \(language) is English")
        }
    }

    @Test func everyPhraseIsThere() {
        for phrase in PagePhrase.allCases { #expect(Self.english[phrase.key] != nil, "\(phrase.key) is missing") }
    }

    /// What the script says and the template names, and nothing that nobody says.
    @Test func everyTextIsUsed() throws {
        let script = String(decoding: PackageFiles.script, as: UTF8.self)
        let template = String(decoding: PackageFiles.template, as: UTF8.self)
        var used = Set(script.matches(of: /'([a-z-]+(\.[a-z-]+)*)'/).map { String($0.output.1) })
        used.formUnion(template.matches(of: /\{\{text\.([a-z.-]+)\}\}/).map { String($0.output.1) })
        for key in Self.english.keys {
            let isMade = ["headline.", "next.", "rejoined."].contains { key.hasPrefix($0) }
            #expect(isMade || used.contains(key), "nobody says \(key)")
        }
        let said = script.matches(of: /say\('([a-z.-]+[a-z])'/).map { String($0.output.1) }
        #expect(said.count > 10)
        for key in said { #expect(Self.english[key] != nil, "the script says \(key), which is no text") }
    }
}

/// The page's own files, as they are in the tree.
enum PackageFiles {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Sources/WaitingRoom/Page/Files").standardizedFileURL

    static func bytes(_ name: String) -> [UInt8] {
        (try? Data(contentsOf: folder.appending(path: name))).map(Array.init) ?? []
    }

    static let script = bytes("page.js")
    static let template = bytes("page.html")
}
