import Testing

/// A file is about one thing, a function fits on a screen.
@Suite struct LengthTests {
    static let fileLinesMax = 400
    static let functionLinesMax = 70

    /// Files that may be longer: path and why. None so far.
    static let longFiles: [String: String] = [:]

    static let judged: Set<Substring> = ["swift", "py", "c", "cpp", "h"]

    static func longFiles(_ files: [(path: String, text: String)]) -> [Finding] {
        files.compactMap { file in
            guard let ending = file.path.split(separator: ".").last, judged.contains(ending) else { return nil }
            let count = file.text.utf8.count { $0 == UInt8(ascii: "\n") }
            guard count > fileLinesMax, longFiles[file.path] == nil else { return nil }
            return Finding(path: file.path, line: count, what: "\(count) lines, \(fileLinesMax) at most")
        }
    }

    static func longFunctions(_ file: SourceFile) -> [Finding] {
        file.functions().filter { $0.lineCount > functionLinesMax }.map {
            Finding(path: file.path, line: $0.line, what: "\($0.lineCount) lines, \(functionLinesMax) at most")
        }
    }

    @Test func filesAreShort() {
        let found = Self.longFiles(SourceTree.written)
        #expect(
            found.isEmpty,
            "\(found.advising("Split by what changes together (Type+Aspect.swift), or enter it in longFiles with the reason."))"
        )
    }

    @Test func functionsFitOnAScreen() {
        let found = SourceTree.swift.flatMap(Self.longFunctions)
        #expect(found.isEmpty, "\(found.advising("Give the steps of the function names of their own."))")
    }

    @Test func aLongFileIsFound() {
        let long = String(repeating: "\n", count: Self.fileLinesMax + 1)
        #expect(Self.longFiles([("a.swift", long), ("b.swift", "\n"), ("c.http", long)]).map(\.path) == ["a.swift"])
    }

    @Test func aLongFunctionIsFound() {
        let body = String(repeating: "    work()\n", count: Self.functionLinesMax - 1)
        let text = """
            protocol P { func required(); init(); var value: Int { get } }
            func short(_ closure: () -> Void = { }) { self.init() }
            init() {
            \(body)    let trap = "}"
            }

            """
        let found = Self.longFunctions(SourceFile(path: "made-up.swift", text: text))
        #expect(found.map(\.line) == [3])
        #expect(Self.longFunctions(SourceFile(path: "made-up.swift", text: "func f() {\n}\n")).isEmpty)
    }
}
