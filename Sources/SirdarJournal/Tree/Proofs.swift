/// Checks proofs as RFC 9162 says in 2.1.3.2 and 2.1.4.2. Whoever checks needs the roots and nothing else.
package enum TreeProof {
    /// Whether `leaf` is number `index`, from 0, of the `size` leaves whose root is `root`.
    package static func includes(
        _ leaf: TreeHash,
        at index: Int64,
        of size: Int64,
        root: TreeHash,
        path: [TreeHash]
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var (place, last) = (index, size - 1)
        var found = leaf
        for step in path {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                found = .node(step, found)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                found = .node(found, step)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && found == root
    }

    /// Whether the first `old` of `new` leaves are those whose root is `oldRoot`: that nothing was changed or removed.
    package static func isConsistent(
        _ old: Int64,
        _ oldRoot: TreeHash,
        with new: Int64,
        _ newRoot: TreeHash,
        path: [TreeHash]
    ) -> Bool {
        guard old >= 0, old <= new else { return false }
        if old == new { return path.isEmpty && oldRoot == newRoot }
        if old == 0 { return path.isEmpty && oldRoot == .empty }
        var steps = path[...]
        // The root of a tree of 2^n leaves is a node of every larger tree, and is left out of the proof.
        if old & (old - 1) == 0 { steps = [oldRoot] + steps }
        guard let first = steps.popFirst() else { return false }
        var (place, last) = (old - 1, new - 1)
        while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
        var (before, after) = (first, first)
        for step in steps {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                (before, after) = (.node(step, before), .node(step, after))
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                after = .node(after, step)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && before == oldRoot && after == newRoot
    }
}
