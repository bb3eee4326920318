import Bytes

extension KnownField {
    /// Which field a name is, in any case. `bytes` has at least the `count` bytes at `start`, all of them token characters.
    /// `isPlain`: nothing but letters, digits and hyphens.
    @inline(__always)
    static func named(_ bytes: Span<UInt8>, at start: Int, count: Int, isPlain: Bool) -> KnownField {
        if !isPlain { return lookAlike(bytes, at: start, count: count) }
        return NameWords(bytes, at: start, count: count).field
    }

    /// The ceiling keeps the copy below small; no known name is longer.
    private static let nameBytesMax = 20

    private static func lookAlike(_ bytes: Span<UInt8>, at start: Int, count: Int) -> KnownField {
        guard count <= nameBytesMax else { return .other }
        var plain = InlineArray<24, UInt8>(repeating: 0)
        for offset in 0..<count {
            let byte = bytes[start + offset]
            plain[offset] = byte.isLetterDigitOrHyphen ? byte : UInt8(ascii: "-")
        }
        return NameWords(plain.span, at: 0, count: count).field == .other ? .other : .lookAlike
    }
}

/// A name in lower case as words of eight bytes (the first, the one at eight, the last), so that comparing it with a known
/// name of its length takes one to three instructions. Bit 5 set makes a letter small and changes no other token
/// character into a letter, a digit or a hyphen.
private struct NameWords {
    private let count: Int
    private let first: UInt64
    private let second: UInt64
    private let last: UInt64

    private static let lowerCase: UInt64 = 0x2020_2020_2020_2020

    @inline(__always)
    init(_ bytes: Span<UInt8>, at start: Int, count: Int) {
        self.count = count
        guard count >= 8 else {
            first = bytes.shortWord(at: start, count: count) | Self.lowerCase
            second = 0
            last = 0
            return
        }
        first = bytes.word(at: start) | Self.lowerCase
        second = count > 16 ? bytes.word(at: start + 8) | Self.lowerCase : 0
        last = bytes.word(at: start + count - 8) | Self.lowerCase
    }

    /// `name` is a literal in lower case of the same length, so that the words of it are constants.
    @inline(__always)
    private func isName(_ name: StaticString) -> Bool {
        let text = UnsafeRawPointer(name.utf8Start)
        let length = name.utf8CodeUnitCount
        if length < 8 {
            var word: UInt64 = 0
            for at in 0..<length { word |= UInt64(name.utf8Start[at]) << UInt64(at * 8) }
            return first == word | Self.lowerCase
        }
        guard first == UInt64(littleEndian: text.loadUnaligned(as: UInt64.self)) else { return false }
        if length > 16, second != UInt64(littleEndian: text.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) {
            return false
        }
        return last == UInt64(littleEndian: text.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self))
    }

    @inline(__always)
    var field: KnownField {
        switch count {
        case 2: isName("te") ? .te : .other
        case 3: isName("via") ? .via : .other
        case 4: isName("host") ? .host : isName("date") ? .date : .other
        case 5: isName("range") ? .range : .other
        case 6:
            isName("cookie")
                ? .cookie : isName("expect") ? .expect : isName("server") ? .server : isName("accept") ? .accept : .other
        case 7: sevenLetters
        case 9: isName("forwarded") ? .forwarded : isName("x-real-ip") ? .xRealIP : .other
        case 10: tenLetters
        case 11: isName("traceparent") ? .traceparent : isName("retry-after") ? .retryAfter : .other
        case 12: twelveLetters
        case 13: isName("authorization") ? .authorization : .other
        case 14: isName("content-length") ? .contentLength : isName("http2-settings") ? .http2Settings : .other
        case 15...19: long
        case 20: isName("waiting-room-monitor") ? .waitingRoomMonitor : .other
        default: .other
        }
    }

    @inline(__always)
    private var sevenLetters: KnownField {
        if isName("referer") { return .referer }
        if isName("upgrade") { return .upgrade }
        if isName("trailer") { return .trailer }
        return isName("alt-svc") ? .altSvc : .other
    }

    @inline(__always)
    private var tenLetters: KnownField {
        if isName("user-agent") { return .userAgent }
        if isName("connection") { return .connection }
        if isName("keep-alive") { return .keepAlive }
        if isName("set-cookie") { return .setCookie }
        return isName("tracestate") ? .tracestate : .other
    }

    @inline(__always)
    private var twelveLetters: KnownField {
        if isName("content-type") { return .contentType }
        return isName("x-request-id") ? .xRequestID : isName("waiting-room") ? .waitingRoom : .other
    }

    @inline(__always)
    private var long: KnownField {
        switch count {
        case 15:
            if isName("waiting-room-id") { return .waitingRoomID }
            if isName("accept-encoding") { return .acceptEncoding }
            if isName("accept-language") { return .acceptLanguage }
            return isName("x-forwarded-for") ? .xForwardedFor : .other
        case 16:
            if isName("x-forwarded-host") { return .xForwardedHost }
            if isName("x-forwarded-port") { return .xForwardedPort }
            return isName("proxy-connection") ? .proxyConnection : .other
        case 17:
            if isName("waiting-room-pass") { return .waitingRoomPass }
            return isName("transfer-encoding") ? .transferEncoding : isName("x-forwarded-proto") ? .xForwardedProto : .other
        case 18: return isName("proxy-authenticate") ? .proxyAuthenticate : .other
        default:
            return isName("proxy-authorization")
                ? .proxyAuthorization : isName("waiting-room-ticket") ? .waitingRoomTicket : .other
        }
    }
}
