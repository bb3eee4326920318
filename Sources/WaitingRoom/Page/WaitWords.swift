import Bytes

/// A wait as people say it. The page's script counts the same way, so that nothing jumps when it takes over.
struct WaitWords: Equatable {
    let phrase: PagePhrase
    /// In halves: minutes have none.
    let low: Int
    let high: Int

    init(lowSeconds: Int, highSeconds: Int) {
        if highSeconds <= 60 {
            (phrase, low, high) = (.waitShort, 0, 0)
        } else if highSeconds <= 5400 {
            low = max(1, lowSeconds / 60) * 2
            high = (highSeconds + 59) / 60 * 2
            phrase = low < high ? .waitMinutes : .waitAbout
        } else {
            low = max(1, lowSeconds / 1800)
            high = (highSeconds + 1799) / 1800
            phrase = low < high ? .waitHours : .waitAboutHours
        }
    }

    /// Writes a text of `texts` with the numbers in place of `{a}` and `{b}`.
    func append(_ range: ByteRange, of texts: borrowing ByteBuffer, to output: inout ByteBuffer) {
        let text = texts.span[range]
        var at = 0
        while at < text.count {
            guard text[at] == UInt8(ascii: "{"), at + 2 < text.count else {
                output.append(text[at])
                at += 1
                continue
            }
            let halves = text[at + 1] == UInt8(ascii: "a") ? low : high
            output.append(decimal: UInt64(clamping: halves / 2))
            if halves % 2 == 1 { output.append(".5") }
            at += 3
        }
    }
}
