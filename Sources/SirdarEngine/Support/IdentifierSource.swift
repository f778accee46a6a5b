package import SirdarCore

/// Makes identifiers: each greater than all before it from this source, also when the clock is set back.
package final class IdentifierSource: Sendable {
    private let clock: any Clock
    private let node: Int64
    private let last: Locked<(milliseconds: Int64, counter: Int64)>

    /// `node`: tells the sources of several machines apart, 0 to 511.
    package init(clock: any Clock, node: Int64 = 0) {
        self.clock = clock
        self.node = node
        last = Locked((0, 0))
    }

    package func next() -> Identifier {
        let now = max(clock.now().milliseconds, Identifier.origin)
        let (milliseconds, counter) = last.withLock { last in
            if now > last.milliseconds {
                last = (now, 0)
            } else if last.counter < Identifier.counterMax {
                last.counter += 1
            } else {
                // The millisecond is used up: borrow from the next, which the clock will reach.
                last = (last.milliseconds + 1, 0)
            }
            return last
        }
        return Identifier(milliseconds: milliseconds, counter: counter, node: node)
    }
}
