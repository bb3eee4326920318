import Bytes
import Testing

@testable import Crowd

@Suite struct CookieJarTests {
    func jar(_ fields: String...) -> String {
        var jar = CookieJar()
        for field in fields { jar.take(Array(field.utf8).span) }
        return String(decoding: jar.bytes, as: UTF8.self)
    }

    @Test func keepsNamesAndValues() {
        #expect(jar("a=1; Path=/; HttpOnly", "b=2") == "a=1; b=2")
        #expect(jar("a=1", "b=2", "a=3; Max-Age=100") == "b=2; a=3")
        #expect(jar("a=1", "ab=2", "a=3") == "ab=2; a=3")
    }

    @Test func forgetsWhatIsOver() {
        #expect(jar("a=1", "b=2", "c=3", "b=; Path=/; Max-Age=0; HttpOnly") == "a=1; c=3")
        #expect(jar("a=1", "a=; Max-Age=0") == "")
        #expect(jar("a=1", "b=2", "b=x; max-age=-1") == "a=1")
        #expect(jar("a=1; Max-Age=01") == "a=1")
    }

    @Test func takesNoNonsenseAndNoEndlessOne() {
        #expect(jar("", "=1", "a", ";") == "")
        #expect(jar("a=1", "b=" + String(repeating: "x", count: CookieJar.bytesMax)) == "a=1")
    }

    @Test func findsByTheBeginningOfAName() throws {
        var jar = CookieJar()
        jar.take(Array("x=wr_pass".utf8).span)
        jar.take(Array("wr_pass_shop=abc".utf8).span)
        let range = try #require(jar.value(prefix: Array("wr_pass".utf8)))
        #expect(String(decoding: jar.bytes[range], as: UTF8.self) == "abc")
        #expect(jar.value(prefix: Array("wr_ticket".utf8)) == nil)
    }
}

@Suite struct StandingTests {
    func read(_ json: String) -> Standing? { Standing(Array(json.utf8).span) }

    @Test func readsAWait() throws {
        let standing = try #require(
            read(
                #"{"room":"ma\"in}","state":"waiting","canEnter":false,"position":2892,"behind":10,"waitSeconds":{"low":540,"high":700},"message":"{\"canEnter\":true}","more":[1,{"a":"]"}],"pollAfterMs":6200}"#
            ))
        #expect(standing.state == .waiting)
        #expect(!standing.canEnter)
        #expect(standing.position == 2892)
        #expect(standing.waitLowSeconds == 540)
        #expect(standing.waitHighSeconds == 700)
        #expect(standing.pollAfterMilliseconds == 6200)
        #expect(!standing.isRejoined)
    }

    @Test func readsWhatIsNotKnown() throws {
        let standing = try #require(
            read(
                #" { "canEnter" : false , "position":null, "waitSeconds":null, "state":"new one", "rejoined":"late" } "#))
        #expect(standing.state == .unknown)
        #expect(standing.position == nil)
        #expect(standing.waitHighSeconds == nil)
        #expect(standing.isRejoined)
    }

    @Test(arguments: [
        "", "{", "{}", "[]", "null", #"{"canEnter":true"#, #"{"canEnter"}"#, #"{"state":"open"}"#, #"{"canEnter":true,}"#,
        "<!doctype html>",
    ]) func whatIsNoStatusIsNone(_ json: String) {
        #expect(read(json) == nil)
    }

    @Test func aTicketAndAnIdHaveOneName() {
        // {"aud":"main","sub":"0123456789abcdef","lane":"general","seq":1099511627777}
        let token =
            "h.eyJhdWQiOiJtYWluIiwic3ViIjoiMDEyMzQ1Njc4OWFiY2RlZiIsImxhbmUiOiJnZW5lcmFsIiwic2VxIjoxMDk5NTExNjI3Nzc3fQ.s"
        let found = TicketName.of(token: Array(token.utf8).span)
        #expect(found?.name == TicketName.of(id: Array("0123456789abcdef".utf8).span))
        #expect(found?.place == 1_099_511_627_777)
        #expect(
            TicketName.of(id: Array("0123456789abcdeg".utf8).span) != TicketName.of(id: Array("0123456789abcdef".utf8).span))
        for none in ["", "a", "a.b", "a.!.c", "a.e30.c"] { #expect(TicketName.of(token: Array(none.utf8).span) == nil) }
    }
}

@Suite struct OptionsTests {
    func options(_ line: String) throws(UsageFault) -> Options { try Options(line.split(separator: " ").map(String.init)) }

    @Test func readsALine() throws {
        let options = try options(
            """
            --target http://[::1]:8080/tickets?a=1 --visitors 50 --rate 90/m --burst 3 --max-active 7 --leave-path /done --for 5s \
            --think 250ms --quiet
            """)
        #expect(options.targets[0].host == "::1")
        #expect(options.targets[0].port == 8080)
        #expect(options.targets[0].path == "/tickets?a=1")
        #expect(options.arrivals == ArrivalCurve([.wall(50)]))
        #expect(options.promises.ratePerSecond == 1.5)
        #expect(options.promises.burstCount == 3)
        #expect(options.promises.activeMax == 7)
        #expect(options.rules.leaving == .page)
        #expect(options.rules.thinkNanoseconds == 250_000_000)
        #expect(options.forNanoseconds == 5_000_000_000)
    }

    @Test(arguments: [
        "", "--rate 5/s", "--target 127.0.0.1", "--target http://a:0", "--target http://a/ --visitors 0",
        "--target http://a --visitors 9999999", "--target http://a --rate 5", "--target http://a --nonsense 1",
        "--target http://a --for", "--target http://a --leave now", "--target http://a --come-back 2", "target",
        "--target http://a --target https://a", "--target http://a/b#c", "--target http://me@a/",
    ]) func whatIsWrongIsSaid(_ line: String) {
        #expect(throws: UsageFault.self) { try options(line) }
    }

    @Test func anotherMachineHasToBeOwned() throws {
        let stranger = "--target http://192.0.2.7:8080/"
        for owned in ["", " --yes-i-own 192.0.2.8"] {
            let options = try options(stranger + owned)
            #expect(throws: UsageFault.self) { try TargetLookup.targets(options) }
        }
        #expect(try TargetLookup.targets(options(stranger + " --yes-i-own 192.0.2.7")).count == 1)
        let here = try TargetLookup.targets(options("--target http://127.1.2.3:81/ --target http://[::1]/"))
        #expect(here.map(\.endpoint.description) == ["127.1.2.3:81", "[::1]:80"])
    }
}
