import Address
import Bytes
import Glibc
import Loop
import TLS

/// `crowd` from its arguments to its exit code.
public enum CrowdProgram {
    static let keptCode: Int32 = 0
    static let brokenCode: Int32 = 1
    static let usageCode: Int32 = 2

    public static func run(_ arguments: [String]) -> Int32 {
        let words = Array(arguments.dropFirst())
        if words.isEmpty || words.contains("--help") || words == ["help"] {
            print(CrowdHelp.text)
            return words.isEmpty ? usageCode : keptCode
        }
        do throws(UsageFault) {
            let options = try Options(words)
            return try run(options)
        } catch {
            tell("crowd: \(error)")
            return usageCode
        }
    }

    private static func run(_ options: Options) throws(UsageFault) -> Int32 {
        let targets = try TargetLookup.targets(options)
        let json = try options.jsonPath.map(open)
        defer { if let json { close(json) } }
        let descriptors = DescriptorLimit.raise()
        guard options.client.connectionsMax + descriptorsKept <= descriptors else {
            throw UsageFault("--connections: this process may have \(descriptors) files open; ulimit -n says so")
        }
        Signals.block([SIGINT, SIGTERM])
        let rehearsal: Rehearsal
        do {
            let loop = try EventLoop()
            let isLocal = targets.allSatisfy(\.endpoint.address.isLoopback)
            let tls = targets[0].isSecure ? try TLSClient(trust: isLocal ? .anybody : .system) : nil
            var random = SystemRandomNumberGenerator()
            let seed = options.seed ?? random.next() >> 32
            rehearsal = Rehearsal(options, targets: targets, tls: tls, seed: seed, on: loop, say: tell)
            let signals = try Signals([SIGINT, SIGTERM], on: loop) { _ in rehearsal.end() }
            rehearsal.begin()
            withExtendedLifetime(signals) { loop.run() }
        } catch {
            tell("crowd: it cannot run: \(error)")
            return brokenCode
        }
        return try report(rehearsal, options, json)
    }

    /// Log, epoll, signals and what the C library opens.
    private static let descriptorsKept = 32

    private static func report(_ rehearsal: Rehearsal, _ options: Options, _ json: Int32?) throws(UsageFault) -> Int32 {
        var log: OriginLog?
        if let path = options.originLogPath {
            let bytes = try read(path)
            log = OriginLog(bytes.span, openedAt: rehearsal.openedAtUnix)
        }
        var report = Report(
            rehearsal.visits, rehearsal.counted, options.promises, origin: log, elapsed: rehearsal.elapsed,
            seed: rehearsal.seed)
        report.process = processUse()
        print(report.text, terminator: "")
        if let json, !write(report.json, to: json) {
            tell("crowd: the report could not be written: \(SystemError("write"))")
            return brokenCode
        }
        return report.isKept ? keptCode : brokenCode
    }

    private static func processUse() -> ProcessUse {
        var usage = rusage()
        var result = ProcessUse()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return result }
        for time in [usage.ru_utime, usage.ru_stime] {
            result.processorSeconds += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        result.memoryKibibytesMost = usage.ru_maxrss
        return result
    }

    // MARK: Files

    static let originLogBytesMax = 1 << 30

    /// Before the run, so that an hour is not lost to a path that cannot be written.
    private static func open(_ path: String) throws(UsageFault) -> Int32 {
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw UsageFault("--json: \(SystemError("open \(path)"))") }
        return file
    }

    private static func read(_ path: String) throws(UsageFault) -> [UInt8] {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw UsageFault("--origin-log: \(SystemError("open \(path)"))") }
        defer { close(file) }
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(file, &part, part.count)
            if count <= 0 { return all }
            all += part[..<count]
            if all.count > originLogBytesMax {
                throw UsageFault(
                    "--origin-log: \(path) has more than \(originLogBytesMax >> 20) MiB; give the part of this run")
            }
        }
    }

    private static func write(_ text: String, to file: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let part = Array(rest)
            let count = Glibc.write(file, part, part.count)
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// To stderr: stdout is the report's.
    private static func tell(_ line: String) { _ = write(line + "\n", to: 2) }
}
