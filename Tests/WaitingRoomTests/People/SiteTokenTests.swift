import Foundation
import Settings
import TestSupport
import Testing

@testable import WaitingRoom

/// Tokens of a site, as PyJWT makes them, and what is made to look like them.
@Suite struct SiteTokenTests {
    private func people(_ algorithm: Settings.People.Algorithm, _ key: String) throws -> SiteTokens {
        var settings = Settings.People()
        (settings.algorithm, settings.issuer, settings.audience) = (algorithm, "https://shop.example", "shop")
        return try #require(SiteTokens(PeoplePlan(settings: settings, keys: Array(key.utf8))))
    }

    private func judge(_ token: String, _ people: SiteTokens) -> SiteTokens.Verdict {
        people.judge(Array(token.utf8).span, now: UInt64(time(nil)))
    }

    @Test(arguments: [Settings.People.Algorithm.hs256, .rs256, .es256])
    func takesWhatIsRightAndRefusesTheRest(_ algorithm: Settings.People.Algorithm) throws {
        let site = try TokenSite.make(algorithm.rawValue, people: ["ann", "bob"], forgeries: true)
        let people = try people(algorithm, site.key)
        #expect(site.tokens.count > 40)
        for token in site.tokens {
            let wanted: SiteTokens.Verdict =
                if let why = token.refusal { .refused(try #require(SiteTokens.Refusal(rawValue: why))) } else {
                    .known(try #require(token.who))
                }
            #expect(judge(token.token, people) == wanted, "\(token.name)")
        }
        // Every reason is there, so that none is said for want of another.
        #expect(Set(site.tokens.compactMap(\.refusal)) == Set(SiteTokens.Refusal.allCases.map(\.rawValue)))
    }

    @Test(arguments: [Settings.People.Algorithm.hs256, .rs256, .es256])
    func everyBitOfTheSignatureCounts(_ algorithm: Settings.People.Algorithm) throws {
        let site = try TokenSite.make(algorithm.rawValue, people: ["ann"])
        let (people, good) = (try people(algorithm, site.key), try site.token(of: "ann"))
        #expect(judge(good, people) == .known("ann"))
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var bytes = Array(good.utf8)
        let start = try #require(bytes.lastIndex(of: UInt8(ascii: "."))) + 1
        for at in start..<bytes.count {
            let (kept, number) = (bytes[at], try #require(letters.firstIndex(of: bytes[at])))
            for bit in 0..<6 {
                bytes[at] = letters[number ^ (1 << bit)]
                #expect(judge(String(decoding: bytes, as: UTF8.self), people) != .known("ann"), "letter \(at), bit \(bit)")
            }
            bytes[at] = kept
        }
    }

    @Test func oneOfSeveralKeysIsEnough() throws {
        for algorithm in [Settings.People.Algorithm.hs256, .rs256, .es256] {
            let (old, new) = (
                try TokenSite.make(algorithm.rawValue, people: ["ann"]),
                try TokenSite.make(algorithm.rawValue, people: ["bob"])
            )
            let people = try people(algorithm, old.key + "\n" + new.key)
            #expect(judge(try old.token(of: "ann"), people) == .known("ann"))
            #expect(judge(try new.token(of: "bob"), people) == .known("bob"))
        }
    }

    @Test func keysThatDoNotFitAreSaid() throws {
        let (rsa, ec) = (try TokenSite.make("RS256", people: []).key, try TokenSite.make("ES256", people: []).key)
        let small = try FinishedProgram.succeed([
            "/bin/sh", "-c", "openssl genrsa 1024 2>/dev/null | openssl rsa -pubout 2>/dev/null",
        ])
        let otherCurve = try FinishedProgram.succeed([
            "/bin/sh", "-c", "openssl ecparam -name secp256k1 -genkey -noout | openssl ec -pubout 2>/dev/null",
        ])
        let table: [(Settings.People.Algorithm, String, String)] = [
            (.hs256, "short", "a secret of 5 bytes"), (.hs256, "\n\n", "from 1 to 16 secrets"), (.hs256, rsa, "is PEM"),
            (.rs256, String(repeating: "s", count: 40), "no public key"), (.rs256, ec, "key 1 is of another kind"),
            (.rs256, rsa + ec, "key 2 is of another kind"), (.rs256, small, "1024 bits"),
            (.es256, rsa, "key 1 is of another kind"),
            (.es256, otherCurve, "key 1 is of another kind"), (.es256, "", "no public key"),
        ]
        for (algorithm, key, saying) in table {
            var settings = Settings.People()
            settings.algorithm = algorithm
            let problems = #expect(throws: SettingsProblems.self) {
                _ = try PeoplePlan(settings: settings, keys: Array(key.utf8)).verifiers()
            }
            #expect(problems?.description.contains(saying) ?? false, "\(algorithm): \(problems?.description ?? "")")
        }
    }
}
