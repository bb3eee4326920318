/// How a value is read, checked and written: the column of the table that says what a key may hold.
struct Kind<Value: Sendable & Equatable>: Sendable {
    /// What belongs there, as in `"80800" is not host:port`.
    var noun: String
    /// The documentation's words for what is allowed: `500ms to 1h, or "off"`.
    var allowed: String
    /// Values just beyond what is allowed, as TOML; the tests expect each to be refused.
    var beyond: [String] = []
    /// What to write where the default is not enough, as TOML.
    var example: String?
    var isList = false
    /// Adds a fault and answers `nil` when the item holds no such value.
    var read: @Sendable (Item, inout [Fault]) -> Value?
    /// As TOML.
    var write: @Sendable (Value) -> String
}

/// What a kind finds wrong with an item; whoever asked knows the section and the key.
struct Fault: Equatable {
    var place: SettingsProblem.Place
    var saying: String
    var instead: String?
    /// Nothing can be guessed from what is there, so that the default is as good an example as any.
    var triesDefault = false

    init(_ item: Item, _ saying: String, instead: String?) {
        place = item.place
        self.saying = saying
        self.instead = instead
    }

    /// The item is something else altogether.
    static func not(_ item: Item, _ noun: String, instead: String?) -> Fault {
        var fault = Fault(item, "\(item.shown) is not \(noun)", instead: instead)
        fault.triesDefault = instead == nil
        return fault
    }
}

extension Kind {
    /// The same, or a word that stands for none: `"off"`, `"auto"`.
    func or(_ word: String) -> Kind<Value?> {
        Kind<Value?>(
            noun: "\(noun) or \"\(word)\"", allowed: "\(allowed), or \"\(word)\"", beyond: beyond,
            read: { item, faults in
                if item.text == word { return .some(nil) }
                return read(item, &faults).map(Optional.some)
            },
            write: { $0.map(write) ?? TOMLText.quote(word) })
    }
}
