/// The methods that are forwarded: those in IANA's registry. Others are answered with 501, never guessed.
public enum Method: UInt8, Sendable, CaseIterable {
    case get, head, post, put, delete, connect, options, trace, patch
    /// Registered, and nothing here depends on which (WebDAV and the like); the name is forwarded as it came.
    case registered
}
