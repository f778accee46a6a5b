/// Finds what somebody meant who wrote a word that does not exist.
package enum Nearest {
    private static let lettersMax = 64

    /// The candidate nearest to `word`; `nil` when none is near enough to be worth saying.
    ///
    /// One mistake is forgiven in a short word, two from five letters on, three from nine; case counts for nothing.
    package static func word(to word: String, among candidates: [String]) -> String? {
        let letters = Array(word.lowercased().unicodeScalars.prefix(lettersMax))
        let allowance = letters.count < 5 ? 1 : letters.count < 9 ? 2 : 3
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let other = Array(candidate.lowercased().unicodeScalars.prefix(lettersMax))
            let distance = distance(letters, other)
            guard distance <= allowance, distance < max(letters.count, other.count) else { continue }
            if let best, best.distance <= distance { continue }
            best = (distance, candidate)
        }
        return best?.candidate
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two words.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
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
