import COpenSSL

/// A public key that verifies what somebody else has signed with SHA-256: RSA as RS256 has it (PKCS #1 v1.5), or P-256 as ES256 has it
/// (RFC 7518, sections 3.3 and 3.4).
///
/// Memory of OpenSSL, held by reference: each loop reads its own.
public final class PublicKey {
    public enum Kind: Sendable { case rsa, p256 }

    public static let keysMax = 16
    /// RFC 7518, section 3.3.
    public static let rsaBitsMin: Int32 = 2048
    /// Longer ones cost milliseconds, and are given out by nobody.
    public static let rsaBitsMax: Int32 = 8192
    private static let p256Bytes = 32

    private let key: OpaquePointer
    private let kind: Kind

    private init(owning key: OpaquePointer, _ kind: Kind) {
        self.key = key
        self.kind = kind
    }

    deinit { EVP_PKEY_free(key) }

    /// All keys of some PEM, which must be of that kind.
    public static func read(pem: [UInt8], _ kind: Kind) throws(PublicKeyFault) -> [PublicKey] {
        guard !pem.isEmpty, pem.count < 1 << 20, let bio = BIO_new(BIO_s_mem()) else { throw .notPEM }
        defer {
            BIO_free(bio)
            ERR_clear_error()
        }
        guard BIO_write(bio, pem, Int32(pem.count)) == Int32(pem.count) else { throw .notPEM }
        var keys: [PublicKey] = []
        while let raw = PEM_read_bio_PUBKEY(bio, nil, { _, _, _, _ in 0 }, nil) {
            let key = PublicKey(owning: raw, kind)
            guard key.isOfItsKind else { throw .otherKind(place: keys.count + 1) }
            if kind == .rsa, !(rsaBitsMin...rsaBitsMax).contains(EVP_PKEY_get_bits(raw)) {
                throw .wrongSize(place: keys.count + 1, bits: Int(EVP_PKEY_get_bits(raw)))
            }
            keys.append(key)
            if keys.count > keysMax { throw .tooMany }
        }
        if keys.isEmpty { throw .notPEM }
        return keys
    }

    private var isOfItsKind: Bool {
        switch kind {
        case .rsa: return EVP_PKEY_is_a(key, "RSA") == 1
        case .p256:
            var name = [CChar](repeating: 0, count: 64)
            var count = 0
            guard EVP_PKEY_is_a(key, "EC") == 1, EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1 else {
                return false
            }
            return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) == "prime256v1"
        }
    }

    /// Whether this is the signature of the message, in the form in which a JWT has it.
    public func accepts(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        switch kind {
        case .rsa: return verifies(signature, message)
        case .p256:
            guard let signature = Self.sequence(of: signature) else { return false }
            return verifies(signature.span, message)
        }
    }

    public func accepts(_ signature: [UInt8], for message: [UInt8]) -> Bool { accepts(signature.span, for: message.span) }

    private func verifies(_ signature: Span<UInt8>, _ message: Span<UInt8>) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return signature.withUnsafeBufferPointer { signature in
            message.withUnsafeBufferPointer { message in
                EVP_DigestVerify(context, signature.baseAddress, signature.count, message.baseAddress, message.count) == 1
            }
        }
    }

    /// A JWT has the two numbers of an ECDSA signature side by side, OpenSSL wants them as ASN.1: SEQUENCE { INTEGER, INTEGER }.
    private static func sequence(of signature: Span<UInt8>) -> [UInt8]? {
        guard signature.count == 2 * p256Bytes else { return nil }
        var content: [UInt8] = []
        for start in [0, p256Bytes] {
            var first = start
            while first < start + p256Bytes - 1, signature[first] == 0 { first += 1 }
            let count = start + p256Bytes - first
            // With its highest bit set it would be negative.
            let isPadded = signature[first] >= 0x80
            content += [0x02, UInt8(count + (isPadded ? 1 : 0))] + (isPadded ? [0] : [])
            for at in first..<(start + p256Bytes) { content.append(signature[at]) }
        }
        return [0x30, UInt8(content.count)] + content
    }
}

public enum PublicKeyFault: Error, Equatable {
    case notPEM
    case otherKind(place: Int)
    case wrongSize(place: Int, bits: Int)
    case tooMany

    public var description: String {
        switch self {
        case .notPEM: "holds no public key as PEM, -----BEGIN PUBLIC KEY-----"
        case .otherKind(let place): "key \(place) is of another kind than the algorithm"
        case .wrongSize(let place, let bits):
            "key \(place) has \(bits) bits; from \(PublicKey.rsaBitsMin) to \(PublicKey.rsaBitsMax) are taken"
        case .tooMany: "holds more than \(PublicKey.keysMax) keys"
        }
    }
}
