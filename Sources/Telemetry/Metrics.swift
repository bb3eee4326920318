import Bytes
import Synchronization

/// The registry of everything that is counted. Registering takes a lock and is done by the control thread, at the start
/// and when a reload brings new upstreams; counting is done in a `MetricsShard` and takes none.
///
/// A series is never removed, since a counter that vanishes and returns would look like a restart. Registering one that
/// is there returns it again. What cannot be registered (no room, an impossible name, another kind under the same name)
/// is counted in `waitingroom_metrics_refused_total`, and its ID counts into the void.
public final class Metrics: Sendable {
    /// 64-bit words in each shard: one for a counter or gauge, 20 for a histogram.
    public static let wordsMax = 4_096
    /// Series of any kind, those that are read by closure included.
    public static let seriesMax = 4_096
    /// Shards beyond it count into the void.
    public static let shardsMax = 256

    static let histogramWords = HistogramBounds.buckets + 1

    enum Kind: Equatable { case counter, gauge, histogram }

    enum Source: Sendable {
        case word(Int)
        case read(@Sendable () -> Double)
    }

    struct Series: Sendable {
        /// As they are written between the braces.
        var labels: String
        var source: Source
    }

    struct Family: Sendable {
        var help: String
        var kind: Kind
        var series: [Series]
    }

    struct Registry: Sendable {
        var families: [String: Family] = [:]
        var shards: [MetricsWords] = []
        /// The first words are the void.
        var wordsUsed = Metrics.histogramWords
        var seriesUsed = 0
        var refused = 0
    }

    let registry: Mutex<Registry>
    /// What `set` writes to, so that a gauge may be set by the control thread as well.
    private let control: MetricsWords

    public init() {
        let control = MetricsWords()
        self.control = control
        var empty = Registry()
        empty.shards.append(control)
        registry = Mutex(empty)
    }

    /// For the thread that calls: its numbers from now on.
    public func makeShard() -> MetricsShard {
        let words = MetricsWords()
        registry.withLock { registry in
            if registry.shards.count < Self.shardsMax { registry.shards.append(words) } else { registry.refused += 1 }
        }
        return MetricsShard(words: words)
    }

    // MARK: Registering

    /// `name` ends in `_total`.
    public func counter(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> CounterID {
        CounterID(word: register(name, help, labels, .counter, words: 1))
    }

    public func gauge(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> GaugeID {
        GaugeID(word: register(name, help, labels, .gauge, words: 1))
    }

    /// `name` ends in `_seconds`.
    public func histogram(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> HistogramID {
        HistogramID(word: register(name, help, labels, .histogram, words: Self.histogramWords))
    }

    /// A counter that somebody else keeps; read at every scrape, on the thread that renders.
    public func counter(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:], read: @escaping @Sendable () -> Double
    ) {
        register(name, help, labels, .counter, read: read)
    }

    /// A gauge that somebody else keeps; read at every scrape, on the thread that renders. Registering it again
    /// replaces what reads it.
    public func gauge(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:], read: @escaping @Sendable () -> Double
    ) {
        register(name, help, labels, .gauge, read: read)
    }

    private func register(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String>, _ kind: Kind, words: Int
    ) -> Int {
        registry.withLock { registry in
            switch registry.find(name, labels, kind) {
            case .impossible: break
            case .there(let at):
                if case .word(let word)? = registry.families[name]?.series[at].source { return word }
            case .new(let text):
                guard registry.wordsUsed + words <= Self.wordsMax, registry.seriesUsed < Self.seriesMax else { break }
                let word = registry.wordsUsed
                registry.wordsUsed += words
                registry.add(Series(labels: text, source: .word(word)), to: name, help, kind)
                return word
            }
            registry.refused += 1
            return 0
        }
    }

    private func register(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String>, _ kind: Kind,
        read: @escaping @Sendable () -> Double
    ) {
        registry.withLock { registry in
            switch registry.find(name, labels, kind) {
            case .there(let at):
                if case .read? = registry.families[name]?.series[at].source {
                    registry.families[name]?.series[at].source = .read(read)
                    return
                }
            case .new(let text) where registry.seriesUsed < Self.seriesMax:
                return registry.add(Series(labels: text, source: .read(read)), to: name, help, kind)
            case .new, .impossible: break
            }
            registry.refused += 1
        }
    }

    // MARK: Reading and setting

    /// From the control thread; what the loops have in the same gauge is added to it.
    public func set(_ id: GaugeID, _ value: Int64) {
        control.cell(id.word).pointee.store(UInt64(bitPattern: value), ordering: .relaxed)
    }

    public func value(of id: CounterID) -> UInt64 { registry.withLock { $0.sum(id.word) } }

    public func value(of id: GaugeID) -> Int64 { Int64(bitPattern: registry.withLock { $0.sum(id.word) }) }

    /// How many durations were counted, and what they come to.
    public func value(of id: HistogramID) -> (count: UInt64, nanoseconds: UInt64) {
        registry.withLock { registry in
            let count = (0..<HistogramBounds.buckets).reduce(UInt64(0)) { $0 &+ registry.sum(id.word + $1) }
            return (count, registry.sum(id.word + HistogramBounds.buckets))
        }
    }

    /// Registrations that were refused.
    public var refused: Int { registry.withLock { $0.refused } }
}

extension Metrics.Registry {
    enum Found {
        case there(Int)
        case new(labels: String)
        case impossible
    }

    func find(_ name: String, _ labels: KeyValuePairs<String, String>, _ kind: Metrics.Kind) -> Found {
        guard MetricsNames.isMetric(name), MetricsNames.areLabels(labels, ofHistogram: kind == .histogram) else {
            return .impossible
        }
        let text = MetricsNames.text(of: labels)
        guard let family = families[name] else { return .new(labels: text) }
        guard family.kind == kind else { return .impossible }
        if let at = family.series.firstIndex(where: { $0.labels == text }) { return .there(at) }
        return .new(labels: text)
    }

    mutating func add(_ series: Metrics.Series, to name: String, _ help: String, _ kind: Metrics.Kind) {
        families[name, default: Metrics.Family(help: help, kind: kind, series: [])].series.append(series)
        seriesUsed += 1
    }

    func sum(_ word: Int) -> UInt64 { shards.reduce(0) { $0 &+ $1.load(word) } }
}
