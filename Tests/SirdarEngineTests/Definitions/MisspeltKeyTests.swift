import SirdarCore
import SirdarEngine
import Testing

@Suite("A misspelt key")
struct MisspeltKeyTests {
    @Test("the sample that is misspelt is without fault as it stands")
    func sample() throws {
        let decoded = Sample.decode(RichSample.text)
        #expect(decoded.lines == [])
        #expect(decoded.workflow != nil)
    }

    @Test("is told once, at its place, with what was meant", arguments: Misspelling.allCases)
    func suggestions(_ misspelling: Misspelling) throws {
        let root = try YAMLSource.read(RichSample.text).get()
        let keys = Self.keys(of: root)
        #expect(keys.count > 150)
        for member in keys {
            let wrong = misspelling.apply(to: member.key)
            let decoded = Sample.decode(Self.replace(member, by: wrong))
            let told = decoded.diagnostics.map { "\($0.place) \($0.code) \($0.suggestion ?? "nothing")" }
            #expect(
                told == ["\(member.keyPlace) unknownKey \(member.key)"],
                "\(member.key) as \(wrong) in line \(member.keyPlace.line): \(decoded.lines)"
            )
        }
    }

    enum Misspelling: CaseIterable {
        case wrongLetter, missingLetter, swappedLetters, doubledLetter

        func apply(to key: String) -> String {
            var letters = Array(key)
            let middle = letters.count / 2
            switch self {
            case .wrongLetter: letters[middle] = "q"
            case .missingLetter: letters.remove(at: middle)
            case .swappedLetters: letters.swapAt(middle, middle - 1)
            case .doubledLetter: letters.insert(letters[middle], at: middle)
            }
            // Two equal letters that change places are still the same word.
            if String(letters) == key { letters.append("q") }
            return String(letters)
        }
    }

    /// Every key that the language chose: not an author's names, nor what is inside a schema.
    static func keys(of node: Located) -> [Located.Member] {
        switch node.value {
        case .map(let members):
            members.flatMap { member in
                let isChosen = member.key.hasPrefix("my") || member.key == "storageAddress"
                return (isChosen ? [] : [member]) + keys(of: member.value)
            }
        case .list(let elements): elements.flatMap(keys)
        case .null, .bool, .number, .text: []
        }
    }

    static func replace(_ member: Located.Member, by wrong: String) -> String {
        var lines = RichSample.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = lines[member.keyPlace.line - 1]
        lines[member.keyPlace.line - 1] =
            line.prefix(member.keyPlace.column - 1) + wrong
            + line.dropFirst(member.keyPlace.column - 1 + member.key.count)
        return lines.joined(separator: "\n")
    }
}
