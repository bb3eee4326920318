import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Loop

/// Files, signals, children, the service manager.
@Suite struct OutsideWorldTests {
    private final class Folder {
        let path: String
        init() throws {
            path = FileManager.default.temporaryDirectory.appendingPathComponent("loop-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        func write(_ text: String, to name: String) throws {
            guard FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data(text.utf8)) else {
                throw PeerSaying("cannot write \(name)")
            }
        }
    }

    private struct PeerSaying: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
        func add() { value.wrappingAdd(1, ordering: .sequentiallyConsistent) }
        var now: Int { value.load(ordering: .sequentiallyConsistent) }
    }

    @Test func aFileThatIsWrittenReplacedOrMadeIsNoticed() throws {
        let folder = try Folder()
        try folder.write("one", to: "config.toml")
        let changes = Count()
        let loop = try TestLoop()
        let paths = ["\(folder.path)/config.toml", "\(folder.path)/key.pem"]
        try loop.run { loop in loop.tenant = try FileWatch(paths: paths, on: loop) { changes.add() } }
        try loop.settle()
        #expect(changes.now == 0)
        func expectChange(_ body: () throws -> Void) throws {
            let before = changes.now
            try body()
            try loop.wait { _ in changes.now > before }
            try loop.settle()
        }
        try expectChange {
            let handle = try #require(FileHandle(forWritingAtPath: paths[0]))
            try handle.write(contentsOf: Data("two".utf8))
            try handle.close()
        }
        try expectChange {
            try folder.write("three", to: "config.toml.new")
            #expect(rename("\(folder.path)/config.toml.new", paths[0]) == 0)
        }
        try expectChange { try folder.write("key", to: "key.pem") }
        let before = changes.now
        try folder.write("other", to: "unrelated.txt")
        try loop.settle()
        #expect(changes.now == before, "a file that nobody asked about")
        try loop.run { ($0.tenant as? FileWatch)?.cancel(on: $0) }
        try folder.write("four", to: "config.toml")
        try loop.settle()
        #expect(changes.now == before)
    }

    @Test func aFolderThatIsNotThereIsAnError() throws {
        let loop = try TestLoop()
        let text = try loop.run { loop in
            do {
                _ = try FileWatch(paths: ["/no/such/folder/file"], on: loop) {}
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(text == "inotify_add_watch /no/such/folder: No such file or directory")
    }

    @Test func signalsAreRead() throws {
        let loop = try TestLoop()
        let seen = Answer<Int32>()
        try loop.run { loop in
            // On the loop's thread alone, and sent to it alone: the other threads of the tests go on as they are.
            Signals.block([SIGUSR1, SIGHUP])
            loop.tenant = try Signals([SIGUSR1, SIGHUP], on: loop) { seen.give($0) }
            pthread_kill(pthread_self(), SIGUSR1)
        }
        #expect(try seen.wait() == SIGUSR1)
    }

    @Test func aChildSeesItsDescriptorsAndSaysThatItIsReady() throws {
        let loop = try TestLoop()
        let ready = Answer<Bool>()
        let other = Answer<[Int32]>()
        let child = try loop.run { loop in
            let pipe = try ReadyPipe(on: loop) { ready.give($0) }
            var ends: [Int32] = [0, 0]
            Glibc.pipe(&ends)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            other.give(ends)
            let child = try ChildProcess.start(
                "/bin/sh", arguments: ["-c", "echo \"$GREETING $1\" >&3; printf x >&4; exit 7", "sh", "you"],
                environment: ["GREETING": "hello"], descriptors: [ends[1], pipe.writeEnd])
            pipe.closeWriteEnd()
            return child
        }
        #expect(try ready.wait())
        let ends = try other.wait()
        close(ends[1])
        var text = [UInt8](repeating: 0, count: 64)
        let count = read(ends[0], &text, text.count)
        #expect(String(decoding: text.prefix(max(0, count)), as: UTF8.self) == "hello you\n")
        close(ends[0])
        var status: Int32 = 0
        #expect(waitpid(child, &status, 0) == child)
        #expect(status >> 8 & 255 == 7)
    }

    @Test func aChildThatEndsFirstWasNotReady() throws {
        let loop = try TestLoop()
        let ready = Answer<Bool>()
        let child = try loop.run { loop in
            let pipe = try ReadyPipe(on: loop) { ready.give($0) }
            defer { pipe.closeWriteEnd() }
            return try ChildProcess.start(
                "/bin/sh", arguments: ["-c", "exit 0"], environment: [:], descriptors: [pipe.writeEnd])
        }
        #expect(try !ready.wait())
        var status: Int32 = 0
        #expect(waitpid(child, &status, 0) == child)
    }

    @Test func aProgramThatIsNotThereIsAnError() {
        #expect {
            try ChildProcess.start("/no/such/program", arguments: [], environment: [:], descriptors: [])
        } throws: { error in
            (error as? SystemError)?.description == "posix_spawn /no/such/program: No such file or directory"
        }
    }
}
