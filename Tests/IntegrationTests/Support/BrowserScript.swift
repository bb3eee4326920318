import Foundation
import TestSupport

/// What drives Chromium, by Python's own library.
enum BrowserScript {
    /// What it says, from a new line on. Whoever calls looks for what should be in it.
    static func run(_ script: String, _ arguments: [String]) throws -> String {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Browser/\(script)").path
        // Each wait of the script has a ceiling of its own.
        let ended = try FinishedProgram.run(["/usr/bin/env", "python3", "-B", path] + arguments, secondsMax: 600)
        return "\n\(ended.said)"
    }
}
