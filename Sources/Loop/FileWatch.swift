import CLinux
import Glibc

/// Says when a file was written or replaced. It watches the folder, since editors and deployments replace the file.
public final class FileWatch: Watcher {
    private let descriptor: Int32
    private let names: Set<String>
    private let onChange: () -> Void

    /// Watches files of one or more folders.
    public init(paths: [String], on loop: EventLoop, _ onChange: @escaping () -> Void) throws(SystemError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("inotify_init1") }
        var names: Set<String> = []
        var folders: Set<String> = []
        for path in paths {
            let slash = path.lastIndex(of: "/")
            folders.insert(slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".")
            names.insert(slash.map { String(path[path.index(after: $0)...]) } ?? path)
        }
        self.names = names
        self.onChange = onChange
        for folder in folders {
            let mask = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_CREATE)
            guard inotify_add_watch(descriptor, folder, mask) >= 0 else {
                let error = SystemError("inotify_add_watch \(folder)")
                close(descriptor)
                throw error
            }
        }
        try loop.watch(descriptor, for: .readable, self)
    }

    /// Stops watching; must be called on the loop.
    public func cancel(on loop: EventLoop) {
        loop.unwatch(descriptor)
        close(descriptor)
    }

    public func ready(_ readiness: Readiness) {
        var isOurs = false
        let capacity = 16 * 1024
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer, capacity)
            if count <= 0 { break }
            var at = 0
            while at + MemoryLayout<inotify_event>.size <= count {
                let event = buffer.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
                let nameStart = at + MemoryLayout<inotify_event>.size
                if event.len > 0 {
                    let name = String(cString: (buffer + nameStart).assumingMemoryBound(to: CChar.self))
                    if names.contains(name) { isOurs = true }
                }
                at = nameStart + Int(event.len)
            }
        }
        if isOurs { onChange() }
    }
}
