/// Versions in the order in which they follow each other: `1.10.0` after `1.9.0`.
package enum Version {
    package static func isOlder(_ left: String, _ right: String) -> Bool {
        let (left, right) = (numbers(left), numbers(right))
        return left.lexicographicallyPrecedes(right)
    }

    private static func numbers(_ version: String) -> [Int] {
        version.split { $0 == "." || $0 == "-" }.map { Int($0) ?? -1 }
    }
}
