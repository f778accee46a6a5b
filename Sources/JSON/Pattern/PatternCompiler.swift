extension JSON.Pattern {
    /// One step of a compiled pattern. Targets are places in the program; sets and lists of groups lie in tables
    /// beside it, so that a step is plain bits and costs no counting of references.
    enum Instruction: Sendable {
        case scalar(UInt32)
        case one(set: Int)
        /// A repeat of one scalar, done in one go: as many as are there, or as few as will do.
        case span(set: Int, min: Int, max: Int, isLazy: Bool)
        case anchor(PatternAnchor)
        case jump(Int)
        /// Try the first; when the rest fails, the second.
        case split(Int, Int)
        case save(Int)
        case backReference(groups: Int, ignoresCase: Bool)
        /// Notes where a round of a loop began.
        case roundBegins(Int)
        /// Leaves the loop when the round matched nothing.
        case roundEnds(Int, leaveTo: Int)
        case back(Int)
        case enter
        /// Forgets the ways not taken since `enter`.
        case leaveAtomic
        /// The same, and back to where `enter` was.
        case leaveLook
        case enterNegative(resume: Int)
        case failNegative
        case match
    }
}

/// Turns a tree into a program.
struct PatternCompiler {
    typealias Instruction = JSON.Pattern.Instruction

    /// The most that `{n,m}` may count to.
    static let repeatMax = 100_000
    /// Repeats of groups are unrolled, so their product is limited.
    private static let programMax = 20_000

    private(set) var program: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private(set) var groupLists: [[Int]] = []
    private(set) var registerCount = 0

    mutating func compile(whole tree: PatternTree) throws(JSON.Pattern.SyntaxError) {
        try compile(tree)
        program.append(.match)
    }

    private mutating func compile(_ tree: PatternTree) throws(JSON.Pattern.SyntaxError) {
        guard program.count < Self.programMax else {
            throw JSON.Pattern.SyntaxError(offset: 0, message: "the repeats multiply to more than can be compiled")
        }
        switch tree {
        case .empty: break
        case .one(let set): compile(one: set)
        case .anchor(let anchor): program.append(.anchor(anchor))
        case .sequence(let parts):
            for part in parts { try compile(part) }
        case .choice(let branches):
            try compile(choice: branches)
        case .group(let index, let body):
            program.append(.save(index * 2))
            try compile(body)
            program.append(.save(index * 2 + 1))
        case .backReference(let groups, let ignoresCase):
            groupLists.append(groups)
            program.append(.backReference(groups: groupLists.count - 1, ignoresCase: ignoresCase))
        case .repeated(let body, let times): try compile(body, times)
        case .atomic(let body):
            program.append(.enter)
            try compile(body)
            program.append(.leaveAtomic)
        case .look(let body, let isBehind, let isNegative): try compile(look: body, isBehind, isNegative)
        }
    }

    private mutating func compile(one set: ScalarSet) {
        if let scalar = set.onlyScalar {
            program.append(.scalar(scalar))
        } else {
            sets.append(set)
            program.append(.one(set: sets.count - 1))
        }
    }

    private mutating func compile(choice branches: [PatternTree]) throws(JSON.Pattern.SyntaxError) {
        var exits: [Int] = []
        for (index, branch) in branches.enumerated() {
            guard index < branches.count - 1 else {
                try compile(branch)
                break
            }
            let split = reserve()
            try compile(branch)
            exits.append(reserve())
            program[split] = .split(split + 1, program.count)
        }
        for exit in exits { program[exit] = .jump(program.count) }
    }

    private mutating func compile(
        _ body: PatternTree,
        _ times: PatternTree.Repeat
    ) throws(JSON.Pattern.SyntaxError) {
        let isLazy = times.mode == .lazy
        if case .one(let set) = body {
            sets.append(set)
            program.append(.span(set: sets.count - 1, min: times.min, max: times.max ?? .max, isLazy: isLazy))
            return
        }
        for _ in 0..<times.min { try compile(body) }
        guard let max = times.max else {
            try compile(loop: body, isLazy: isLazy)
            return
        }
        var splits: [Int] = []
        for _ in times.min..<max {
            splits.append(reserve())
            try compile(body)
        }
        for split in splits { program[split] = branch(into: split + 1, past: program.count, isLazy: isLazy) }
    }

    private mutating func compile(loop body: PatternTree, isLazy: Bool) throws(JSON.Pattern.SyntaxError) {
        let split = reserve()
        if body.canBeEmpty {
            let register = registerCount
            registerCount += 1
            program.append(.roundBegins(register))
            try compile(body)
            program.append(.roundEnds(register, leaveTo: program.count + 2))
        } else {
            try compile(body)
        }
        program.append(.jump(split))
        program[split] = branch(into: split + 1, past: program.count, isLazy: isLazy)
    }

    private func branch(into body: Int, past: Int, isLazy: Bool) -> Instruction {
        isLazy ? .split(past, body) : .split(body, past)
    }

    private mutating func compile(
        look body: PatternTree,
        _ isBehind: Bool,
        _ isNegative: Bool
    ) throws(JSON.Pattern.SyntaxError) {
        let start = reserve()
        if isBehind {
            try compile(behind: body)
        } else {
            try compile(body)
        }
        program.append(isNegative ? .failNegative : .leaveLook)
        program[start] = isNegative ? .enterNegative(resume: program.count) : .enter
    }

    private mutating func compile(behind body: PatternTree) throws(JSON.Pattern.SyntaxError) {
        let branches: [PatternTree] = if case .choice(let branches) = body { branches } else { [body] }
        var exits: [Int] = []
        for (index, branch) in branches.enumerated() {
            guard let width = branch.width else {
                throw JSON.Pattern.SyntaxError(offset: 0, message: "a look-behind of no fixed width is not supported")
            }
            let split = index == branches.count - 1 ? nil : reserve()
            program.append(.back(width))
            try compile(branch)
            if let split {
                exits.append(reserve())
                program[split] = .split(split + 1, program.count)
            }
        }
        for exit in exits { program[exit] = .jump(program.count) }
    }

    private mutating func reserve() -> Int {
        program.append(.match)
        return program.count - 1
    }
}
