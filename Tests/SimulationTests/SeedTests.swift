import Foundation
import Simulation
import TestSupport
import Testing

/// A number of seeds, small worlds all: what `make simulate` does at length.
@Suite struct SeedTests {
    /// Two of each scenario that a seed may play by itself.
    static let seeds: [UInt64] = Array(1...24)

    @Test(arguments: seeds) func holds(_ seed: UInt64) {
        let report = Run(seed: seed, visitors: 40).play()
        if let violation = report.violation {
            let trail = violation.trail.joined(separator: "\n")
            Issue.record("seed \(seed) \(report.kind): \(violation.invariant), \(violation.what)\n\(trail)")
        }
        #expect(report.admissions > 0)
    }

    /// No store for a while, under each `on_store_loss`.
    @Test(arguments: Array(1...30) as [UInt64]) func holdsWithoutAStore(_ seed: UInt64) {
        let report = Run(seed: seed, kind: .storeless, visitors: 60).play()
        if let violation = report.violation {
            let trail = violation.trail.joined(separator: "\n")
            Issue.record("seed \(seed) storeless: \(violation.invariant), \(violation.what)\n\(trail)")
        }
    }

    @Test func aSeedGivesTheSameRunAgain() {
        for seed in Self.seeds.prefix(6) {
            let runs = (0..<2).map { _ in Run(seed: seed, visitors: 30).play() }
            #expect(runs[0].digest == runs[1].digest && runs[0].events == runs[1].events, "seed \(seed)")
        }
        #expect(Run(seed: 1, visitors: 30).play().digest != Run(seed: 1, visitors: 31).play().digest)
    }

    /// Another process hashes otherwise, and iterates otherwise over what is hashed.
    @Test func aSeedGivesTheSameRunInAnotherProcess() throws {
        let seed: UInt64 = 2
        let here = Run(seed: seed, visitors: 60).play()
        let program = try Self.simulate(["--seed", String(seed), "--visitors", "60"])
        #expect(program.exitCode == 0)
        #expect(program.output.contains("digest \(String(here.digest, radix: 16))"), "\(program.output)")
    }

    @Test func theProgramRefusesWhatItDoesNotUnderstand() throws {
        for arguments in [["--seed"], ["--seed", "none"], ["--scenario", "unheard-of"], ["7"]] {
            let program = try Self.simulate(arguments)
            #expect(program.exitCode == 2 && program.output.contains("--scenario NAME"))
        }
    }

    /// The program `simulate`, which is built next to the tests, to its end.
    static func simulate(_ arguments: [String]) throws -> FinishedProgram {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("simulate").path
        return try FinishedProgram.run([path] + arguments)
    }
}
