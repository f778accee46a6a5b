/// Finds what somebody meant who wrote a name that does not exist.
package enum Suggestion {
    /// The candidate nearest to `word`; `nil` when none is near enough to be worth saying.
    ///
    /// One mistake is forgiven in a short word, two from five letters on, three from nine; case counts for nothing.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().unicodeScalars.prefix(Self.lettersMax))
        let allowance = letters.count < 5 ? 1 : letters.count < 9 ? 2 : 3
        var best: (distance: Int, strangers: Int, candidate: String)?
        for candidate in candidates where candidate != word {
            let other = Array(candidate.lowercased().unicodeScalars.prefix(Self.lettersMax))
            guard abs(other.count - letters.count) <= allowance else { continue }
            let distance = distance(letters, other)
            guard distance <= allowance, distance < max(other.count, letters.count) else { continue }
            // `fok` is one letter from `for` and from `fork`; in `fork` all its letters are found again.
            let strangers = letters.count { !other.contains($0) }
            if let best, (best.distance, best.strangers, best.candidate) <= (distance, strangers, candidate) {
                continue
            }
            best = (distance, strangers, candidate)
        }
        return best?.candidate
    }

    private static let lettersMax = 64

    /// Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment).
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                var least = min(current[column] + 1, last[column + 1] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
