import Bytes
import HTTP

/// A list whose items say how welcome they are: `ko;q=0.8, en;q=0.5` (RFC 9110, section 12.4.2).
enum WeighedList {
    /// Each item with its weight in thousandths; 0 is not wanted at all. A weight that cannot be read is 0.
    static func each(_ list: ByteRange, _ bytes: Span<UInt8>, _ take: (ByteRange, Int) -> Void) {
        var at = list.range.lowerBound
        let last = list.range.upperBound
        while at < last {
            let end = bytes.firstIndex(of: UInt8(ascii: ","), in: at..<last) ?? last
            let nameEnd = bytes.firstIndex(of: UInt8(ascii: ";"), in: at..<end) ?? end
            let name = trimmed(at..<nameEnd, bytes)
            if !name.isEmpty { take(name, weight(nameEnd..<end, bytes)) }
            at = end + 1
        }
    }

    private static func weight(_ parameters: Range<Int>, _ bytes: Span<UInt8>) -> Int {
        var at = parameters.lowerBound
        while at < parameters.upperBound {
            let end = bytes.firstIndex(of: UInt8(ascii: ";"), in: (at + 1)..<parameters.upperBound) ?? parameters.upperBound
            let parameter = bytes[trimmed((at + 1)..<end, bytes)]
            if parameter.count >= 2, parameter[0] | 0x20 == UInt8(ascii: "q"), parameter[1] == UInt8(ascii: "=") {
                return thousandths(parameter.extracting(2..<parameter.count))
            }
            at = end
        }
        return 1000
    }

    private static func thousandths(_ text: Span<UInt8>) -> Int {
        guard !text.isEmpty, text.count <= 5, text[0] == UInt8(ascii: "0") || text[0] == UInt8(ascii: "1"),
            text.count == 1 || text[1] == UInt8(ascii: ".")
        else { return 0 }
        var value = Int(text[0] - 48) * 1000
        var worth = 100
        for at in 2..<max(2, text.count) {
            guard text[at] &- 48 < 10 else { return 0 }
            value += Int(text[at] - 48) * worth
            worth /= 10
        }
        return min(value, 1000)
    }

    private static func trimmed(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ByteRange {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
        while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
        return ByteRange(start: start, count: end - start)
    }
}

/// Whether an answer may be sent packed.
enum AcceptedCoding {
    /// Named, or meant by `*`; not when its weight is 0. Without the field anything is allowed, and not packed is safest.
    static func takesGzip(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        var (named, any): (Int?, Int?) = (nil, nil)
        for field in head.fields where field.known == .acceptEncoding {
            WeighedList.each(field.value, bytes) { item, weight in
                let name = bytes[item]
                if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") { named = max(named ?? 0, weight) }
                if name.equals("*") { any = weight }
            }
        }
        return (named ?? any ?? 0) > 0
    }
}
