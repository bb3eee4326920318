import Glibc

/// What the system knows about this process, under the names that every dashboard looks for. Small blocking reads of
/// `/proc`: for the control thread only.
public struct ProcessMetrics: Equatable, Sendable {
    public var cpuSeconds = 0.0
    public var residentBytes = 0.0
    public var virtualBytes = 0.0
    public var openDescriptors = 0.0
    public var maxDescriptors = 0.0
    /// Unix time.
    public var startSeconds = 0.0

    public init() {}

    /// What cannot be read (no `/proc`, no descriptor left) stays NaN, which says so.
    public static func read() -> ProcessMetrics {
        var metrics = ProcessMetrics()
        metrics.cpuSeconds = readCPUSeconds()
        let pages = readStatm()
        metrics.virtualBytes = pages.virtual
        metrics.residentBytes = pages.resident
        metrics.openDescriptors = readOpenDescriptors()
        metrics.maxDescriptors = readMaxDescriptors()
        metrics.startSeconds = readStartSeconds()
        return metrics
    }

    /// Shows them at every scrape of the registry.
    public static func register(in metrics: Metrics) {
        let start = readStartSeconds()
        metrics.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.") { readCPUSeconds() }
        metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.") { readStatm().resident }
        metrics.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.") { readStatm().virtual }
        metrics.gauge("process_open_fds", "Number of open file descriptors.") { readOpenDescriptors() }
        metrics.gauge("process_max_fds", "Maximum number of open file descriptors.") { readMaxDescriptors() }
        metrics.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.") { start }
    }

    private static func readCPUSeconds() -> Double {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .nan }
        // Hundredths, like the kernel's own count: more digits would be noise in every scrape.
        return Double(time.tv_sec) + Double(time.tv_nsec / 10_000_000) / 100
    }

    private static func readStatm() -> (virtual: Double, resident: Double) {
        let pages = words(of: "/proc/self/statm").map { Double($0) ?? .nan }
        guard pages.count >= 2 else { return (.nan, .nan) }
        let pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))
        return (pages[0] * pageBytes, pages[1] * pageBytes)
    }

    private static func readOpenDescriptors() -> Double {
        guard let folder = opendir("/proc/self/fd") else { return .nan }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil { entries += 1 }
        // Neither `.`, nor `..`, nor the descriptor that is reading.
        return Double(max(0, entries - 3))
    }

    private static func readMaxDescriptors() -> Double {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .nan }
        return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
    }

    /// Field 22 of `stat` in clock ticks since the machine's start; the fields are counted behind the last parenthesis,
    /// since the program's name may hold spaces.
    private static func readStartSeconds() -> Double {
        let stat = text(of: "/proc/self/stat")
        guard let name = stat.lastIndex(of: ")") else { return .nan }
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        let machine = words(of: "/proc/stat", after: "btime")
        guard fields.count > 19, let ticks = Double(fields[19]), let boot = machine.first.flatMap(Double.init) else {
            return .nan
        }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    // MARK: Small files

    private static func words(of path: String, after key: String? = nil) -> [Substring] {
        for line in text(of: path).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let key else { return words }
            if words.first?.elementsEqual(key) == true { return Array(words.dropFirst()) }
        }
        return []
    }

    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece: [UInt8] = Array(repeating: 0, count: 16_384)
        // The kernel's statistics of a machine with many interrupts are long, but never this long.
        while bytes.count < 1 << 20 {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += piece[0..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
