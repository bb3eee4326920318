/// "Did you mean": the word that the fewest single-letter mistakes lead to.
enum Nearness {
    /// `nil` when none is near: more than a third of the letters would have to change.
    static func nearest(to text: String, of words: [String]) -> String? {
        // Nobody mistypes a long word; and the work stays bounded, whatever is in the file.
        guard !text.isEmpty, text.utf8.count <= 64 else { return nil }
        let ranked = words.map { (word: $0, distance: distance(Array(text.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, max(text.utf8.count, best.word.utf8.count) / 3) ? best.word : nil
    }

    /// Insertions, deletions, changes, and swaps of neighbours (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var above = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let change = above[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(change, above[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            before = above
            above = current
        }
        return above[right.count]
    }
}
