extension PostgresSettings {
    /// A file that is not there. libpq would look into the home folder for what is not named.
    private static let nowhere = "/nonexistent/postgres"

    /// What libpq is given. Everything that it would take from an environment variable or from the home folder is named, so
    /// that nothing but these settings decides. It takes an empty value for none; that leaves `PGPASSWORD` where there is no
    /// password, `PGHOSTADDR` and `PGREQUIREPEER` for sockets, and `PGSERVICE`, which can only add what is named here anyway.
    ///
    /// `addresses`: libpq resolves names itself, blocking, unless it is given addresses beside them; the name is then what
    /// a certificate is checked against. It tries them in order.
    func libpqParameters(addresses: [String]) -> [(key: String, value: String)] {
        let copies = max(addresses.count, 1)
        var parameters = [
            ("host", Array(repeating: host, count: copies).joined(separator: ",")),
            ("port", Array(repeating: String(port), count: copies).joined(separator: ",")),
            ("user", user), ("dbname", database), ("application_name", applicationName),
            ("client_encoding", "UTF8"), ("options", " "), ("passfile", Self.nowhere),
            ("target_session_attrs", isWritableWanted ? "read-write" : "any"),
            ("connect_timeout", "0"), ("keepalives", "1"), ("keepalives_idle", "30"), ("keepalives_interval", "10"),
            ("keepalives_count", "3"),
            ("sslmode", encryption.mode.rawValue), ("sslrootcert", encryption.rootCertificate ?? Self.nowhere),
            ("sslcert", encryption.certificate ?? Self.nowhere), ("sslkey", encryption.key ?? Self.nowhere),
            ("sslcrl", Self.nowhere), ("sslcrldir", Self.nowhere), ("sslcompression", "0"), ("sslsni", "1"),
            ("ssl_min_protocol_version", "TLSv1.2"), ("ssl_max_protocol_version", "TLSv1.3"),
            ("channel_binding", "prefer"), ("gssencmode", "disable"), ("krbsrvname", "postgres"),
        ]
        if !addresses.isEmpty { parameters.append(("hostaddr", addresses.joined(separator: ","))) }
        if let password, !password.text.isEmpty { parameters.append(("password", password.text)) }
        return parameters
    }
}
