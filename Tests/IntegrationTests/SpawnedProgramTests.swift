import Foundation
import TestSupport
import Testing

/// What starts every program of these tests.
@Suite struct SpawnedProgramTests {
    private func shell(_ script: String, folder: String? = nil, input: String = "") throws -> FinishedProgram {
        try FinishedProgram.run(["/bin/sh", "-c", script], folder: folder, input: Data(input.utf8))
    }

    @Test func whatItIsGivenAndWhatItSays() throws {
        let program = try FinishedProgram.run(
            ["/bin/sh", "-c", "pwd; echo \"$GREETING $1\"; cat; echo wrong >&2; exit 7", "sh", "you"],
            environment: ["GREETING": "hello", "PATH": "/usr/bin:/bin"], folder: "/usr", input: Data("read\n".utf8))
        #expect(program.exitCode == 7)
        #expect(program.output == "/usr\nhello you\nread\n")
        #expect(program.errors == "wrong\n")
    }

    @Test func aSignalThatEndsItIsNegative() throws { #expect(try shell("kill -TERM $$").exitCode == -SIGTERM) }

    /// More than a pipe holds, both ways and on both outputs.
    @Test func muchIsReadAndWritten() throws {
        let text = String(repeating: "0123456789abcde\n", count: 20_000)
        let program = try shell("tee /dev/stderr", input: text)
        #expect(program.output == text && program.errors == text)
    }

    @Test func itInheritsNothing() throws {
        // No close-on-exec, and a signal that is ignored as those of this process mostly are.
        let ends = Pipe()
        let copy = fcntl(ends.fileHandleForReading.fileDescriptor, F_DUPFD, 700)
        defer { close(copy) }
        #expect(copy >= 700)
        signal(SIGPIPE, SIG_IGN)
        #expect(try shell("ls /proc/$$/fd; true").output == "0\n1\n2\n")
        // Not by the shell, which blocks all signals while it starts another.
        let status = try FinishedProgram.run(["/bin/cat", "/proc/self/status"]).output
        let lines = status.split(separator: "\n").filter { $0.hasPrefix("SigBlk:") || $0.hasPrefix("SigIgn:") }
        #expect(lines.count == 2)
        for line in lines {
            let signals = try #require(UInt64(line.split(separator: "\t")[1], radix: 16))
            // Signals 32 and 33 belong to the C library, which hands them on as it found them.
            #expect(signals & ~(0b11 << 31) == 0, "\(line)")
        }
    }

    @Test func nothingIsLeftOfIt() throws {
        let program = try SpawnedProgram(["/bin/sleep", "1000"])
        #expect(!program.hasEnded)
        #expect(kill(program.pid, 0) == 0)
        program.signal(SIGKILL)
        #expect(try program.waitForEnd() == -SIGKILL)
        #expect(program.hasEnded)
        // No child by this number, not even a zombie.
        var status: Int32 = 0
        #expect(waitpid(program.pid, &status, WNOHANG) == -1 && errno == ECHILD)
    }

    @Test func oneThatDoesNotEndIsEnded() {
        #expect {
            _ = try FinishedProgram.run(["/bin/sleep", "1000"], secondsMax: 0)
        } throws: { error in
            "\(error)".contains("/bin/sleep 1000: process") && "\(error)".contains("has not ended in 0 s")
        }
    }

    @Test func oneThatIsNotThereIsAnError() {
        #expect {
            _ = try SpawnedProgram(["/no/such/program"])
        } throws: { error in
            "\(error)" == "starting /no/such/program: No such file or directory"
        }
    }
}
