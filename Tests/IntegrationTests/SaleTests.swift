import Foundation
import TestSupport
import Testing

/// Small sales on a real Redis and a real PostgreSQL that are harmed in the middle: no place is lost, nobody is admitted twice,
/// order, rate and cap hold. `make chaos` plays them all, and larger.
@Suite struct SaleTests {
    /// The executable, which is built next to the tests.
    static let chaos = URL(fileURLWithPath: RunningProgram.executable).deletingLastPathComponent()
        .appendingPathComponent("chaos").path

    @Test(arguments: ["redis-killed", "redis-emptied", "one-cut-off", "fallback-killed", "both-gone"])
    func whatWasPromisedIsKept(_ fault: String) throws {
        try play(["--fault", fault, "--tickets", "2000", "--rate", "100"], tickets: 2000)
    }

    /// Thousands wait and thousands are spent when the line is carried back, so that many pages are read and written at a time.
    @Test func aLineOfManyPagesComesBack() throws {
        try play(["--fault", "redis-killed", "--tickets", "6000", "--rate", "200"], tickets: 6000)
    }

    private func play(_ sale: [String], tickets: Int) throws {
        // How fast the machine is, decides nothing here.
        let program = try FinishedProgram.run(
            [Self.chaos] + sale + ["--fault-after", "3", "--fault-for", "4", "--machine", "busy"])
        #expect(program.exitCode == 0, "\(program.said)")
        #expect(program.said.contains("admitted: \(tickets) of \(tickets)"), "\(program.said)")
    }
}
