import COpenSSL

/// OpenSSL's queue of errors, one per thread. Whoever meets an error takes the whole queue, so that it is empty for the next.
enum OpenSSLErrors {
    static func clear() { ERR_clear_error() }

    struct Entry {
        var library: Int32
        var reason: Int32
        var text: String
    }

    /// The first error, which is mostly the cause of the others.
    static func take() -> Entry? {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return nil }
        let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "OpenSSL error \(code)"
        return Entry(library: ERR_GET_LIB(code), reason: ERR_GET_REASON(code), text: reason)
    }

    static func takeText(_ otherwise: String) -> String { take()?.text ?? otherwise }
}
