import Digest

/// Judges the site's own tokens (JWTs, RFC 7519). Pure.
///
/// The signature comes first, over the bytes as they were received, by the algorithm that the configuration names: nothing that a token
/// says of itself chooses how it is judged. Only what was signed is read then, strictly, and all of it has to be right.
struct SiteTokens {
    /// Longer than any that fits into a cookie.
    static let bytesMax = 8192
    static let whoBytesMax = 256
    /// By how much the site's clock and ours may differ.
    static let leewaySeconds = 30.0

    let plan: PeoplePlan
    private let verifiers: [PeoplePlan.Verifier]

    init?(_ plan: PeoplePlan?) {
        guard let plan, let verifiers = try? plan.verifiers(), !verifiers.isEmpty else { return nil }
        self.plan = plan
        self.verifiers = verifiers
    }

    enum Verdict: Equatable {
        case known(String)
        case refused(Refusal)
    }

    enum Refusal: String, CaseIterable {
        case tooLong = "too-long"
        case malformed
        case wrongSignature = "wrong-signature"
        case otherAlgorithm = "other-algorithm"
        case expired
        case notYet = "not-yet"
        case otherIssuer = "other-issuer"
        case otherAudience = "other-audience"
        case nobody
    }

    /// `now` is in seconds since 1970.
    func judge(_ text: Span<UInt8>, now: UInt64) -> Verdict {
        guard text.count <= Self.bytesMax else { return .refused(.tooLong) }
        guard let (header, claims) = Self.dots(text) else { return .refused(.malformed) }
        guard let signature = Base64URL.decode(text.extracting((claims + 1)..<text.count)) else {
            return .refused(.malformed)
        }
        let signed = text.extracting(0..<claims)
        guard verifiers.contains(where: { $0.accepts(signature.span, for: signed) }) else {
            return .refused(.wrongSignature)
        }
        guard let head = Self.object(text.extracting(0..<header)),
            let said = Self.object(text.extracting((header + 1)..<claims))
        else { return .refused(.malformed) }
        // An extension that must be understood is one that is not (RFC 7515, section 4.1.11).
        guard head["alg"]?.text == plan.settings.algorithm.rawValue, head["crit"] == nil else {
            return .refused(.otherAlgorithm)
        }
        return judge(said, now: Double(now))
    }

    private func judge(_ claims: JSONValue, now: Double) -> Verdict {
        guard let end = claims["exp"]?.number else { return .refused(.malformed) }
        guard now < end + Self.leewaySeconds else { return .refused(.expired) }
        if let begin = claims["nbf"] {
            guard let begin = begin.number else { return .refused(.malformed) }
            guard now + Self.leewaySeconds >= begin else { return .refused(.notYet) }
        }
        let settings = plan.settings
        if !settings.issuer.isEmpty, claims["iss"]?.text != settings.issuer { return .refused(.otherIssuer) }
        if !settings.audience.isEmpty {
            let audiences = claims["aud"].map { $0.list ?? [$0] } ?? []
            guard audiences.contains(.text(settings.audience)) else { return .refused(.otherAudience) }
        }
        guard let claim = claims[settings.claim], let who = claim.text ?? claim.integer.map(String.init),
            (1...Self.whoBytesMax).contains(who.utf8.count)
        else { return .refused(.nobody) }
        return .known(who)
    }

    /// Where the two dots are that there have to be.
    private static func dots(_ text: Span<UInt8>) -> (Int, Int)? {
        let dot = UInt8(ascii: ".")
        let found = text.indices.filter { text[$0] == dot }
        return found.count == 2 ? (found[0], found[1]) : nil
    }

    private static func object(_ text: Span<UInt8>) -> JSONValue? {
        guard let bytes = Base64URL.decode(text), let value = JSONReader.read(bytes), value.members != nil else {
            return nil
        }
        return value
    }
}

extension PeoplePlan.Verifier {
    fileprivate func accepts(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        switch self {
        case .mac(let key): key.accepts(signature, for: message)
        case .key(let key): key.accepts(signature, for: message)
        }
    }
}
