import Digest

@testable import Admission

enum Forged {
    /// A signature behind whatever it is, with the secret of the first key.
    static func sign(_ text: some StringProtocol) -> String {
        text + "." + Base64URL.encode(MACKey(Scene.secret).authenticate(Array(text.utf8)).array)
    }
}
