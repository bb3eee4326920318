import Digest
import Testing

@testable import Admission

/// Headers that a library reads as ours, all of them signed with the right secret.
@Suite struct ForgedHeaderTests {
    /// `KIND` is the kind.
    static let headers = [
        #"{"alg":"none","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"None","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS384","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS512","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"RS256","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"hs256","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"Hs256","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS256","kid":"k1","typ":"KIND"}"#,
        #"{"typ":"KIND","alg":"HS256","kid":"k1"}"#,
        #"{"kid":"k1","typ":"KIND","alg":"HS256"}"#,
        #"{"alg":"HS256","typ":"KIND"}"#,
        #"{"alg":"HS256","kid":"k1"}"#,
        #"{"typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS256","typ":"JWT","kid":"k1"}"#,
        #"{"alg":"HS256","typ":"KIND ","kid":"k1"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k3"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"K1"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k11"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":""}"#,
        #"{"alg":"HS256","typ":"KIND","kid":1}"#,
        #"{"alg":"HS256","typ":"KIND","kid":["k1"]}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"../../dev/null"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k1","kid":"k1"}"#,
        #"{"alg":"none","alg":"HS256","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k1","crit":["x"]}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k1","b64":false}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k1","jwk":{"kty":"oct","k":"AAAA"}}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k1","jku":"http://a.example/"}"#,
        #"{ "alg":"HS256","typ":"KIND","kid":"k1"}"#,
        #"{"alg": "HS256","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS256", "typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k1"} "#,
        #" {"alg":"HS256","typ":"KIND","kid":"k1"}"#,
        "{\"alg\":\"HS256\",\"typ\":\"KIND\",\"kid\":\"k1\"}\n",
        "\u{feff}{\"alg\":\"HS256\",\"typ\":\"KIND\",\"kid\":\"k1\"}",
        #"{"alg":"HS256","typ":"KIND","kid":"\u006b1"}"#,
        #"{"\u0061lg":"HS256","typ":"KIND","kid":"k1"}"#,
        #"{"alg":"HS256","typ":"KIND","kid":"k1"}{"#,
        "{}", "[]", "null", "\"HS256\"", "",
    ]

    @Test(arguments: TokenKind.allCases) func noneIsTaken(kind: TokenKind) throws {
        let scene = try Scene()
        let claims = try scene.claims(kind)
        #expect(scene.refusal(of: Scene.forge(kind, claims: claims), as: kind) == nil)
        for template in Self.headers {
            let header = template.replacing("KIND", with: kind.rawValue)
            let forged = Scene.forge(header: header, claims: claims)
            #expect(scene.refusal(of: forged, as: kind) == .unknownHeader, "\(header)")
        }
    }

    @Test(arguments: TokenKind.allCases) func noneIsTakenUnsigned(kind: TokenKind) throws {
        let scene = try Scene()
        let claims = Base64URL.encode(Array(try scene.claims(kind).utf8))
        for header in [#"{"alg":"none"}"#, #"{"alg":"none","typ":"\#(kind.rawValue)","kid":"k1"}"#, Scene.header(kind)] {
            let unsigned = Base64URL.encode(Array(header.utf8)) + "." + claims
            #expect(scene.refusal(of: unsigned, as: kind) != nil)
            #expect(scene.refusal(of: unsigned + ".", as: kind) != nil)
        }
    }

    /// The right header of one key, signed with the other key's secret.
    @Test(arguments: TokenKind.allCases) func aKeyIsNotAnother(kind: TokenKind) throws {
        let scene = try Scene()
        let forged = Scene.forge(header: Scene.header(kind), claims: try scene.claims(kind), secret: Scene.otherSecret)
        #expect(scene.refusal(of: forged, as: kind) == .wrongSignature)
        let second = Scene.forge(
            header: Scene.header(kind).replacing("k1", with: "k2"), claims: try scene.claims(kind), secret: Scene.otherSecret
        )
        #expect(scene.refusal(of: second, as: kind) == nil)
    }
}
