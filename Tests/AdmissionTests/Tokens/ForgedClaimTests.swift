import Testing

@testable import Admission

/// Claims that a reader of JSON takes for ours or that are never given, all of them signed with the right secret.
@Suite struct ForgedClaimTests {
    static let id = Scene.visitor.text
    static let good = #"{"aud":"concert","sub":"\#(id)","iat":1790000000,"exp":1790000100,"sid":1790000000}"#
    static let goodTicket = #"{"aud":"concert","sub":"\#(id)","lane":"vip","seq":5,"iat":1790000000}"#

    static let malformedPasses: [String] = [
        "", "{}", "[]", "null", "\0", "{", good + " ", " " + good, good + "\n", good + good, String(good.dropLast()),
        // Order, number and names.
        #"{"sub":"\#(id)","aud":"concert","iat":1790000000,"exp":1790000100,"sid":1790000000}"#,
        #"{"aud":"concert","sub":"\#(id)","exp":1790000100,"iat":1790000000,"sid":1790000000}"#,
        #"{"aud":"concert","sub":"\#(id)","iat":1790000000,"sid":1790000000,"exp":1790000100}"#,
        #"{"aud":"concert","sub":"\#(id)","iat":1790000000,"exp":1790000100}"#,
        #"{"aud":"concert","sub":"\#(id)","iat":1790000000,"sid":1790000000}"#,
        #"{"sub":"\#(id)","iat":1790000000,"exp":1790000100,"sid":1790000000}"#,
        #"{"aud":"other","aud":"concert","sub":"\#(id)","iat":1790000000,"exp":1790000100,"sid":1790000000}"#,
        #"{"aud":"concert","sub":"\#(id)","iat":1790000000,"exp":1790000100,"exp":1790000100,"sid":1790000000}"#,
        #"{"aud":"concert","sub":"\#(id)","iat":1790000000,"exp":1790000100,"sid":1790000000,"sid":1790000000}"#,
        good.replacing("}", with: #","nbf":1790000000}"#), good.replacing("}", with: #","admin":true}"#),
        good.replacing("}", with: ",}"),
        good.replacing("aud", with: "AUD"), good.replacing("exp", with: "ex"), good.replacing("\"sub\"", with: "'sub'"),
        // Spaces and escapes.
        good.replacing(":", with: ": "), good.replacing(",", with: ", "), good.replacing("}", with: " }"),
        good.replacing("{", with: "{ "), good.replacing("concert", with: #"\u0063oncert"#),
        good.replacing("\"aud\"", with: #""\u0061ud""#), good.replacing("concert", with: #"con\/cert"#),
        good.replacing("concert", with: "concert\\"), good.replacing("concert", with: "con cert"),
        good.replacing("concert", with: "concert\0"), good.replacing("concert", with: "concért"),
        good.replacing("concert", with: ""), good.replacing("concert", with: String(repeating: "r", count: 65)),
        good.replacing("\"concert\"", with: "[\"concert\"]"), good.replacing("\"concert\"", with: "null"),
        good.replacing("\"concert\"", with: "7"),
        // The identifier.
        good.replacing(id, with: ""), good.replacing(id, with: String(id.dropLast())), good.replacing(id, with: id + "A"),
        good.replacing(id, with: id + "=="), good.replacing(id, with: id.dropLast() + "B"),
        good.replacing(id, with: id.replacing("-", with: "+").replacing("_", with: "/")),
        good.replacing("\"" + id + "\"", with: "5"),
        // A network that is none.
        good.replacing("}", with: #","net":""}"#), good.replacing("}", with: #","net":"AAAAAAAAAAA"}"#),
        good.replacing("}", with: #","net":"AAAAAAAAAAAAA"}"#), good.replacing("}", with: #","net":"AAAAAAAAAAA="}"#),
        good.replacing("}", with: #","net":"AAAAAAAAAAA "}"#), good.replacing("}", with: #","net":null}"#),
        good.replacing("}", with: #","net":"AAAAAAAAAAAA","net":"AAAAAAAAAAAA"}"#),
        good.replacing(#","exp""#, with: #","net":"AAAAAAAAAAAA","exp""#),
        good.replacing("}", with: #","net":"AAAAAAAAAAAA""#),
        // Lives that no pass has.
        good.replacing("1790000100", with: "1790003601"), good.replacing("1790000100", with: "9007199254740991"),
        good.replacing("1790000100", with: "1790000000"), good.replacing("1790000100", with: "1789999999"),
        good.replacing(#""sid":1790000000"#, with: #""sid":1790000001"#),
    ]

    /// In place of a number.
    static let numbers = [
        "", "-1", "-0", "+1", "01", "00", "1.0", "1790000000.0", "1.", ".5", "1e9", "1E9", "17900000e2", "0x1", "1_000",
        " 1", "1 ",
        "\"1790000000\"", "true", "null", "[1]", "NaN", "Infinity", "9007199254740992", "18446744073709551615",
        "18446744073709551616", "18446744075499551616", "99999999999999999999999", "١", "1\0", "1,",
    ]

    @Test func theGoodOnesAreTaken() throws {
        let scene = try Scene()
        #expect(scene.refusal(of: Scene.forge(.pass, claims: Self.good), as: .pass) == nil)
        #expect(scene.refusal(of: Scene.forge(.ticket, claims: Self.goodTicket), as: .ticket) == nil)
        let marked = Self.good.replacing("}", with: #","net":"AAAAAAAAAAAA"}"#)
        #expect(scene.refusal(of: Scene.forge(.pass, claims: marked), as: .pass) == nil)
        let longest = Self.good.replacing("1790000100", with: "1790003600")
        #expect(scene.refusal(of: Scene.forge(.pass, claims: longest), as: .pass) == nil)
    }

    @Test(arguments: malformedPasses) func noOtherPassIsTaken(claims: String) throws {
        #expect(claims != Self.good)
        #expect(try Scene().refusal(of: Scene.forge(.pass, claims: claims), as: .pass) == .malformed)
    }

    @Test(arguments: numbers) func noOtherNumberIsTaken(number: String) throws {
        let scene = try Scene()
        for (kind, good, names) in [
            (TokenKind.pass, Self.good, ["iat", "exp", "sid"]), (.ticket, Self.goodTicket, ["seq", "iat"]),
        ] {
            for name in names {
                let parts = good.split(separator: "\"\(name)\":")
                let rest = parts[1].drop { $0.isNumber }
                let claims = parts[0] + "\"\(name)\":" + number + rest
                let refusal = scene.refusal(of: Scene.forge(kind, claims: claims), as: kind)
                #expect(refusal == .malformed, "\(claims)")
            }
        }
    }

    @Test(arguments: [
        #"{"aud":"concert","sub":"\#(id)","seq":5,"lane":"vip","iat":1790000000}"#,
        #"{"aud":"concert","sub":"\#(id)","lane":"vip","iat":1790000000,"seq":5}"#,
        #"{"aud":"concert","sub":"\#(id)","lane":"vip","seq":5}"#,
        #"{"aud":"concert","sub":"\#(id)","seq":5,"iat":1790000000}"#,
        goodTicket.replacing("}", with: #","exp":1790000100}"#), goodTicket.replacing("}", with: #","seq":1}"#),
        goodTicket.replacing("\"seq\":5", with: "\"seq\":5,\"seq\":1"), goodTicket.replacing("vip", with: ""),
        goodTicket.replacing("vip", with: "v.i.p"), goodTicket.replacing("vip", with: "v p"),
        goodTicket.replacing("vip", with: #"\u0076ip"#),
        goodTicket.replacing("vip", with: String(repeating: "l", count: 33)),
        goodTicket.replacing("\"vip\"", with: "null"), goodTicket.replacing("}", with: #","net":"AAAAAAAAAAAA"}"#),
        goodTicket.replacing(",", with: ", "), goodTicket + "\n", goodTicket + goodTicket,
    ])
    func noOtherTicketIsTaken(claims: String) throws {
        #expect(try Scene().refusal(of: Scene.forge(.ticket, claims: claims), as: .ticket) == .malformed)
    }

    @Test(arguments: ["concer", "concert.", "concert2", "Concert", "CONCERT", "c", "tconcer"])
    func noOtherRoomIsTaken(room: String) throws {
        let scene = try Scene()
        for (kind, good) in [(TokenKind.pass, Self.good), (.ticket, Self.goodTicket)] {
            let forged = Scene.forge(kind, claims: good.replacing("concert", with: room))
            #expect(scene.refusal(of: forged, as: kind) == .otherRoom)
        }
    }
}
