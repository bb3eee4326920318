/// How a line will move, played forward from what is known: a tick pops the first places of each lane, present or not; whoever
/// does not come in the claim window is replaced; the store drops who is gone when its patience ends; a lane that is empty
/// leaves its share to the others.
///
/// As a fluid, in steps as long as that is going on, then in one piece for each lane that runs dry.
struct Forecast: Sendable {
    /// A step is this part of the claim window, or of the store's patience, whichever is longer.
    static let stepsPerClaimWindow = 8.0
    static let stepsPerPatience = 64.0

    /// So many of a lane, one after the other, of whom so many are there.
    struct Part: Sendable {
        var count: Double
        var present: Double
    }

    struct Course: Sendable {
        /// Regular admissions in a second, at most.
        var rate: Double
        /// In place of others, in a second at most.
        var replacementsMax: Double
        /// Not replaced yet: whose claim window is over, and who is in it and will not come.
        var owed: Double
        var missing: Double
        var claimWindow: Double
        /// After so long the store has dropped who is absent now; before, it has dropped these parts of them.
        var patience: Double
        var swept: [Double]
        var shares: [Double]
        /// Where the cap holds the line up.
        var slots: Slots?

        /// Admissions in a second when this part of those admitted comes for its pass, and so many slots are held by others.
        func rate(present: Double, held: Double, step: Double) -> Double {
            guard let slots else { return rate }
            return min(rate, max(0, slots.count - held) / max(present * slots.holdSeconds + (1 - present) * step, 1e-3))
        }
    }

    /// So many slots, and how long one is taken by somebody who comes; by others for the claim window.
    struct Slots: Sendable {
        var count: Double
        var holdSeconds: Double
    }

    private struct Lane: Sendable {
        var parts: [Part]
        var at = 0
        var share: Double
        /// Those present before each part.
        var ranks: [Double] = [0]
        var presents: [Double] = [0]
        /// How many of those present were admitted by when.
        var served: [Double] = [0]
        var times: [Double] = [0]
        /// Of those present, how many still wait, and how many of them go in a second from then on.
        var left = 0.0
        var speed = 0.0

        var isEmpty: Bool { at >= parts.count }

        mutating func note(_ time: Double) {
            times.append(time)
            served.append(max((presents.last ?? 0) - left, served.last ?? 0))
        }
    }

    private var lanes: [Lane]

    init(_ lanes: [[Part]], _ course: Course?) {
        self.lanes = lanes.enumerated().map { at, parts in
            var lane = Lane(parts: parts, share: course.flatMap { at < $0.shares.count ? $0.shares[at] : nil } ?? 1)
            for part in parts {
                lane.ranks.append((lane.ranks.last ?? 0) + part.count)
                lane.presents.append((lane.presents.last ?? 0) + part.present)
            }
            lane.left = lane.presents.last ?? 0
            return lane
        }
        if let course, course.rate > 1e-6 { play(course) }
    }

    /// Seconds from a rank to the front; nil when nobody is admitted.
    func seconds(ahead rank: Int, lane: Int) -> Double? {
        guard lanes.indices.contains(lane), lanes[lane].speed > 1e-6 else { return nil }
        let lane = lanes[lane]
        let present = Self.interpolate(Double(rank) + 1, lane.ranks, lane.presents, beyond: 1)
        return Self.interpolate(present, lane.served, lane.times, beyond: 1 / lane.speed)
    }

    // MARK: Playing

    private mutating func play(_ course: Course) {
        let absent = lanes.reduce(0.0) { sum, lane in sum + lane.parts.reduce(0) { $0 + $1.count - $1.present } }
        var time = 0.0
        if absent + course.owed + course.missing > 0.5 { time = playAbsent(course) }
        playPresent(course.rate(present: 1, held: 0, step: 0), from: time)
    }

    /// Until everybody who is absent has been dropped or replaced; gives how long that takes.
    private mutating func playAbsent(_ course: Course) -> Double {
        let step = max(course.claimWindow / Self.stepsPerClaimWindow, course.patience / Self.stepsPerPatience, 0.1)
        let window = max(1, Int((course.claimWindow / step).rounded()))
        let steps = Int((course.patience / step).rounded(.up)) + 2 * window
        var owed = course.owed
        var held = course.missing
        var present = lanes.first?.parts.first.map { $0.present / max($0.count, 1) } ?? 1
        var missed = [Double](repeating: course.missing / Double(window), count: window)
        for number in 0..<steps {
            let waiting = lanes.indices.filter { !lanes[$0].isEmpty }
            owed += missed[number]
            let replaced = min(owed, course.replacementsMax * step)
            owed -= replaced
            let remains = 1 - Self.swept(course, by: (Double(number) + 0.5) * step)
            held -= missed[number]
            let popped = course.rate(present: present, held: held, step: step) * step + replaced
            let absent = pop(popped, remains)
            missed.append(absent)
            held += absent
            present = popped > 0 ? 1 - min(1, absent / popped) : 1
            for lane in waiting { lanes[lane].note(Double(number + 1) * step) }
            if lanes.allSatisfy(\.isEmpty) { break }
        }
        return Double(steps) * step
    }

    private static func swept(_ course: Course, by time: Double) -> Double {
        guard !course.swept.isEmpty, course.patience > 0, time < course.patience else { return 1 }
        let at = time / course.patience * Double(course.swept.count)
        let index = min(Int(at), course.swept.count - 1)
        let before = index == 0 ? 0 : course.swept[index - 1]
        return before + (course.swept[index] - before) * (at - Double(index))
    }

    /// Pops so many from the lanes by their shares; gives how many of them will not come.
    private mutating func pop(_ count: Double, _ remains: Double) -> Double {
        var absent = 0.0
        var budget = count
        for _ in lanes {
            let sum = lanes.reduce(0) { $0 + ($1.isEmpty ? 0 : $1.share) }
            guard budget > 1e-9, sum > 0 else { break }
            var rest = 0.0
            for at in lanes.indices where !lanes[at].isEmpty {
                rest += Self.pop(budget * lanes[at].share / sum, remains, from: &lanes[at], &absent)
            }
            budget = rest
        }
        return absent
    }

    /// Gives what of `count` was not to be had.
    private static func pop(_ count: Double, _ remains: Double, from lane: inout Lane, _ absent: inout Double) -> Double {
        var count = count
        while count > 1e-9, !lane.isEmpty {
            let part = lane.parts[lane.at]
            let gone = (part.count - part.present) * remains
            let taken = min(1, count / max(part.present + gone, 1e-9))
            count -= taken * (part.present + gone)
            absent += taken * gone
            lane.left -= taken * part.present
            lane.parts[lane.at] = Part(count: part.count * (1 - taken), present: part.present * (1 - taken))
            if taken == 1 { lane.at += 1 }
        }
        return max(0, count)
    }

    /// Only those present are left.
    private mutating func playPresent(_ rate: Double, from start: Double) {
        var time = start
        for at in lanes.indices { lanes[at].speed = rate * part(of: at) }
        for _ in lanes {
            let busy = lanes.indices.filter { lanes[$0].left > 1e-6 }
            for at in busy { lanes[at].speed = rate * part(of: at) }
            guard let next = busy.map({ lanes[$0].left / lanes[$0].speed }).min() else { return }
            time += next
            for at in busy {
                lanes[at].left -= lanes[at].speed * next
                lanes[at].note(time)
            }
        }
    }

    /// The part of the rate that a lane has now, or would have with somebody in it.
    private func part(of lane: Int) -> Double {
        let sum = lanes.indices.reduce(0) { $0 + ($1 == lane || lanes[$1].left > 1e-6 ? lanes[$1].share : 0) }
        return sum > 0 ? lanes[lane].share / sum : 1
    }

    private static func interpolate(_ x: Double, _ xs: [Double], _ ys: [Double], beyond slope: Double) -> Double {
        let next = xs.partitioningIndex { $0 >= x }
        guard next > 0 else { return ys.first ?? 0 }
        guard next < xs.count else { return (ys.last ?? 0) + (x - (xs.last ?? 0)) * slope }
        let part = xs[next] > xs[next - 1] ? (x - xs[next - 1]) / (xs[next] - xs[next - 1]) : 1
        return ys[next - 1] + part * (ys[next] - ys[next - 1])
    }
}
