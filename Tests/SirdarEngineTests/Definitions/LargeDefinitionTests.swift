import SirdarCore
import SirdarEngine
import Testing

@Suite("A large definition")
struct LargeDefinitionTests {
    @Test("ten thousand steps are read and checked")
    func tenThousandSteps() throws {
        var text = "document: { dsl: '1.0.3', namespace: test, name: large, version: 1.0.0 }\ndo:\n"
        for number in 0..<10_000 {
            text += "  - step\(number): { call: deleteMachine, with: { machine: '${ .machines[\(number)] }' } }\n"
        }
        let decoded = Sample.decode(text)
        #expect(decoded.lines == [])
        #expect(decoded.workflow?.nodes.count == 10_001)
    }

    @Test("of a file that is wrong throughout, only so many mistakes are told")
    func manyMistakes() {
        var text = "document: { dsl: '1.0.3', namespace: test, name: large, version: 1.0.0 }\ndo:\n"
        for number in 0..<1000 { text += "  - step\(number): { calll: note, wiht: {} }\n" }
        #expect(Sample.decode(text).diagnostics.count == Findings.countMax)
    }
}
