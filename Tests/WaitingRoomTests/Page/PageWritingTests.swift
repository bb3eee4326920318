import Bytes
import Foundation
import HTTP
import Settings
import TestSupport
import Testing

@testable import Admission
@testable import WaitingRoom

/// A page as a visitor gets it.
@Suite struct PageWritingTests {
    static let hostile = "\"><script>alert('1')</script>&"

    static func standing(_ change: (inout Outlook) -> Void = { _ in }, rejoined: Standing.Rejoined? = nil) -> Reply {
        var outlook = Outlook(
            phase: .queue, position: 2892, behind: 12034, wait: WaitRange(low: 490_000_000, high: 655_000_000),
            pollAfter: 4_900_000)
        change(&outlook)
        return .waiting(
            Standing(id: TicketID(high: 1, low: 2), lane: 0, place: .none, rejoined: rejoined, outlook: outlook))
    }

    struct Written {
        var plain: String
        var packed: [UInt8]
        var fields: String
    }

    /// The same page both ways.
    static func page(
        _ reply: Reply, _ language: PageLanguage = .english, title: String = "Spring Tour", message: String? = nil,
        target: String = "/tickets?a=b&c=d", host: String = "shop.example", resend: Bool = false, template: String? = nil
    ) throws -> Written {
        let text = try template.map { try PageTemplate(Array($0.utf8), file: "own.html", keys: ["place"]) }
        let compiled = try #require(CompiledPage(try text ?? PageTemplate.shipped(), language))
        let plan = PagePlan(pages: ["": [compiled]], apiPrefix: "/api/queue")
        let shelf = PageShelf(plan, [Settings.NamedRoom(name: "main", room: Settings.Room())])
        let page = shelf.page(0, .english)
        let bytes = Array((target + host).utf8)
        let fill = PageFill(
            status: StatusBody(
                room: "main", reply: reply, message: message, opensAt: reply == .notYet ? 1_796_083_200 : nil),
            title: title, language: language, resend: resend, target: ByteRange(start: 0, count: target.utf8.count),
            host: ByteRange(start: target.utf8.count, count: host.utf8.count), now: 1_796_000_000)
        var plain = ByteBuffer()
        var packed = ByteBuffer()
        shelf.write(page, fill, bytes.span, to: &plain)
        shelf.writeGzip(page, fill, bytes.span, to: &packed)
        var fields = ByteBuffer()
        fields.append(page.fields, of: page.bytes)
        return Written(plain: plain.span.string, packed: packed.span.array, fields: fields.span.string)
    }

    static func unpacked(_ bytes: [UInt8]) throws -> String {
        let program = "import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"
        let tool = try FinishedProgram.run(["/usr/bin/env", "python3", "-c", program], input: Data(bytes))
        try #require(tool.exitCode == 0, "python3 does not take it for gzip: \(tool.said)")
        return tool.output
    }

    static let replies: [Reply] = [
        standing(),
        standing({
            $0.phase = .paused; $0.wait = nil
        }),
        standing({
            $0.phase = .prequeue; $0.position = nil; $0.wait = nil
        }),
        standing({ $0.wait = nil }, rejoined: .spent), .notYet, .closed, .full, .held(pollAfter: 2_000_000), .revoked,
    ]

    @Test(arguments: PageLanguage.allCases) func packedIsTheSameAndSmall(_ language: PageLanguage) throws {
        for reply in Self.replies {
            let message = String(repeating: "Saturday is sold out. ", count: 20)
            let page = try Self.page(reply, language, message: message, resend: true)
            #expect(try Self.unpacked(page.packed) == page.plain)
            #expect(page.packed.count < 15 << 10, "\(page.packed.count) bytes")
            #expect(!page.plain.contains("{{") && !page.plain.contains("http://") && !page.plain.contains("https://"))
        }
    }

    @Test func whatIsSaidWithoutAScript() throws {
        let page = try Self.page(Self.standing()).plain
        for part in [
            "<html lang=\"en\">", "<title>Spring Tour</title>", "content=\"5\"", "data-state=\"waiting\"",
            ">You are in line<",
            "class=\"number\">2,892<", ">8 to 11 minutes<", "<dd id=\"behind\">12,034<",
            "<a href=\"/api/queue/language?to=ko&amp;back=/tickets?a=b&amp;c=d\" lang=\"ko\" hreflang=\"ko\">한국어</a>",
            "lang=\"en\" hreflang=\"en\" aria-current=\"true\">English</a>",
        ] {
            #expect(page.contains(part), "\(part) is missing")
        }
        #expect(try Self.page(Self.standing(rejoined: .passed)).plain.contains("Your turn came while you were away"))
        #expect(try Self.page(Self.standing(), resend: true).plain.contains("please send it again"))
        #expect(try Self.page(.notYet, .korean).plain.contains("<time id=\"opens\">2026-12-01T00:00:00Z</time>"))
        #expect(try Self.page(.closed, .japanese).plain.contains("受付は終了しました"))
        #expect(try Self.page(Self.standing(), title: "").plain.contains("<title>shop.example</title>"))
    }

    @Test func whatIsInsertedIsText() throws {
        let page = try Self.page(
            Self.standing(), title: Self.hostile, message: Self.hostile, target: "/a?" + Self.hostile, host: Self.hostile)
        let harmless = try Self.page(Self.standing(), title: "a", message: "b", target: "/a", host: "c")
        func tags(_ text: String) -> Int { text.count { $0 == "<" } }
        #expect(tags(page.plain) == tags(harmless.plain))
        #expect(page.plain.contains("<title>&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</title>"))
        #expect(page.plain.contains("\"message\":\"\\\">\\u003cscript>alert('1')\\u003c/script>&\""))
        #expect(try Self.page(Self.standing(), title: "", host: Self.hostile).plain.contains("<title>&quot;&gt;&lt;script"))
    }

    /// The browser runs what has one of these hashes, and nothing else.
    @Test func thePolicyIsStrict() throws {
        let page = try Self.page(Self.standing())
        for part in [
            "Cache-Control: no-store\r\n", "X-Robots-Tag: noindex\r\n", "Content-Language: en\r\n", "default-src 'none';",
            "connect-src 'self';", "base-uri 'none';", "frame-ancestors 'none'\r\n",
        ] {
            #expect(page.fields.contains(part), "\(part) is missing")
        }
        #expect(!page.fields.contains("unsafe") && !page.fields.contains("*"))
        #expect(page.fields.matches(of: /(script|style)-src 'sha256-[A-Za-z0-9+\/]{43}='/).count == 2)
        let bare = try Self.page(Self.standing(), template: "<p>{{place}}</p>")
        #expect(bare.fields.contains("script-src 'none'; style-src 'none'"))
    }

    @Test func aTemplateOfOnesOwnIsFilled() throws {
        let filler = String(repeating: "<!-- much of the same -->\n", count: 100)
        let own =
            "<b>{{place}}</b>\(filler)<i>{{wait}}</i><u title=\"{{title}}\">{{state}}{{room}}{{poll_seconds}}</u>{{text.place}}"
        let page = try Self.page(Self.standing(), template: own)
        #expect(
            page.plain
                == "<b>2,892</b>\(filler)<i>8 to 11 minutes</i><u title=\"Spring Tour\">waitingmain5</u>Your place in line")
        #expect(try Self.unpacked(page.packed) == page.plain)
        #expect(page.packed.count * 5 < page.plain.utf8.count)
    }
}
