/// Makes definitions of every construct, nested at random; the same seed makes the same.
struct WorkflowGenerator {
    private var state: UInt64
    private var number = 0

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func definition(steps: Int = 24) -> String {
        var text = ""
        while number < steps { text += sequence(depth: 0, indent: "  ") }
        return Sample.definition(text)
    }

    private mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    private mutating func name() -> String {
        number += 1
        return "step\(number)"
    }

    private mutating func sequence(depth: Int, indent: String) -> String {
        var text = ""
        for _ in 0...next(4) { text += step(depth: depth, indent: indent) }
        return text
    }

    private mutating func branches(depth: Int, indent: String) -> String {
        var text = ""
        for _ in 0...next(3) {
            text += "\(indent)- \(name()):\n\(indent)    do:\n" + sequence(depth: depth + 1, indent: indent + "      ")
        }
        return text
    }

    private mutating func step(depth: Int, indent: String) -> String {
        let name = name()
        let inner = indent + "      "
        let head = "\(indent)- \(name):\n\(indent)    "
        switch next(depth < 3 ? 12 : 5) {
        case 0: return head + "set: { x: 1 }\n"
        case 1:
            return head + "call: note\n\(indent)    metadata: { title: A step with a long title number \(number) }\n"
        case 2: return head + "wait: PT5M\n\(indent)    if: .x\n"
        case 3: return head + "call: manual\n\(indent)    with: { title: x, queue: triage }\n"
        case 4:
            // To itself, out, or on.
            let ways = ["exit", "end", "continue", name]
            let (first, second) = (ways[next(4)], ways[next(3)])
            return head
                + "switch: [ { yes: { when: .x, then: \(first) } }, { perhaps: { when: .y, then: \(second) } },"
                + " { no: { then: continue } } ]\n"
        case 5: return head + "do:\n" + sequence(depth: depth + 1, indent: inner)
        case 6, 7:
            return head + "for: { each: pet, in: '${ .pets }' }\n\(indent)    do:\n"
                + sequence(depth: depth + 1, indent: inner)
        case 8, 9:
            return head + "fork:\n\(indent)      branches:\n" + branches(depth: depth + 1, indent: inner + "  ")
        case 10:
            return head + "try:\n" + sequence(depth: depth + 1, indent: inner)
                + "\(indent)    catch:\n\(indent)      do:\n" + sequence(depth: depth + 1, indent: inner + "  ")
        default:
            return head + "try:\n" + sequence(depth: depth + 1, indent: inner)
                + "\(indent)    catch: { retry: { delay: PT1S, limit: { attempt: { count: 3 } } } }\n"
        }
    }
}
