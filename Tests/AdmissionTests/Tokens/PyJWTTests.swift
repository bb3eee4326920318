import Address
import Foundation
import TestSupport
import Testing

@testable import Admission

/// An independent library with the shared secret: it takes ours, and what it can be talked into is refused by ours.
@Suite struct PyJWTTests {
    struct Reading: Decodable {
        let claims: String?
        let header: [String: String]?
        let refused: String?
    }

    struct Forgery: Decodable {
        let name: String
        let kind: String
        let token: String
        let taken: Bool
    }

    private static let secret = Scene.secret.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()

    @Test func itTakesOurs() throws {
        let scene = try Scene()
        let address6 = try #require(IPAddress("2001:db8::1"))
        let passes = [
            scene.signedPass(), scene.signedPass(boundTo: scene.address), scene.signedPass(boundTo: address6),
        ]
        let tokens = (passes + [scene.signedTicket()]).map { String(decoding: $0, as: UTF8.self) }
        let readings: [Reading] = try Self.ask([
            "do": "verify", "tokens": tokens, "secret": Self.secret, "room": scene.room.description,
        ])
        #expect(readings.count == tokens.count)
        for (token, reading) in zip(tokens, readings) {
            #expect(reading.refused == nil)
            // Read and written again in its order: the very claims, as we have signed them.
            let claims = String(token.split(separator: ".")[1])
            #expect(Data(try #require(reading.claims).utf8).base64URL == claims)
            #expect(reading.header?["alg"] == "HS256")
            #expect(reading.header?["kid"] == "k1")
        }
        #expect(readings.map { $0.header?["typ"] } == ["pass", "pass", "pass", "ticket"])
    }

    @Test func itRefusesWhatItShould() throws {
        let scene = try Scene()
        let token = String(decoding: scene.signedPass(), as: UTF8.self)
        let others: [Reading] = try Self.ask(["do": "verify", "tokens": [token], "secret": Self.secret, "room": "other"])
        #expect(others.map(\.refused) == ["InvalidAudienceError"])
        let wrong: [Reading] = try Self.ask([
            "do": "verify", "tokens": [token], "secret": String(repeating: "00", count: 32), "room": "concert",
        ])
        #expect(wrong.map(\.refused) == ["InvalidSignatureError"])
    }

    @Test func whatItCanBeTalkedIntoIsRefused() throws {
        let scene = try Scene()
        let forgeries: [Forgery] = try Self.ask([
            "do": "forge", "pass": String(decoding: scene.signedPass(), as: UTF8.self),
            "ticket": String(decoding: scene.signedTicket(), as: UTF8.self), "secret": Self.secret,
            "room": scene.room.description, "now": Scene.now,
        ])
        #expect(Set(forgeries.map(\.name)).count >= 28)
        for forgery in forgeries {
            for kind in TokenKind.allCases {
                let refusal = scene.refusal(of: forgery.token, as: kind)
                #expect(refusal != nil, "\(forgery.name), a \(forgery.kind) shown as a \(kind): taken")
            }
        }
        // It is no straw man: most of them pass a verifier that is written without care.
        #expect(forgeries.count(where: \.taken) > forgeries.count / 2)
    }

    /// What docs/TOKENS.md tells the writers of sites to do, done.
    @Test func theExamplesOfTheDocumentWork() throws {
        let root = #filePath.components(separatedBy: "/Tests/")[0]
        let document = try String(contentsOfFile: root + "/docs/TOKENS.md", encoding: .utf8)
        let scene = try Scene(keys: [TokenKey(identifier: "2026-11", secret: Scene.secret)])
        let now = UInt64(Date().timeIntervalSince1970)
        let good = Pass(ticket: Scene.visitor, issued: now, lifetimeSeconds: 600, sessionStart: now)
        let pass = String(decoding: scene.signedPass(good), as: UTF8.self)
        let forged = String(decoding: try Scene(keys: [Self.stranger]).signedPass(good), as: UTF8.self)
        let ticket = String(decoding: scene.signedTicket(), as: UTF8.self)

        for (language, command) in [("python", ["/usr/bin/python3", "-c"]), ("sh", ["/bin/bash", "-c"])] {
            let example = document.components(separatedBy: "```\(language)\n").dropFirst().first?.components(
                separatedBy: "```")[0]
            let text = try #require(example, "docs/TOKENS.md has no example in \(language)")
            let environment = ["SECRET": Self.secret, "ROOM": "concert", "PATH": "/usr/bin:/bin"]
            for (token, isTaken) in [(pass, true), (forged, false), (ticket, false), (pass + "A", false), ("", false)] {
                let program = try FinishedProgram.run(
                    command + [text], environment: environment.merging(["TOKEN": token]) { $1 })
                #expect((program.exitCode == 0) == isTaken, "\(language): \(token)")
                #expect(program.output.contains(Scene.visitor.text) == isTaken, "\(language): \(program.output)")
            }
        }
    }

    private static let stranger = TokenKey(identifier: "2026-11", secret: Scene.otherSecret)

    /// Debian's Python, which its package python3-jwt belongs to, whatever other one comes first in the search path.
    private static func ask<Answer: Decodable>(_ task: [String: Any]) throws -> Answer {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("pyjwt_peer.py")
        let program = try FinishedProgram.run(
            ["/usr/bin/python3", "-B", script.path], input: try JSONSerialization.data(withJSONObject: task))
        #expect(program.exitCode == 0, "python3-jwt is needed, scripts/setup installs it: \(program.errors)")
        return try JSONDecoder().decode(Answer.self, from: Data(program.output.utf8))
    }
}

extension Data {
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
