/// Numbers, and the numbers with a unit: each within bounds, each mistake answered with the nearest value that is right.
extension Kind {
    static func integer(_ bounds: ClosedRange<Int>) -> Kind<Int> {
        Kind<Int>(
            noun: "a whole number", allowed: "\(bounds.lowerBound) to \(bounds.upperBound)",
            beyond: ["\(bounds.lowerBound - 1)", "\(bounds.upperBound + 1)"],
            read: { item, faults in
                guard let number = item.integer else {
                    let instead = item.text.flatMap(Int.init).map { min(max($0, bounds.lowerBound), bounds.upperBound) }
                    faults.append(.not(item, "a whole number", instead: instead.map(String.init)))
                    return nil
                }
                return within(Int(number), bounds, item, &faults, write: String.init)
            },
            write: String.init)
    }

    static func boolean() -> Kind<Bool> {
        Kind<Bool>(
            noun: "true or false", allowed: "true or false",
            read: { item, faults in
                switch item.value {
                case .boolean(let flag): return flag
                case .word("true"): return true
                case .word("false"): return false
                default:
                    let isNo = ["false", "no", "off", "0"].contains(item.text?.lowercased()) || item.integer == 0
                    faults.append(.not(item, "true or false", instead: isNo ? "false" : "true"))
                    return nil
                }
            },
            write: String.init)
    }

    static func timespan(_ bounds: ClosedRange<Timespan>) -> Kind<Timespan> {
        quantity("a duration", bounds, beyond: [Timespan(nanoseconds: 0), bounds.upperBound.next]) { guess in
            let unit =
                guess.letters.hasPrefix("ms") || guess.letters.hasPrefix("mil") ? "ms" : guess.unit(of: "smhd", else: "s")
            return "\(guess.digits)\(unit)"
        }
    }

    static func byteCount(_ bounds: ClosedRange<ByteCount>) -> Kind<ByteCount> {
        quantity("a size", bounds, beyond: [ByteCount(bytes: 0), ByteCount(bytes: bounds.upperBound.bytes + 1)]) { guess in
            guess.letters.isEmpty
                ? Int(guess.digits).map { ByteCount(bytes: $0).description } ?? ""
                : guess.digits + binaryUnit(guess)
        }
    }

    static func byteRate(_ bounds: ClosedRange<ByteRate>) -> Kind<ByteRate> {
        quantity("bytes per second", bounds, beyond: [ByteRate(bytesPerSecond: bounds.upperBound.bytesPerSecond + 1)]) {
            guess in
            guess.letters.isEmpty || guess.letters.first == "/"
                ? Int(guess.digits).map { ByteRate(bytesPerSecond: $0).description } ?? ""
                : guess.digits + binaryUnit(guess) + "/s"
        }
    }

    /// At most a thousand million, whatever the unit: far beyond what one machine answers, far within 64 bits of anything.
    static func rate() -> Kind<Rate> {
        let countMax: UInt64 = 1_000_000_000
        return Kind<Rate>(
            noun: "a rate", allowed: "1/h to \(countMax)/s (per /s, /m or /h)",
            beyond: ["\"0/s\"", "\"\(countMax + 1)/s\""],
            read: { item, faults in
                if let text = item.text, let rate = Rate(text) {
                    if (1...countMax).contains(rate.count) { return rate }
                    let bound = Rate(count: rate.count == 0 ? 1 : countMax, perNanoseconds: rate.perNanoseconds)
                    let side = rate.count == 0 ? "less than" : "more than"
                    faults.append(Fault(item, "\(item.shown) is \(side) \(bound)", instead: TOMLText.quote("\(bound)")))
                    return nil
                }
                let guess = Guess(item)
                let written = guess.map { "\($0.digits)/\($0.unit(of: "smh", else: "s"))" }.flatMap(Rate.init)
                let right = written.flatMap { (1...countMax).contains($0.count) ? $0 : nil }
                faults.append(.not(item, "a rate", instead: right.map { TOMLText.quote("\($0)") }))
                return nil
            },
            write: { TOMLText.quote("\($0)") })
    }

    /// Written with its sign, as in `"20%"`.
    static func percent(_ bounds: ClosedRange<Int>) -> Kind<Int> {
        let quoted = { @Sendable (number: Int) in TOMLText.quote("\(number)%") }
        return Kind<Int>(
            noun: "a percentage", allowed: "\(bounds.lowerBound)% to \(bounds.upperBound)%",
            beyond: ["\"\(bounds.upperBound + 1)%\""],
            read: { item, faults in
                if let text = item.text, text.hasSuffix("%"), let (count, unit) = Quantity.split(text), unit == "%" {
                    return within(Int(count), bounds, item, &faults, write: quoted)
                }
                let number = Guess(item).flatMap { Int($0.digits) }
                let right = number.map { min(max($0, bounds.lowerBound), bounds.upperBound) }
                faults.append(.not(item, "a percentage", instead: right.map(quoted)))
                return nil
            },
            write: quoted)
    }

    private static func quantity<Amount: LosslessStringConvertible & Comparable & Sendable>(
        _ noun: String, _ bounds: ClosedRange<Amount>, beyond: [Amount],
        guess: @escaping @Sendable (Guess) -> String
    ) -> Kind<Amount> {
        let quoted = { @Sendable (amount: Amount) in TOMLText.quote("\(amount)") }
        return Kind<Amount>(
            noun: noun, allowed: "\(bounds.lowerBound) to \(bounds.upperBound)", beyond: beyond.map(quoted),
            read: { item, faults in
                if let text = item.text, let amount = Amount(text) {
                    return within(amount, bounds, item, &faults, write: quoted)
                }
                let near = Guess(item).map(guess).flatMap(Amount.init)
                let right = near.map { min(max($0, bounds.lowerBound), bounds.upperBound) }
                faults.append(.not(item, noun, instead: right.map(quoted)))
                return nil
            },
            write: quoted)
    }

    private static func within<Amount: Comparable>(
        _ amount: Amount, _ bounds: ClosedRange<Amount>, _ item: Item, _ faults: inout [Fault], write: (Amount) -> String
    ) -> Amount? {
        if bounds.contains(amount) { return amount }
        let isLess = amount < bounds.lowerBound
        let bound = write(isLess ? bounds.lowerBound : bounds.upperBound)
        faults.append(Fault(item, "\(item.shown) is \(isLess ? "less" : "more") than \(bound)", instead: bound))
        return nil
    }

    private static func binaryUnit(_ guess: Guess) -> String {
        let prefix = guess.unit(of: "kmgt", else: "").uppercased()
        return prefix.isEmpty ? "B" : prefix + "iB"
    }
}

extension Timespan {
    /// A little longer, in the same unit.
    fileprivate var next: Timespan { Timespan(nanoseconds: nanoseconds + Timespan.seconds(1).nanoseconds) }
}

/// What somebody meant who wrote `120`, `"10 sec"` or `"64kb"`: the digits and the letters behind them. Nothing is guessed
/// from `"1.5h"` or `"1m30s"`, of which the digits are not the whole.
struct Guess {
    var digits: String
    var letters: String

    init?(_ item: Item) {
        let text = item.text ?? item.integer.map(String.init) ?? ""
        digits = String(text.prefix { $0.isASCII && $0.isNumber })
        let rest = text.dropFirst(digits.count).lowercased()
        letters = rest.filter { $0.isLetter || $0 == "/" }
        guard rest.allSatisfy({ $0.isLetter || $0 == "/" || $0 == " " }) else { return nil }
        // Beyond ten digits it is not a quantity that anybody meant, and sums stay within 64 bits.
        guard (1...10).contains(digits.count) else { return nil }
    }

    func unit(of units: String, else other: String) -> String {
        let first = letters.first { $0 != "/" }
        return first.flatMap { units.contains($0) ? String($0) : nil } ?? other
    }
}
