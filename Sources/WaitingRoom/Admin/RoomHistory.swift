import Admission

/// A room at a second.
struct RoomSample: Sendable {
    /// Since 1970.
    let at: Int64
    /// Nil while the store says nothing.
    let waiting: Int?
    let admittedTotal: Int64?
    let active: Int?
    let rate: Double
    /// Nil is none.
    let cap: Int64?
    /// Of the last promise of this process that was kept or broken.
    let promised: Microseconds?
    let actual: Microseconds?
    let nodes: Int
    let store: String
    let origin: OriginFigures
}

/// What this process has counted of the origin so far.
struct OriginFigures: Sendable, Equatable {
    var requests: UInt64 = 0
    var failures: UInt64 = 0
    var answers: UInt64 = 0
    var nanoseconds: UInt64 = 0

    /// What came since.
    func since(_ earlier: OriginFigures) -> OriginFigures {
        OriginFigures(
            requests: requests &- earlier.requests, failures: failures &- earlier.failures,
            answers: answers &- earlier.answers, nanoseconds: nanoseconds &- earlier.nanoseconds)
    }

    var meanMilliseconds: Double? { answers == 0 ? nil : Double(nanoseconds) / Double(answers) / 1e6 }
}

/// The last ten minutes of a room, second by second.
struct RoomHistory: Sendable {
    static let samplesMax = 600

    private(set) var samples: [RoomSample] = []

    mutating func add(_ sample: RoomSample) {
        if samples.count >= Self.samplesMax { samples.removeFirst(samples.count - Self.samplesMax + 1) }
        samples.append(sample)
    }

    /// So many were admitted in the last seconds, as the store counted them; a line that began anew counts from there.
    func admitted(inLast seconds: Int64) -> Int64? {
        guard let last = samples.last(where: { $0.admittedTotal != nil }), let total = last.admittedTotal else { return nil }
        var sum: Int64 = 0
        var later = total
        for sample in samples.reversed() where sample.at < last.at {
            guard let earlier = sample.admittedTotal else { continue }
            if sample.at < last.at - seconds { break }
            sum += max(0, later - earlier)
            later = earlier
            if sample.at == last.at - seconds { break }
        }
        return sum
    }

    /// Of a sample, against the one before it.
    func admitted(at index: Int) -> Int64? {
        guard samples.indices.contains(index - 1), let now = samples[index].admittedTotal,
            let before = samples[index - 1].admittedTotal
        else { return nil }
        return max(0, now - before)
    }
}
