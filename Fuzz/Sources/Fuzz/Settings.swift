import Settings

/// A config file: settings or problems that a person can act on, and the same each time.
func judgeSettings(_ input: [UInt8]) {
    let lines = input.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    do throws(SettingsProblems) {
        let settings = try Settings.load(bytes: input)
        do throws(SettingsProblems) {
            let again = try Settings.load(bytes: input)
            hold(settings == again, "a second reading gives other settings")
        } catch {
            hold(false, "a second reading finds \(error)")
        }
        let changes = Settings.changes(from: settings, to: settings)
        hold(changes.live.isEmpty && changes.needRestart.isEmpty, "it differs from itself in \(changes)")
    } catch {
        hold(!error.list.isEmpty, "refused without a problem")
        for problem in error.list {
            hold(!problem.saying.isEmpty, "a problem that says nothing")
            let isOneLine = problem.description.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
            hold(isOneLine, "a problem with control characters of the file: \(problem)")
            if case .line(_, let line) = problem.place {
                hold((1...lines).contains(line), "line \(line) of \(lines)")
            }
        }
    }
}
