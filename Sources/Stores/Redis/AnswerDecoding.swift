import Admission
import Redis

/// What a script has answered, as the store's answer: a letter for its kind, the line's epoch and lineage, and the rest.
enum AnswerDecoding {
    static func answer(_ value: RedisValue, to call: StoreCall) -> Result<StoreAnswer, StoreFault> {
        guard case .bytes(let bytes) = value else { return .failure(.nonsense("\(call.operation.name): not a string")) }
        var reader = AnswerReader(bytes)
        do throws(AnswerReader.Misfit) {
            let kind = try reader.byte()
            let epoch = try reader.epoch()
            guard let lineage = UInt64(String(decoding: try reader.bytes(16), as: UTF8.self), radix: 16) else {
                throw AnswerReader.Misfit()
            }
            let outcome = try outcome(kind, &reader, call.operation)
            try reader.end()
            return .success(StoreAnswer(epoch: epoch, lineage: lineage, outcome: outcome))
        } catch {
            return .failure(.nonsense("\(call.operation.name): \(bytes.count) bytes of another form"))
        }
    }

    private static func outcome(
        _ kind: UInt8, _ reader: inout AnswerReader, _ operation: StoreCall.Operation
    ) throws(AnswerReader.Misfit) -> StoreAnswer.Outcome {
        if kind == UInt8(ascii: "l") { return .lost }
        switch (kind, operation) {
        case (UInt8(ascii: "e"), .enter(let arrivals)): return .entered(try entered(arrivals.count, &reader))
        case (UInt8(ascii: "b"), .beat(let ids)): return .beaten(try beaten(ids.count, &reader))
        case (UInt8(ascii: "t"), .admit): return .admitted(try snapshot(&reader))
        case (UInt8(ascii: "c"), .claim(let ids)): return .claimed(try claimed(ids.count, &reader))
        case (UInt8(ascii: "r"), .renew(let sessions)): return .renewed(try renewed(sessions.count, &reader))
        case (UInt8(ascii: "p"), .read): return .page(try page(&reader))
        case (UInt8(ascii: "d"), .release), (UInt8(ascii: "d"), .leave), (UInt8(ascii: "d"), .revoke),
            (UInt8(ascii: "d"), .control), (UInt8(ascii: "d"), .adapt), (UInt8(ascii: "d"), .restore):
            return .done
        default: throw AnswerReader.Misfit()
        }
    }

    // MARK: A letter for each, then the numbers of those that have one

    private static func entered(_ count: Int, _ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> [Entered] {
        var entered: [Entered] = []
        entered.reserveCapacity(count)
        for letter in try reader.bytes(count) {
            switch letter {
            case UInt8(ascii: "w"): entered.append(.waiting(try reader.place()))
            case UInt8(ascii: "a"): entered.append(.admitted(startedAt: try reader.number()))
            case UInt8(ascii: "o"): entered.append(.offered)
            case UInt8(ascii: "s"): entered.append(.spent)
            case UInt8(ascii: "p"): entered.append(.passed)
            case UInt8(ascii: "r"): entered.append(.revoked)
            case UInt8(ascii: "d"): entered.append(.awaitsDraw)
            case UInt8(ascii: "n"): entered.append(.notYet)
            case UInt8(ascii: "c"): entered.append(.closed)
            case UInt8(ascii: "u"): entered.append(.open)
            case UInt8(ascii: "f"): entered.append(.full)
            default: throw AnswerReader.Misfit()
            }
        }
        return entered
    }

    private static func beaten(_ count: Int, _ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> [Bool] {
        var beaten: [Bool] = []
        for letter in try reader.bytes(count) {
            guard letter == UInt8(ascii: "0") || letter == UInt8(ascii: "1") else { throw AnswerReader.Misfit() }
            beaten.append(letter == UInt8(ascii: "1"))
        }
        return beaten
    }

    private static func claimed(_ count: Int, _ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> [Claimed] {
        var claimed: [Claimed] = []
        for letter in try reader.bytes(count) {
            switch letter {
            case UInt8(ascii: "g"): claimed.append(.granted(startedAt: try reader.number()))
            case UInt8(ascii: "w"): claimed.append(.waiting)
            case UInt8(ascii: "s"): claimed.append(.spent)
            case UInt8(ascii: "r"): claimed.append(.revoked)
            case UInt8(ascii: "u"): claimed.append(.unknown)
            default: throw AnswerReader.Misfit()
            }
        }
        return claimed
    }

    private static func renewed(_ count: Int, _ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> [Renewed] {
        var renewed: [Renewed] = []
        for letter in try reader.bytes(count) {
            switch letter {
            case UInt8(ascii: "r"): renewed.append(.renewed)
            case UInt8(ascii: "e"): renewed.append(.ended)
            case UInt8(ascii: "x"): renewed.append(.revoked)
            default: throw AnswerReader.Misfit()
            }
        }
        return renewed
    }
}
