/// Runs a compiled pattern. Ways not taken lie on a stack of its own, never on that of calls.
struct PatternMatcher {
    private let pattern: JSON.Pattern
    private let scalars: [UInt32]
    private(set) var steps: Int
    /// Where each group began and ended, -1 for not yet.
    private var slots: [Int]
    private var registers: [Int]
    private var trail: [Entry] = []
    private var best: JSON.Pattern.Match?

    /// What to do when the way taken so far fails.
    private enum Entry {
        case resume(at: Int, place: Int)
        /// Give back one scalar of a greedy span, down to the least.
        case shrink(next: Int, least: Int, place: Int)
        /// Take one scalar more in a lazy span.
        case grow(at: Int, next: Int, place: Int, most: Int)
        case slot(Int, was: Int)
        case register(Int, was: Int)
        case barrier(place: Int)
        case negativeBarrier(resume: Int, place: Int)
    }

    init(_ pattern: JSON.Pattern, _ subject: JSON.Pattern.Subject, steps: Int) {
        self.pattern = pattern
        self.steps = steps
        scalars = subject.scalars
        slots = Array(repeating: -1, count: pattern.groupNames.count * 2)
        registers = Array(repeating: -1, count: pattern.registerCount)
    }

    mutating func match(at start: Int) throws(JSON.Pattern.StepsExhausted) -> JSON.Pattern.Match? {
        for index in slots.indices { slots[index] = -1 }
        trail.removeAll(keepingCapacity: true)
        best = nil
        var pc = 0
        var place = start
        while true {
            steps -= 1
            guard steps >= 0 else { throw JSON.Pattern.StepsExhausted() }
            if case .match = pattern.program[pc] {
                if isAccepted(start..<place) { return best }
            } else if advance(&pc, &place) {
                continue
            }
            guard fallBack(&pc, &place) else { return best }
        }
    }

    private mutating func isAccepted(_ range: Range<Int>) -> Bool {
        if range.isEmpty, pattern.flags.contains(.notEmpty) { return false }
        if let best, best.range.count >= range.count { return false }
        let groups = stride(from: 0, to: slots.count, by: 2).map { index in
            slots[index] >= 0 && slots[index + 1] >= slots[index] ? slots[index]..<slots[index + 1] : nil
        }
        best = JSON.Pattern.Match(range: range, groups: groups)
        return !pattern.flags.contains(.longest)
    }

    /// Takes one instruction; `false` when it does not match here.
    private mutating func advance(_ pc: inout Int, _ place: inout Int) -> Bool {
        switch pattern.program[pc] {
        case .scalar(let wanted):
            guard place < scalars.count, scalars[place] == wanted else { return false }
            place += 1
        case .one(let set):
            guard place < scalars.count, pattern.sets[set].contains(scalars[place]) else { return false }
            place += 1
        case .span(let set, let min, let max, let isLazy):
            guard span(set, min, max, isLazy, pc, &place) else { return false }
        case .anchor(let anchor):
            guard holds(anchor, place) else { return false }
        case .jump(let target):
            pc = target
            return true
        case .split(let first, let second):
            trail.append(.resume(at: second, place: place))
            pc = first
            return true
        case .save(let slot):
            trail.append(.slot(slot, was: slots[slot]))
            slots[slot] = place
        case .backReference(let groups, let ignoresCase):
            guard repeatsGroup(groups, ignoresCase, &place) else { return false }
        case .roundBegins(let register):
            trail.append(.register(register, was: registers[register]))
            registers[register] = place
        case .roundEnds(let register, let leave):
            if registers[register] == place {
                pc = leave
                return true
            }
        case .back(let width):
            guard place >= width else { return false }
            place -= width
        case .enter:
            trail.append(.barrier(place: place))
        case .leaveAtomic:
            _ = cut()
        case .leaveLook:
            place = cut() ?? place
        case .enterNegative(let resume):
            trail.append(.negativeBarrier(resume: resume, place: place))
        case .failNegative:
            unwindNegative()
            return false
        case .match:
            return false
        }
        pc += 1
        return true
    }

    private mutating func span(
        _ set: Int,
        _ min: Int,
        _ max: Int,
        _ isLazy: Bool,
        _ pc: Int,
        _ place: inout Int
    ) -> Bool {
        let start = place
        let most = max < scalars.count - start ? start + max : scalars.count
        let wanted = isLazy ? Swift.min(start + min, most) : most
        var end = start
        while end < wanted, pattern.sets[set].contains(scalars[end]) { end += 1 }
        steps -= end - start
        guard end - start >= min else { return false }
        place = end
        if isLazy {
            if end < most { trail.append(.grow(at: pc, next: pc + 1, place: end, most: most)) }
        } else if end > start + min {
            trail.append(.shrink(next: pc + 1, least: start + min, place: end))
        }
        return true
    }

    /// Goes back to the last way not taken; `false` when there is none.
    private mutating func fallBack(_ pc: inout Int, _ place: inout Int) -> Bool {
        while let entry = trail.popLast() {
            switch entry {
            case .resume(let target, let back), .negativeBarrier(let target, let back):
                pc = target
                place = back
                return true
            case .shrink(let next, let least, let end):
                if end - 1 > least { trail.append(.shrink(next: next, least: least, place: end - 1)) }
                pc = next
                place = end - 1
                return true
            case .grow(let at, let next, let end, let most):
                guard case .span(let set, _, _, _) = pattern.program[at], pattern.sets[set].contains(scalars[end])
                else { continue }
                if end + 1 < most { trail.append(.grow(at: at, next: next, place: end + 1, most: most)) }
                pc = next
                place = end + 1
                return true
            case .slot(let slot, let was): slots[slot] = was
            case .register(let register, let was): registers[register] = was
            case .barrier: continue
            }
        }
        return false
    }

    /// Drops the ways not taken since the last barrier, and keeps what undoes groups; returns the barrier's place.
    private mutating func cut() -> Int? {
        var kept: [Entry] = []
        while let entry = trail.popLast() {
            switch entry {
            case .barrier(let place):
                trail.append(contentsOf: kept.reversed())
                return place
            case .slot, .register: kept.append(entry)
            case .resume, .shrink, .grow, .negativeBarrier: continue
            }
        }
        return nil
    }

    private mutating func unwindNegative() {
        while let entry = trail.popLast() {
            switch entry {
            case .negativeBarrier: return
            case .slot(let slot, let was): slots[slot] = was
            case .register(let register, let was): registers[register] = was
            case .resume, .shrink, .grow, .barrier: continue
            }
        }
    }

    private mutating func repeatsGroup(_ groups: Int, _ ignoresCase: Bool, _ place: inout Int) -> Bool {
        let group = pattern.groupLists[groups].last { slots[$0 * 2] >= 0 && slots[$0 * 2 + 1] >= slots[$0 * 2] }
        // ECMAScript: a group that took no part is as good as empty. Perl: it matches nothing.
        guard let group else { return pattern.dialect == .ecmaScript }
        let wanted = slots[group * 2]..<slots[group * 2 + 1]
        guard place + wanted.count <= scalars.count else { return false }
        steps -= wanted.count
        for (offset, index) in wanted.enumerated() {
            let left = scalars[index]
            let right = scalars[place + offset]
            guard left == right || (ignoresCase && CaseFolding.lower(left) == CaseFolding.lower(right)) else {
                return false
            }
        }
        place += wanted.count
        return true
    }

    private func holds(_ anchor: PatternAnchor, _ place: Int) -> Bool {
        switch anchor {
        case .start: place == 0
        case .end: place == scalars.count
        case .endOrFinalLineFeed:
            place == scalars.count || (place == scalars.count - 1 && scalars[place] == 0x0A)
        case .wordBoundary(let ascii): isWord(place - 1, ascii) != isWord(place, ascii)
        case .notWordBoundary(let ascii): isWord(place - 1, ascii) == isWord(place, ascii)
        }
    }

    private func isWord(_ place: Int, _ ascii: Bool) -> Bool {
        guard scalars.indices.contains(place) else { return false }
        if ascii || scalars[place] < 128 { return ScalarSet.asciiWord.contains(scalars[place]) }
        return Unicode.Scalar(scalars[place]).map(ScalarProperty.isWord) ?? false
    }
}
