import Bytes
import Settings

/// The pages as one loop has them: copies of its own, so that no count of references is shared with another.
final class PageShelf {
    private let pages: [LoopPage]
    /// Where the pages of each room begin, in the gate's order.
    private let starts: [Int]
    let apiPrefix: [UInt8]
    /// Where the part that is made anew is written, before it is known how long it is.
    var scratch = ByteBuffer()

    init(_ plan: PagePlan, _ rooms: [Settings.NamedRoom]) {
        var pages: [LoopPage] = []
        var found: [String: Int] = [:]
        for (path, compiled) in plan.pages {
            found[path] = pages.count
            pages += compiled.map(LoopPage.init)
        }
        self.pages = pages
        starts = rooms.map { found[$0.room.page] ?? found[""] ?? 0 }
        apiPrefix = Array(plan.apiPrefix.utf8)
    }

    func page(_ room: Int, _ language: PageLanguage) -> LoopPage { pages[starts[room] + language.rawValue] }
}

/// A compiled page of one loop.
final class LoopPage {
    let bytes: ByteBuffer
    let runs: [PageRun]
    let fields: ByteRange
    private let phrases: [ByteRange]

    init(_ page: CompiledPage) {
        var copy = ByteBuffer()
        copy.append(page.bytes)
        bytes = copy
        runs = page.runs.map { run in
            if case .open(let parts) = run { .open(parts.map(\.self)) } else { run }
        }
        phrases = page.phrases.map(\.self)
        fields = page.fields
    }

    func append(_ phrase: PagePhrase, to output: inout ByteBuffer) {
        output.append(phrases[phrase.rawValue], of: bytes)
    }

    /// A phrase with numbers in it.
    func append(_ words: WaitWords, to output: inout ByteBuffer) {
        words.append(phrases[words.phrase.rawValue], of: bytes, to: &output)
    }
}
