import Bytes

extension Standing {
    /// Reads a JSON object; nil when it is none, or says nothing of `canEnter`. Fields that are not known are passed over.
    public init?(_ json: Span<UInt8>) {
        self.init()
        var reader = JSONWalk(at: 0)
        var hasSaid = false
        let isWhole = reader.object(json) { key, value, bytes in
            if bytes[key].equals("canEnter") {
                canEnter = bytes[value].equals("true")
                hasSaid = true
            } else if bytes[key].equals("state") {
                state = State(named: bytes[value])
            } else if bytes[key].equals("position") {
                position = Self.number(bytes[value])
            } else if bytes[key].equals("pollAfterMs") {
                pollAfterMilliseconds = Self.number(bytes[value])
            } else if bytes[key].equals("rejoined") {
                isRejoined = true
            } else if bytes[key].equals("waitSeconds") {
                takeWait(bytes[value])
            }
        }
        guard isWhole, hasSaid else { return nil }
    }

    /// Reads what the waiting page holds for its script; nil when it holds nothing.
    public init?(page: Span<UInt8>) {
        guard let at = page.end(of: "\"now\":") else { return nil }
        self.init(page.extracting(at...))
    }

    private mutating func takeWait(_ json: Span<UInt8>) {
        var reader = JSONWalk(at: 0)
        _ = reader.object(json) { key, value, bytes in
            if bytes[key].equals("low") { waitLowSeconds = Self.number(bytes[value]) }
            if bytes[key].equals("high") { waitHighSeconds = Self.number(bytes[value]) }
        }
    }

    private static func number(_ digits: Span<UInt8>) -> UInt32? {
        guard !digits.isEmpty, digits.count <= 15 else { return nil }
        var number: UInt64 = 0
        for at in 0..<digits.count {
            guard (48...57).contains(digits[at]) else { return nil }
            number = number * 10 + UInt64(digits[at] - 48)
        }
        return UInt32(clamping: number)
    }
}

extension Standing.State {
    init(named name: Span<UInt8>) {
        self =
            if name.equals("waiting") || name.equals("prequeue") || name.equals("paused") {
                .waiting
            } else if name.equals("admitted") {
                .admitted
            } else if name.equals("open") {
                .open
            } else if name.equals("held") {
                .held
            } else if name.equals("not-yet") {
                .notYet
            } else if name.equals("closed") {
                .closed
            } else if name.equals("full") {
                .full
            } else if name.equals("revoked") {
                .revoked
            } else {
                .unknown
            }
    }
}

/// Walks the members of one JSON object without making anything of them.
struct JSONWalk {
    /// Deeper is not walked.
    static let depthMax = 16

    var at: Int

    /// Says each member's key and value (text without its quotes). False when it is no whole object.
    mutating func object(_ json: Span<UInt8>, _ member: (ByteRange, ByteRange, Span<UInt8>) -> Void) -> Bool {
        guard take(UInt8(ascii: "{"), json) else { return false }
        if take(UInt8(ascii: "}"), json) { return true }
        repeat {
            skipBlanks(json)
            guard let key = text(json), take(UInt8(ascii: ":"), json), let value = value(json, depth: 0) else {
                return false
            }
            member(key, value, json)
        } while take(UInt8(ascii: ","), json)
        return take(UInt8(ascii: "}"), json)
    }

    private mutating func take(_ byte: UInt8, _ json: Span<UInt8>) -> Bool {
        skipBlanks(json)
        guard at < json.count, json[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipBlanks(_ json: Span<UInt8>) {
        while at < json.count, json[at] == 32 || (9...13).contains(json[at]) { at += 1 }
    }

    private mutating func text(_ json: Span<UInt8>) -> ByteRange? {
        guard at < json.count, json[at] == UInt8(ascii: "\"") else { return nil }
        at += 1
        let start = at
        while at < json.count, json[at] != UInt8(ascii: "\"") { at += json[at] == UInt8(ascii: "\\") ? 2 : 1 }
        guard at < json.count else { return nil }
        at += 1
        return ByteRange(start: start, count: at - 1 - start)
    }

    private mutating func value(_ json: Span<UInt8>, depth: Int) -> ByteRange? {
        skipBlanks(json)
        guard at < json.count, depth < Self.depthMax else { return nil }
        if json[at] == UInt8(ascii: "\"") { return text(json) }
        let start = at
        if json[at] == UInt8(ascii: "{") || json[at] == UInt8(ascii: "[") {
            var open = 0
            repeat {
                guard at < json.count else { return nil }
                switch json[at] {
                case UInt8(ascii: "\""):
                    guard text(json) != nil else { return nil }
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): open -= 1
                default: break
                }
                at += 1
            } while open > 0
            return ByteRange(start: start, count: at - start)
        }
        while at < json.count, !Self.endsWord(json[at]) { at += 1 }
        return at > start ? ByteRange(start: start, count: at - start) : nil
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte <= 32
    }
}

extension Span where Element == UInt8 {
    /// Where the first of these texts ends; nil when there is none.
    fileprivate func end(of text: StaticString) -> Int? {
        let wanted = text.bytes
        guard count >= wanted.count else { return nil }
        for at in 0...(count - wanted.count) where self[at] == wanted[0] {
            if extracting(at..<at + wanted.count).equals(text) { return at + wanted.count }
        }
        return nil
    }
}
