import Bytes

extension Metrics {
    static let refusedName = "waitingroom_metrics_refused_total"

    /// Everything as Prometheus reads it: text exposition format 0.0.4, families sorted by name. From any thread; the
    /// numbers of the loops go on changing meanwhile, but a histogram's count is always the sum of its buckets.
    public func render(into page: inout ByteBuffer) {
        var registry = self.registry.withLock { $0 }
        let refused = Double(registry.refused)
        registry.add(
            Series(labels: "", source: .read { refused }), to: Self.refusedName,
            "Series and shards that could not be registered.", .counter)
        for (name, family) in registry.families.sorted(by: { $0.key < $1.key }) {
            page.append(head: name, family)
            for series in family.series.sorted(by: { $0.labels < $1.labels }) {
                switch series.source {
                case .read(let read): page.append(sample: name, series.labels, number: read())
                case .word(let word):
                    let value = registry.sum(word)
                    switch family.kind {
                    case .counter: page.append(sample: name, series.labels, value)
                    case .gauge: page.append(sample: name, series.labels, number: Int64(bitPattern: value))
                    case .histogram: page.append(histogram: name, series.labels, at: word, registry)
                    }
                }
            }
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func append(head name: String, _ family: Metrics.Family) {
        append("# HELP \(name) \(MetricsNames.escaped(family.help, quote: false))\n# TYPE \(name) ")
        switch family.kind {
        case .counter: append("counter\n")
        case .gauge: append("gauge\n")
        case .histogram: append("histogram\n")
        }
    }

    fileprivate mutating func append(sample name: String, _ labels: String, _ value: UInt64) {
        append(series: name, labels)
        append(decimal: value)
        append("\n")
    }

    fileprivate mutating func append(sample name: String, _ labels: String, number: Int64) {
        append(series: name, labels)
        append("\(number)\n")
    }

    fileprivate mutating func append(sample name: String, _ labels: String, number: Double) {
        append(series: name, labels)
        if number.isNaN {
            append("NaN\n")
        } else if number.isInfinite {
            append(number > 0 ? "+Inf\n" : "-Inf\n")
        } else if let whole = Int64(exactly: number) {
            append("\(whole)\n")
        } else {
            append("\(number)\n")
        }
    }

    fileprivate mutating func append(
        histogram name: String, _ labels: String, at word: Int, _ registry: Metrics.Registry
    ) {
        let comma = labels.isEmpty ? "" : ","
        var seen: UInt64 = 0
        for bucket in 0..<HistogramBounds.buckets {
            seen &+= registry.sum(word + bucket)
            append("\(name)_bucket{\(labels)\(comma)le=\"")
            if bucket < HistogramBounds.count { append(HistogramBounds.seconds[bucket]) } else { append("+Inf") }
            append("\"} ")
            append(decimal: seen)
            append("\n")
        }
        let nanoseconds = registry.sum(word + HistogramBounds.buckets)
        append(series: name + "_sum", labels)
        append(decimal: nanoseconds / 1_000_000_000)
        append(".")
        append(padded: Int64(nanoseconds % 1_000_000_000), width: 9)
        append("\n")
        append(sample: name + "_count", labels, seen)
    }

    private mutating func append(series name: String, _ labels: String) {
        append(name)
        if !labels.isEmpty { append("{\(labels)}") }
        append(" ")
    }
}
