import Bytes
import HTTP
import Testing

@testable import WaitingRoom

/// What a request says of how its sender reads.
@Suite struct PageChoiceTests {
    static func head(_ fields: String) throws -> (RequestHead, [UInt8]) {
        let bytes = Array("GET / HTTP/1.1\nHost: a\n\(fields)\n\n".replacing("\n", with: "\r\n").utf8)
        var stream = RequestStream()
        var head = RequestHead()
        let step = stream.next(bytes.span, head: &head, limits: RequestLimits())
        guard case .head = step.event else { throw Unreadable() }
        return (head, bytes)
    }

    struct Unreadable: Error {}

    @Test(arguments: [
        ("Accept: */*", PageLanguage.english), ("Accept-Language: ko", .korean),
        ("Accept-Language: ko-KR,ko;q=0.9,en;q=0.8", .korean),
        ("Accept-Language: en;q=0.7, JA;q=0.8", .japanese), ("Accept-Language: fr, de;q=0.9", .english),
        ("Accept-Language: fr, ko;q=0.1", .korean), ("Accept-Language: ko;q=0, en", .english),
        ("Accept-Language: ko;q=0", .english), ("Accept-Language: *", .english),
        ("Accept-Language: ko;q=x, ja;q=0.001", .japanese),
        ("Accept-Language: kok", .english), ("Accept-Language:  ,;q=1,, ja ;  q=1.000", .japanese),
        ("Accept-Language: en\nCookie: wr_lang=ja", .japanese), ("Accept-Language: ko\nCookie: wr_lang=xx", .korean),
        ("Accept-Language: ko\nAccept-Language: ja;q=0.4", .korean),
    ]) func theLanguageIsFound(_ fields: String, _ expected: PageLanguage) throws {
        let (head, bytes) = try Self.head(fields)
        #expect(PageLanguage.of(head, bytes.span) == expected)
    }

    @Test(arguments: [
        ("Accept: */*", false), ("Accept-Encoding: gzip", true), ("Accept-Encoding: gzip, deflate, br, zstd", true),
        ("Accept-Encoding: br;q=1.0, GZIP;q=0.2", true), ("Accept-Encoding: gzip;q=0", false),
        ("Accept-Encoding: gzip;q=0.000", false),
        ("Accept-Encoding: *", true), ("Accept-Encoding: *;q=0", false), ("Accept-Encoding: gzip;q=0, *", false),
        ("Accept-Encoding: *;q=0, gzip", true), ("Accept-Encoding: identity", false), ("Accept-Encoding: ", false),
        ("Accept-Encoding: gzipped", false), ("Accept-Encoding: br\nAccept-Encoding: gzip", true),
        ("Accept-Encoding: gzip ; Q=0.5", true),
    ]) func packingIsAgreedOn(_ fields: String, _ expected: Bool) throws {
        let (head, bytes) = try Self.head(fields)
        #expect(AcceptedCoding.takesGzip(head, bytes.span) == expected)
    }

    @Test(arguments: [
        ("/q/language?to=ko&back=/a?b=c&d=e", "/a?b=c&d=e"), ("/q/language?to=en&back=/", "/"),
        ("/q/language?to=ko&back=//evil.test/", nil), ("/q/language?to=ko&back=/\\evil.test", nil),
        ("/q/language?to=ko&back=https://evil.test/", nil), ("/q/language?to=fr&back=/", nil),
        ("/q/language?to=ko&back=", nil), ("/q/language?to=ko&back=%2Fa%3Fb%3Dc", "/a?b=c"),
        ("/q/language?to=ko&back=/a%2Fb", "/a%2Fb"), ("/q/language?to=ko&back=%2F%2Fevil.test", nil),
        ("/q/language?to=ko&back=%2f%5Cevil.test", nil), ("/q/language?to=ko&back=%2Fa%0D%0AX:%20y", nil),
        ("/q/language?to=ko&back=%2Fa%C3%A9", nil), ("/q/language?to=ko&back=%2", nil),
        ("/q/language?to=ko&back=%2Fa%zz", nil), ("/q/language?to=ko&back=%252F", nil),
        ("/q/language?back=%2Fa&to=en", "/a"), ("/q/language?back=%2Fa", nil), ("/q/language?to=", nil),
        ("/q/language?back", nil),
        ("/q/language?back=%2F%2Fa&to=en", nil), ("/q/language?x=1&to=en&y&back=/a&to=fr", "/a&to=fr"),
        ("/q/language?to=ko&back=&", nil),
        ("/q/language?to=ko", nil), ("/q/language", nil), ("/q/language?", nil), ("/q/language?back=/&to=ko", nil),
    ]) func theWayBackIsOnThisSite(_ target: String, _ expected: String?) {
        let bytes = Array(target.utf8)
        #expect(LanguageWish.read(bytes.span).map { String(decoding: $0.1, as: UTF8.self) } == expected)
    }

    @Test(arguments: [
        (0, 0, PagePhrase.waitShort, 0, 0), (10, 60, .waitShort, 0, 0), (10, 61, .waitMinutes, 2, 4),
        (120, 120, .waitAbout, 4, 4),
        (490, 655, .waitMinutes, 16, 22), (3600, 5400, .waitMinutes, 120, 180), (100, 5401, .waitHours, 1, 4),
        (9800, 12300, .waitHours, 5, 7), (7200, 7200, .waitAboutHours, 4, 4),
    ]) func aWaitInWords(_ low: Int, _ high: Int, _ phrase: PagePhrase, _ from: Int, _ to: Int) {
        let words = WaitWords(lowSeconds: low, highSeconds: high)
        #expect(words.phrase == phrase && words.low == from && words.high == to, "\(words)")
        #expect(phrase == .waitShort || words.low <= words.high)
    }

    @Test(arguments: [(0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (12034, "12,034"), (1_284_907, "1,284,907")])
    func numbersAreGrouped(_ number: Int, _ expected: String) {
        var output = ByteBuffer()
        NumberText.append(number, to: &output)
        #expect(output.span.string == expected)
    }
}
