import COpenSSL
import Glibc

/// An X509 that frees itself.
struct Certificate: ~Copyable {
    let x509: OpaquePointer
    deinit { X509_free(x509) }
}

/// Reads PEM and looks into certificates. The callback that knows no password is given to OpenSSL because it would
/// otherwise ask at the terminal.
enum CertificateReading {
    /// More certificates than this in one file are a mistake (a bundle of all authorities, say).
    static let chainCountMax = 16
    static let authoritiesMax = 4096

    /// Calls `each` with every certificate in some PEM, in order; it keeps its own reference if it wants one.
    static func certificates(
        _ pem: [UInt8], name: String, max: Int, each: (OpaquePointer, Int) throws(TLSFault) -> Void
    ) throws(TLSFault) -> Int {
        OpenSSLErrors.clear()
        guard let bio = memory(pem) else { throw .certificate(name: name, problem: "is empty or too large") }
        defer { BIO_free(bio) }
        var count = 0
        while let x509 = PEM_read_bio_X509(bio, nil, { _, _, _, _ in 0 }, nil) {
            let certificate = Certificate(x509: x509)
            guard count < max else { throw .certificate(name: name, problem: "has more than \(max) certificates") }
            try each(certificate.x509, count)
            count += 1
        }
        let end = OpenSSLErrors.take()
        if let end, !(end.library == ERR_LIB_PEM && end.reason == PEM_R_NO_START_LINE) {
            throw .certificate(name: name, problem: "certificate \(count + 1) cannot be read: \(end.text)")
        }
        return count
    }

    /// The caller frees it.
    static func key(_ pem: [UInt8], name: String) throws(TLSFault) -> OpaquePointer {
        OpenSSLErrors.clear()
        guard let bio = memory(pem) else { throw .certificate(name: name, problem: "the private key is empty or too large") }
        defer { BIO_free(bio) }
        if let key = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil) { return key }
        let problem = OpenSSLErrors.take()
        if contains(pem, "ENCRYPTED") {
            throw .certificate(name: name, problem: "the private key is encrypted; give it without a password")
        }
        throw .certificate(name: name, problem: "the private key cannot be read: \(problem?.text ?? "not PEM")")
    }

    /// DNS names of the certificate, or the common name of one that has none; lower case.
    private static func hostNames(of x509: OpaquePointer) -> [String] {
        var found: [String] = []
        if let raw = X509_get_ext_d2i(x509, NID_subject_alt_name, nil, nil) {
            let names = OpaquePointer(raw)
            for at in 0..<shim_names_count(names) {
                guard let name = shim_names_at(names, at), shim_name_kind(name) == GEN_DNS,
                    let text = string(shim_name_text(name))
                else { continue }
                found.append(text.lowercased())
            }
            GENERAL_NAMES_free(names)
        }
        if found.isEmpty, let common = commonName(of: x509) { found.append(common.lowercased()) }
        return found
    }

    static func commonName(of x509: OpaquePointer) -> String? {
        let subject = X509_get_subject_name(x509)
        let at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard at >= 0, let entry = X509_NAME_get_entry(subject, at) else { return nil }
        return string(X509_NAME_ENTRY_get_data(entry))
    }

    static func facts(of x509: OpaquePointer, name: String) -> TLSCertificateFacts {
        let kind = EVP_PKEY_get0_type_name(X509_get0_pubkey(x509)).map { String(cString: $0) } ?? "unknown"
        let (from, until) = validity(of: x509)
        return TLSCertificateFacts(
            name: name, hostNames: hostNames(of: x509), keyKind: kind, validFrom: from, validUntil: until)
    }

    private static func validity(of x509: OpaquePointer) -> (from: Int64, until: Int64) {
        (unixSeconds(X509_get0_notBefore(x509)) ?? 0, unixSeconds(X509_get0_notAfter(x509)) ?? Int64.max)
    }

    private static func unixSeconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(timegm(&parts))
    }

    /// Nil for an empty text, or one with a NUL in it, which could pass for another name.
    private static func string(_ text: UnsafePointer<ASN1_STRING>?) -> String? {
        guard let text, let bytes = ASN1_STRING_get0_data(text) else { return nil }
        let count = Int(ASN1_STRING_length(text))
        guard count > 0 else { return nil }
        let copy = Array(UnsafeBufferPointer(start: bytes, count: count))
        return copy.contains(0) ? nil : String(decoding: copy, as: UTF8.self)
    }

    /// A copy in a BIO, so that it does not point into an array.
    private static func memory(_ pem: [UInt8]) -> OpaquePointer? {
        guard !pem.isEmpty, pem.count < 1 << 26, let bio = BIO_new(BIO_s_mem()) else { return nil }
        guard BIO_write(bio, pem, Int32(pem.count)) == Int32(pem.count) else {
            BIO_free(bio)
            return nil
        }
        return bio
    }

    private static func contains(_ pem: [UInt8], _ word: String) -> Bool {
        String(decoding: pem, as: UTF8.self).contains(word)
    }
}
