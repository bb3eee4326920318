/// What is asked for on the command line.
public struct Options: Sendable {
    public enum Addresses: String, Sendable, CaseIterable { case one, xff, loopback }

    public static let visitorsMax = 1_000_000
    public static let connectionsMax = 20_000
    public static let secondsMax = 86_400
    public static let targetsMax = 64

    public var targets: [TargetURL] = []
    public var owned: [String] = []
    public var visitors = 1000
    public var arrivals = ArrivalCurve([.wall(1000)])
    public var rules = VisitorRules()
    public var promises = Promises()
    public var client = ClientSettings()
    public var addresses = Addresses.one
    public var host: String?
    public var apiPrefix = "/api/queue"
    public var ticketCookie = "wr_ticket"
    public var passCookie = "wr_pass"
    public var leavePath = "/"
    public var forNanoseconds: UInt64 = 600_000_000_000
    public var seed: UInt64?
    public var jsonPath: String?
    public var originLogPath: String?
    public var isQuiet = false

    private var arrivalsText = "wall"

    /// Nodes that share a line look at it every tenth of a second, each at a time of its own: from one to the next a place may seem to
    /// grow by what is admitted meanwhile, and by what a look takes. One node's places never grow.
    private var placeLeeway: UInt32 {
        guard targets.count > 1, let rate = promises.ratePerSecond else { return 0 }
        return UInt32(min(max(rate / 5, 1), 1e6))
    }

    /// The arguments without the program's name.
    public init(_ arguments: [String]) throws(UsageFault) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--quiet" {
                isQuiet = true
                continue
            }
            guard word.hasPrefix("--") else {
                throw UsageFault("\"\(word)\" is not understood; crowd --help says what there is")
            }
            guard let flag = Self.flags[word] else {
                throw UsageFault("there is no \(word); crowd --help says what there is")
            }
            guard let value = rest.popFirst() else { throw UsageFault("\(word) wants \(flag.wants)") }
            guard flag.take(&self, value) else { throw UsageFault("\(word) \(value): \(flag.wants) is wanted") }
        }
        arrivals = try ArrivalCurve(arrivalsText, everybody: visitors)
        guard !targets.isEmpty else {
            throw UsageFault("--target is missing: where is the waiting room? http://127.0.0.1:8080")
        }
        let hasMixed = targets.contains { $0.isSecure != targets[0].isSecure }
        if hasMixed { throw UsageFault("--target: all of them http, or all of them https") }
        rules.placeLeeway = placeLeeway
    }

    private struct Flag: Sendable {
        let wants: String
        let take: @Sendable (inout Options, String) -> Bool
    }

    private static let flags = sizes.merging(behaviour) { $1 }.merging(judged) { $1 }

    private static let sizes: [String: Flag] = [
        "--target": Flag(wants: "a URL such as http://127.0.0.1:8080/tickets") { options, text in
            guard let target = TargetURL(text), options.targets.count < targetsMax else { return false }
            options.targets.append(target)
            return true
        },
        "--yes-i-own": Flag(wants: "the host of a --target that is not this machine") { options, text in
            options.owned.append(text)
            return true
        },
        "--visitors": Flag(wants: "a number from 1 to \(visitorsMax)") { $0.set(\.visitors, Int($1), 1...visitorsMax) },
        "--connections": Flag(wants: "a number from 1 to \(connectionsMax)") {
            $0.set(\.client.connectionsMax, Int($1), 1...connectionsMax)
        },
        "--arrivals": Flag(wants: "steps such as \"wall 5000, trickle 50/s for 10m\"") { options, text in
            options.arrivalsText = text
            return true
        },
        "--for": Flag(wants: "a time from 1s to 24h") {
            $0.set(\.forNanoseconds, Quantity.nanoseconds($1), 1_000_000_000...UInt64(secondsMax) * 1_000_000_000)
        },
        "--answer-timeout": Flag(wants: "a time from 1s to 10m") {
            $0.set(\.client.answerNanosecondsMax, Quantity.nanoseconds($1), 1_000_000_000...600_000_000_000)
        },
        "--addresses": Flag(wants: "one, xff or loopback") { options, text in
            guard let addresses = Addresses(rawValue: text) else { return false }
            options.addresses = addresses
            return true
        },
        "--seed": Flag(wants: "a number") { options, text in
            options.seed = UInt64(text)
            return options.seed != nil
        },
        "--host": Flag(wants: "a host, as browsers would send it") { $0.set(\.host, $1) },
        "--api-prefix": Flag(wants: "a path such as /api/queue") { $0.setPath(\.apiPrefix, $1) },
        "--ticket-cookie": Flag(wants: "a cookie's name, or its beginning") { $0.set(\.ticketCookie, $1) },
        "--pass-cookie": Flag(wants: "a cookie's name, or its beginning") { $0.set(\.passCookie, $1) },
    ]

    private static let behaviour: [String: Flag] = [
        "--patience": Flag(wants: "a time such as 10m, or forever") { options, text in
            options.rules.patience = Patience(meanNanoseconds: Quantity.nanoseconds(text))
            return text == "forever" || options.rules.patience.meanNanoseconds != nil
        },
        "--come-back": Flag(wants: "a share from 0 to 1") { $0.set(\.rules.comeBackShare, Quantity.share($1)) },
        "--away": Flag(wants: "a time such as 30s") { $0.set(\.rules.awayNanoseconds, Quantity.nanoseconds($1)) },
        "--reload": Flag(wants: "a share from 0 to 1") { $0.set(\.rules.reloadShare, Quantity.share($1)) },
        "--requests": Flag(wants: "a number from 1 to 100000") { $0.set(\.rules.clicks, Int($1), 1...100_000) },
        "--think": Flag(wants: "a time such as 2s") { $0.set(\.rules.thinkNanoseconds, Quantity.nanoseconds($1)) },
        "--leave": Flag(wants: "idle or delete") { options, text in
            options.rules.leaving = text == "delete" ? .delete : .idle
            return text == "delete" || text == "idle"
        },
        "--leave-path": Flag(wants: "a path such as /checkout/done") { options, text in
            options.rules.leaving = .page
            return options.setPath(\.leavePath, text)
        },
    ]

    private static let judged: [String: Flag] = [
        "--rate": Flag(wants: "a rate such as 100/s or 30/m") { options, text in
            options.promises.ratePerSecond = Quantity.perSecond(text)
            return options.promises.ratePerSecond != nil
        },
        "--burst": Flag(wants: "a number") { options, text in
            options.promises.burst = Int(text)
            return options.promises.burst ?? -1 >= 0
        },
        "--max-active": Flag(wants: "a number") { options, text in
            options.promises.activeMax = Int(text)
            return options.promises.activeMax ?? -1 >= 0
        },
        "--order": Flag(wants: "fifo or any") { options, text in
            options.promises.isOrdered = text == "fifo"
            return text == "fifo" || text == "any"
        },
        "--errors-max": Flag(wants: "a number") { $0.set(\.promises.errorsMax, UInt64($1)) },
        "--lag": Flag(wants: "a time such as 500ms") { $0.set(\.promises.lagNanoseconds, Quantity.nanoseconds($1)) },
        "--json": Flag(wants: "a file") { $0.set(\.jsonPath, $1) },
        "--origin-log": Flag(wants: "a file of lines \"TIME ID\"") { $0.set(\.originLogPath, $1) },
    ]

    private mutating func set<Value: Comparable>(
        _ place: WritableKeyPath<Options, Value>, _ value: Value?, _ range: ClosedRange<Value>
    ) -> Bool {
        guard let value, range.contains(value) else { return false }
        self[keyPath: place] = value
        return true
    }

    private mutating func set<Value>(_ place: WritableKeyPath<Options, Value>, _ value: Value?) -> Bool {
        guard let value else { return false }
        self[keyPath: place] = value
        return true
    }

    private mutating func setPath(_ place: WritableKeyPath<Options, String>, _ path: String) -> Bool {
        guard TargetURL.isPath(path) else { return false }
        self[keyPath: place] = path
        return true
    }
}
