import Foundation
import TestSupport
import Testing

@testable import Telemetry

@Suite struct ProcessMetricsTests {
    @Test func readsWhatTheSystemKnows() throws {
        let metrics = ProcessMetrics.read()
        #expect(metrics.cpuSeconds > 0)
        #expect(metrics.residentBytes > 1_000_000)
        #expect(metrics.virtualBytes > metrics.residentBytes)
        #expect(metrics.openDescriptors >= 1)
        #expect(metrics.openDescriptors <= metrics.maxDescriptors)
        // Another reader of the same system is the judge; it knows whole seconds.
        let ageBefore = Date().timeIntervalSince1970 - metrics.startSeconds
        let age = try elapsedSeconds()
        let ageAfter = Date().timeIntervalSince1970 - metrics.startSeconds
        #expect(age >= ageBefore - 3)
        #expect(age <= ageAfter + 3)
    }

    private func elapsedSeconds() throws -> Double {
        let said = try FinishedProgram.succeed(["/usr/bin/env", "ps", "-o", "etimes=", "-p", "\(getpid())"])
        return try #require(Double(said.filter { !$0.isWhitespace }))
    }
}
