import TestSupport
import Testing

@testable import Loop

@Suite struct SharedWordsTests {
    @Test func loopsCountTogether() throws {
        let words = SharedWords(count: 3)
        let threads = try (0..<3).map { _ in
            try Thread.start(name: "counter") {
                for _ in 0..<10_000 {
                    words.add(3, at: 1)
                    words.subtract(1, at: 1)
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(words.load(1) == 60_000)
        #expect(words.load(0) == 0 && words.load(2) == 0)
        #expect(words.exchange(60_000, with: 7, at: 1))
        #expect(!words.exchange(60_000, with: 8, at: 1))
        words.store(9, at: 2)
        #expect([words.load(1), words.load(2)] == [7, 9])
    }
}
