import COpenSSL

/// Which certificate answers to which name.
final class ServerNames {
    private var exact: [String: OpaquePointer] = [:]
    /// Without the `*.`.
    private var wildcard: [String: OpaquePointer] = [:]

    /// The first certificate that has a name keeps it. The contexts must outlive this.
    init(_ hostNames: [[String]], contexts: [OpaquePointer]) {
        for (names, context) in zip(hostNames, contexts) {
            for name in names {
                if name.hasPrefix("*.") {
                    let rest = String(name.dropFirst(2))
                    if wildcard[rest] == nil { wildcard[rest] = context }
                } else if exact[name] == nil {
                    exact[name] = context
                }
            }
        }
    }

    /// A wildcard stands for exactly one label (RFC 6125, section 6.4.3).
    func context(for asked: String) -> OpaquePointer? {
        var name = asked.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if let found = exact[name] { return found }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        return wildcard[String(name[name.index(after: dot)...])]
    }

    func answer(on context: OpaquePointer) {
        let choose: @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
            session, _, argument in
            guard let argument, let asked = SSL_get_servername(session, Int32(TLSEXT_NAMETYPE_host_name)) else {
                return SSL_TLSEXT_ERR_NOACK
            }
            let names = Unmanaged<ServerNames>.fromOpaque(argument).takeUnretainedValue()
            guard let context = names.context(for: String(cString: asked)) else { return SSL_TLSEXT_ERR_NOACK }
            SSL_set_SSL_CTX(session, context)
            return SSL_TLSEXT_ERR_OK
        }
        shim_context_set_server_name_callback(context, choose, Unmanaged.passUnretained(self).toOpaque())
    }
}
