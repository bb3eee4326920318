import Digest
import Glibc
import Settings

/// Who may use the admin listener: the tokens that open it.
struct AdminPlan: Sendable {
    var tokens: [AdminToken] = []
    var tokenFile = ""
    /// Made just now, which is worth saying.
    var hasMadeToken = false

    static let tokensMax = 64

    /// `makesToken`: a `check` makes nothing.
    static func prepare(_ settings: Settings, makesToken: Bool) throws(SettingsProblems) -> AdminPlan {
        guard !settings.admin.listen.isEmpty else { return AdminPlan() }
        let isOwn = settings.admin.tokenFile.isEmpty
        var plan = AdminPlan(tokenFile: path(settings))
        if isOwn {
            guard makesToken else { return plan }
            plan.hasMadeToken = try SecretFile.make(plan.tokenFile, Base64URL.encode(SecureRandom.bytes(32)) + "\n")
        }
        plan.tokens = try read(plan.tokenFile)
        return plan
    }

    static func path(_ settings: Settings) -> String {
        settings.admin.tokenFile.isEmpty ? settings.server.stateDirectory + "/admin-token" : settings.admin.tokenFile
    }

    static func read(_ path: String) throws(SettingsProblems) -> [AdminToken] {
        try secrets(path).map { AdminToken(name: $0.name, secret: $0.secret) }
    }

    /// On each line a token, or the name of who has it and the token.
    static func secrets(_ path: String) throws(SettingsProblems) -> [(name: String, secret: String)] {
        let text = String(decoding: try SettingsFile.read(path), as: UTF8.self)
        var secrets: [(name: String, secret: String)] = []
        for (at, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count <= 2, let secret = words.last else {
                throw wrong(path, at + 1, "is not TOKEN or NAME TOKEN")
            }
            guard secret.utf8.count >= AdminToken.bytesMin else {
                throw wrong(
                    path, at + 1, "is a token of less than \(AdminToken.bytesMin) characters; try `openssl rand -hex 32`")
            }
            secrets.append((words.count == 2 ? first : AdminToken.nameDefault, secret))
        }
        guard (1...tokensMax).contains(secrets.count) else {
            throw SettingsProblems([
                SettingsProblem(place: .file(path), saying: "has \(secrets.count) tokens; it takes 1 to \(tokensMax)")
            ])
        }
        return secrets
    }

    private static func wrong(_ path: String, _ line: Int, _ saying: String) -> SettingsProblems {
        SettingsProblems([SettingsProblem(place: .line(file: path, line: line), saying: saying)])
    }
}

/// A token, of which only the hash is kept.
struct AdminToken: Sendable, Equatable {
    static let nameDefault = "operator"
    static let bytesMin = 16

    let name: String
    private let hash: SHA256Value

    init(name: String, secret: String) {
        self.name = name
        hash = SHA256Value(of: Array(secret.utf8))
    }

    /// In a time that does not depend on where they differ, nor on how long they are.
    func matches(_ presented: SHA256Value) -> Bool { hash == presented }
}
