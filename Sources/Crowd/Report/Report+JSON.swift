extension Report {
    /// For programs; fields are added to it and none is taken away.
    public var json: String {
        JSONValue.object([
            ("kept", .flag(isKept)), ("broken", .array(broken.map(JSONValue.text))), ("seed", .text("\(seed)")),
            ("seconds", .number(Quantity.seconds(elapsed))), ("visitors", .number(Double(visitors))),
            ("joined", .number(Double(joined))), ("admitted", .number(Double(judgement.admitted))),
            ("free", .number(Double(free))), ("waiting", .number(Double(waiting))), ("strayed", .number(Double(strayed))),
            ("endings", endings), ("waitSeconds", percentiles(waits)), ("answerSeconds", percentiles(tally.answers)),
            ("requests", .number(Double(tally.requests))), ("connections", .number(Double(tally.connectionsOpened))),
            ("repeated", .number(Double(tally.repeated))), ("promises", promised), ("judged", value(judgement)),
            ("promisedWait", promisedWait), ("origin", originValue),
            ("errors", .object(tally.grievances.sorted { $0.key < $1.key }.map { ($0.key, .number(Double($0.value))) })),
            ("processorSeconds", .number(process.processorSeconds)),
            ("memoryKibibytes", .number(Double(process.memoryKibibytesMost))),
        ]).text + "\n"
    }

    private var endings: JSONValue {
        .object(Ending.allCases.map { ("\($0)", .number(Double(tally[$0]))) })
    }

    private var promised: JSONValue {
        .object([
            ("ratePerSecond", promises.ratePerSecond.map(JSONValue.number) ?? .null),
            ("burst", .number(Double(promises.burstCount))),
            ("activeMax", promises.activeMax.map { .number(Double($0)) } ?? .null), ("ordered", .flag(promises.isOrdered)),
        ])
    }

    private var promisedWait: JSONValue {
        .object([
            ("told", .number(Double(promisedWaits.told))), ("kept", .number(Double(promisedWaits.kept))),
            ("early", .number(Double(promisedWaits.early))), ("late", .number(Double(promisedWaits.late))),
            ("lateSecondsMost", .number(Quantity.seconds(promisedWaits.lateNanosecondsMost))),
        ])
    }

    private var originValue: JSONValue {
        guard let origin else { return .null }
        return .object([
            ("requests", .number(Double(origin.log.requests))), ("visitors", .number(Double(origin.log.sessions.count))),
            ("withoutPass", .number(Double(origin.log.requestsWithoutID))), ("missing", .number(Double(origin.missing))),
            ("judged", value(origin.judgement)),
        ])
    }

    private func percentiles(_ times: Histogram) -> JSONValue {
        .object(
            [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (1.0, "most")].map { share, name in
                (name, .number(Quantity.seconds(times.percentile(share))))
            })
    }

    private func value(_ judgement: Judgement) -> JSONValue {
        .object([
            ("admitted", .number(Double(judgement.admitted))), ("inversions", .number(Double(judgement.order.overtakers))),
            ("activeMost", .number(Double(judgement.activeMost))),
            ("beyondRate", judgement.worst.map { .number($0.beyond) } ?? .null),
            (
                "windows",
                .array(
                    judgement.windows.map { window in
                        .object([
                            ("seconds", .number(Quantity.seconds(window.nanoseconds))),
                            ("certain", .number(Double(window.certain))), ("seen", .number(Double(window.seen))),
                            ("most", window.most.map { .number(Double($0)) } ?? .null),
                        ])
                    })
            ),
        ])
    }
}

/// JSON to be written.
indirect enum JSONValue {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    var text: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(let number): Self.written(number)
        case .text(let text): Self.quoted(text)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members): "{" + members.map { "\(Self.quoted($0)):\($1.text)" }.joined(separator: ",") + "}"
        }
    }

    private static func written(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        return number == number.rounded() && abs(number) < 9e15 ? "\(Int64(number))" : "\(number)"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{0}"..."\u{1f}": quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
