import SirdarCore
import SirdarEngine
import Testing

/// A definition with a mistake, and what is told of it.
struct Mistake: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    /// The beginnings of the lines, without the file's name.
    let tells: [String]

    var testDescription: String { name }

    static func file(_ name: String, _ text: String, tells: [String]) -> Mistake {
        Mistake(name: name, text: text, tells: tells)
    }

    /// Steps under a head without fault; the first of them stands in line 3.
    static func steps(_ name: String, _ text: String, tells: [String]) -> Mistake {
        Mistake(name: name, text: Sample.definition(text), tells: tells)
    }
}

@Suite("A definition with a mistake is told of it once, at its place, with what to write instead")
struct MistakeTests {
    @Test("in the head", arguments: Mistake.inTheHead)
    func head(_ mistake: Mistake) { expectTold(mistake) }

    @Test("in a step", arguments: Mistake.inSteps)
    func steps(_ mistake: Mistake) { expectTold(mistake) }

    @Test("in the flow", arguments: Mistake.inTheFlow)
    func flow(_ mistake: Mistake) { expectTold(mistake) }

    @Test("in people's work", arguments: Mistake.inPeoplesWork)
    func people(_ mistake: Mistake) { expectTold(mistake) }

    @Test("in a call of http", arguments: Mistake.inCallsOfHTTP)
    func http(_ mistake: Mistake) { expectTold(mistake) }

    @Test("in events and schedules", arguments: Mistake.inEvents)
    func events(_ mistake: Mistake) { expectTold(mistake) }

    private func expectTold(_ mistake: Mistake) {
        let decoded = Sample.decode(mistake.text)
        let told = decoded.lines.map { String($0.dropFirst("x:".count)) }
        #expect(told.count == mistake.tells.count, "\(told)")
        for (line, expected) in zip(told, mistake.tells) {
            #expect(line.hasPrefix(expected), "\(line)")
        }
        #expect((decoded.workflow == nil) == decoded.diagnostics.contains(where: \.isError))
    }
}
