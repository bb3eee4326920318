import Bytes
import Foundation
import TestSupport
import Testing

@testable import Telemetry

@Suite struct MetricsTests {
    private func page(_ metrics: Metrics) -> String {
        var page = ByteBuffer()
        metrics.render(into: &page)
        return page.span.string
    }

    @Test func rendersFamiliesSortedAndOnce() {
        let metrics = Metrics()
        let shard = metrics.makeShard()
        let b = metrics.counter("requests_total", "Requests, by\nupstream \\ room.", ["upstream": "b", "code": "2xx"])
        let open = metrics.gauge("connections_open", "Connections that are open.")
        let a = metrics.counter("requests_total", "Another help.", ["upstream": "a \"quoted\" \\ \n", "code": "2xx"])
        metrics.gauge("temperature_celsius", "Read elsewhere.") { 36.6 }
        shard.add(a)
        shard.add(b, 41)
        shard.add(b)
        shard.add(open, 3)
        shard.add(open, -5)
        #expect(
            page(metrics) == #"""
                # HELP connections_open Connections that are open.
                # TYPE connections_open gauge
                connections_open -2
                # HELP requests_total Requests, by\nupstream \\ room.
                # TYPE requests_total counter
                requests_total{code="2xx",upstream="a \"quoted\" \\ \n"} 1
                requests_total{code="2xx",upstream="b"} 42
                # HELP temperature_celsius Read elsewhere.
                # TYPE temperature_celsius gauge
                temperature_celsius 36.6
                # HELP waitingroom_metrics_refused_total Series and shards that could not be registered.
                # TYPE waitingroom_metrics_refused_total counter
                waitingroom_metrics_refused_total 0

                """#)
    }

    @Test func rendersHistograms() {
        let metrics = Metrics()
        let shard = metrics.makeShard()
        let duration = metrics.histogram("wait_seconds", "Waits.", ["room": "a"])
        shard.observe(duration, nanoseconds: 100_000)
        shard.observe(duration, nanoseconds: 100_001)
        shard.observe(duration, nanoseconds: 2_000_000_000)
        shard.observe(duration, nanoseconds: 61_000_000_000)
        shard.observe(duration, nanoseconds: -5)
        let lines = page(metrics).split(separator: "\n")
        #expect(lines.contains(#"wait_seconds_bucket{room="a",le="0.0001"} 2"#))
        #expect(lines.contains(#"wait_seconds_bucket{room="a",le="0.00025"} 3"#))
        #expect(lines.contains(#"wait_seconds_bucket{room="a",le="1"} 3"#))
        #expect(lines.contains(#"wait_seconds_bucket{room="a",le="2.5"} 4"#))
        #expect(lines.contains(#"wait_seconds_bucket{room="a",le="60"} 4"#))
        #expect(lines.contains(#"wait_seconds_bucket{room="a",le="+Inf"} 5"#))
        #expect(lines.contains(#"wait_seconds_sum{room="a"} 63.000200001"#))
        #expect(lines.contains(#"wait_seconds_count{room="a"} 5"#))
    }

    @Test func aGaugeIsTheSumOfItsPartsAndWhatTheControlThreadSet() {
        let metrics = Metrics()
        let open = metrics.gauge("open", "Open.")
        let first = metrics.makeShard()
        let second = metrics.makeShard()
        first.add(open, 5)
        second.set(open, 7)
        metrics.set(open, 100)
        #expect(metrics.value(of: open) == 112)
        second.set(open, -7)
        metrics.set(open, 0)
        #expect(metrics.value(of: open) == -2)
    }

    @Test func registeringAgainIsTheSameSeries() {
        let metrics = Metrics()
        let first = metrics.counter("a_total", "A.", ["x": "1", "y": "2"])
        #expect(metrics.counter("a_total", "A.", ["y": "2", "x": "1"]) == first)
        #expect(metrics.counter("a_total", "A.", ["x": "1"]) != first)
        metrics.gauge("g", "G.") { 1 }
        metrics.gauge("g", "G.") { 2 }
        #expect(page(metrics).contains("\ng 2\n"))
        #expect(metrics.refused == 0)
    }

    @Test func refusesWhatPrometheusWould() {
        let metrics = Metrics()
        let shard = metrics.makeShard()
        let good = metrics.counter("good_total", "Good.")
        let refused = [
            metrics.counter("", "Empty."), metrics.counter("1st_total", "A digit first."),
            metrics.counter("a-b_total", "A dash."),
            metrics.counter("é_total", "Not ASCII."), metrics.counter("l_total", "L.", ["": "x"]),
            metrics.counter("l_total", "L.", ["a:b": "x"]), metrics.counter("l_total", "L.", ["__a": "x"]),
            metrics.counter("l_total", "L.", ["a": "x", "a": "y"]),
        ]
        _ = metrics.gauge("good_total", "Another kind.")
        _ = metrics.histogram("h_seconds", "H.", ["le": "x"])
        metrics.counter("good_total", "Kept elsewhere.") { 1 }
        for id in refused { shard.add(id, 1_000) }
        shard.add(good)
        #expect(metrics.refused == refused.count + 3)
        #expect(metrics.value(of: good) == 1)
        #expect(page(metrics).contains("\nwaitingroom_metrics_refused_total \(refused.count + 3)\n"))
        #expect(!page(metrics).contains("1000"))
    }

    @Test func whatHasNoRoomIsRefusedAndCounted() {
        let metrics = Metrics()
        let shard = metrics.makeShard()
        var given: [HistogramID] = []
        while metrics.refused == 0 { given.append(metrics.histogram("h_seconds", "H.", ["n": "\(given.count)"])) }
        let refused = given.removeLast()
        #expect(given.count == Metrics.wordsMax / Metrics.histogramWords - 1)
        shard.observe(refused, nanoseconds: 1)
        for id in given { shard.observe(id, nanoseconds: .max) }
        // Smaller ones may still fit, down to the last word.
        var counters = 0
        while metrics.refused == 1 {
            shard.add(metrics.counter("c_total", "C.", ["n": "\(counters)"]))
            counters += 1
        }
        #expect(counters - 1 == Metrics.wordsMax % Metrics.histogramWords)
        let counts = page(metrics).split(separator: "\n").filter { $0.hasPrefix("h_seconds_count") }
        #expect(counts.count == given.count)
        #expect(counts.allSatisfy { $0.hasSuffix(" 1") })
    }

    @Test func tooManyShardsAndClosuresAreRefused() {
        let metrics = Metrics()
        let total = metrics.counter("a_total", "A.")
        for _ in 0..<Metrics.shardsMax + 4 { metrics.makeShard().add(total) }
        // One shard is the control thread's.
        #expect(metrics.refused == 5)
        #expect(metrics.value(of: total) == UInt64(Metrics.shardsMax) - 1)
        for number in 0..<Metrics.seriesMax { metrics.gauge("g", "G.", ["n": "\(number)"]) { 1 } }
        #expect(metrics.refused == 6)
    }

    /// Each thread has a shard of its own, and none of the additions is lost while somebody reads all the time.
    @Test func sumsOverThreadsExactly() {
        let metrics = Metrics()
        let total = metrics.counter("a_total", "A.")
        let open = metrics.gauge("open", "Open.")
        let wait = metrics.histogram("wait_seconds", "Waits.")
        let threads = 4
        let turns = 100_000
        let group = DispatchGroup()
        for _ in 0..<threads {
            Thread.run(in: group) {
                let shard = metrics.makeShard()
                for turn in 0..<turns {
                    shard.add(total)
                    shard.add(open, turn % 2 == 0 ? 2 : -1)
                    shard.observe(wait, nanoseconds: Int64(turn) * 1_000)
                }
            }
        }
        var last: UInt64 = 0
        var reads = 0
        while group.wait(timeout: .now()) == .timedOut {
            let now = metrics.value(of: total)
            #expect(now >= last)
            last = now
            reads += page(metrics).isEmpty ? 0 : 1
        }
        #expect(metrics.value(of: total) == UInt64(threads * turns))
        #expect(metrics.value(of: open) == Int64(threads * turns / 2))
        #expect(page(metrics).contains("\nwait_seconds_count \(threads * turns)\n"))
        let nanoseconds = threads * turns * (turns - 1) / 2 * 1_000
        #expect(page(metrics).contains("\nwait_seconds_sum \(nanoseconds / 1_000_000_000)."))
    }

    @Test func promtoolAcceptsThePage() throws {
        let metrics = Metrics()
        let shard = metrics.makeShard()
        ProcessMetrics.register(in: metrics)
        for upstream in ["http://10.0.0.1:80", "a \"b\" \\ \n é", ""] {
            shard.add(metrics.counter("waitingroom_requests_total", "Requests answered.", ["upstream": upstream]))
            let wait = metrics.histogram("waitingroom_upstream_seconds", "Time to the first byte.", ["upstream": upstream])
            shard.observe(wait, nanoseconds: 123_456_789)
        }
        shard.add(metrics.gauge("waitingroom_connections_open", "Connections open: \\ and\nmore."), -1)
        metrics.gauge("waitingroom_load_ratio", "From a closure.") { .infinity }
        metrics.gauge("waitingroom_idle_ratio", "From a closure.") { .nan }
        let (status, said) = try promtool(page(metrics))
        #expect(status == 0)
        #expect(said == "")
    }

    /// The check above can fail: the same tool finds what is wrong with this.
    @Test func promtoolRefusesAWrongPage() throws {
        #expect(try promtool("# TYPE a counter\na 1\na 1\n").status != 0)
        #expect(try promtool("# HELP requests Requests.\n# TYPE requests counter\nrequests 1\n").said != "")
    }

    private func promtool(_ page: String) throws -> (status: Int32, said: String) {
        let program = try FinishedProgram.run(
            ["/usr/bin/env", "promtool", "check", "metrics"], input: Data(page.utf8))
        return (program.exitCode, program.said)
    }
}

extension Thread {
    /// Runs on a thread of its own; the group is empty when all are done.
    static func run(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        Thread {
            body()
            group.leave()
        }.start()
    }
}
