import COpenSSL

/// Whether two secrets are the same, in a time that tells nothing but whether their lengths differ.
public func constantTimeEqual(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    return one.withUnsafeBytes { one in
        other.withUnsafeBytes { other in
            guard let first = one.baseAddress, let second = other.baseAddress else { return true }
            return CRYPTO_memcmp(first, second, one.count) == 0
        }
    }
}

public func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool { constantTimeEqual(one.span, other.span) }
