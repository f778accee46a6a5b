import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("What differs between two versions")
struct VersionDifferenceTests {
    private func difference(_ old: String, _ new: String, runbooks: [String] = []) -> VersionDifference {
        let texts = runbooks.map { name in
            Deployment.RunbookText(name: name, hash: ContentHash(hex: String(repeating: "c", count: 64)), source: "")
        }
        return VersionDifference(
            from: .init(Samples.workflow(), source: old, runbooks: []),
            to: .init(Samples.workflow(), source: new, runbooks: texts)
        )
    }

    @Test("lines that are the same are left out but for three around each difference")
    func gaps() {
        let old = (1...30).map(String.init)
        var new = old
        new[9] = "ten"
        new.remove(at: 20)
        let lines = difference(old.joined(separator: "\n"), new.joined(separator: "\n")).lines ?? []
        let shown = lines.map { "\($0.mark.rawValue)\($0.text)" }
        #expect(
            shown == [
                " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13", "…", " 18", " 19", " 20", "-21", " 22", " 23",
                " 24",
            ]
        )
    }

    @Test("the same text has no lines that differ; a text that is too long is not compared")
    func ends() {
        #expect(difference("a\nb", "a\nb").lines == [])
        let long = String(repeating: "x\n", count: VersionDifference.linesMax)
        #expect(difference(long, "a").lines == nil)
    }

    @Test("a runbook that only one version has is named")
    func runbooks() {
        #expect(difference("a", "a", runbooks: ["storage"]).runbooks == ["storage"])
    }
}
