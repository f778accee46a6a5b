import JSON
import SirdarCore
import SirdarJournal
import Testing

@Suite("Bundles: a part of the journal that vouches for itself")
struct BundleTests {
    @Test(
        "a bundle is vouched for up to its last checkpoint, wherever it begins and ends, however it is cut while read"
    )
    func whole() throws {
        let journal = try SampleJournal(70, checkpoints: [10, 37, 64])
        for (first, last) in [(1, 64), (1, 70), (5, 64), (38, 64), (64, 64), (12, 40), (1, 1), (33, 33), (60, 70)] {
            let bundle = try journal.bundle(Int64(first), Int64(last))
            let verdict = try journal.verify(bundle)
            #expect(verdict.first == first && verdict.last == min(last, 64) && verdict.uncovered == max(0, last - 64))
            let end = SampleJournal.entry(min(last, 64)).at.description
            #expect(verdict.lastAt == end && verdict.erased == 0 && verdict.origin == "sirdar.test/journal")
            var verifier = try BundleVerifier(key: journal.signer.key)
            for byte in bundle { try verifier.read([byte]) }
            #expect(try verifier.verdict() == verdict)
        }
        #expect(try journal.verify(journal.bundle()).checkpoints == 3)
    }

    @Test("what was erased leaves the rest vouched for, and is counted")
    func erased() throws {
        let journal = try SampleJournal(20, checkpoints: [20])
        let lines = try String(decoding: journal.bundle(), as: UTF8.self).split(separator: "\n")
        let without = lines.filter { !$0.hasPrefix("+") }.map { $0 + "\n" }.joined()
        #expect(try journal.verify(Array(without.utf8)).erased == 6)
    }

    @Test("a checkpoint that was kept elsewhere must be met, and says what happened when it is not")
    func since() throws {
        let journal = try SampleJournal(40, checkpoints: [10, 20, 40])
        let kept = try #require(journal.checkpoints[20])
        #expect(try journal.verify(try journal.bundle(), since: [kept]).agreesWith == 20)
        #expect(try journal.verify(try journal.bundle(21, 40), since: [kept]).agreesWith == 20)
        #expect(throws: BundleFault.sinceOutside) { try journal.verify(try journal.bundle(25, 40), since: [kept]) }
        let older = try journal.bundle(1, 10, size: 10)
        #expect(throws: BundleFault.rolledBack(had: 20, has: 10)) { try journal.verify(older, since: [kept]) }
        // Whoever holds the key rewrites everything and signs it again: by itself it holds.
        var rewritten = SampleJournal(signer: journal.signer)
        for number in 1...40 { try rewritten.add(SampleJournal.entry(number, by: number == 7 ? "q" : "p")) }
        try rewritten.seal()
        let forged = try rewritten.bundle()
        #expect(try journal.verify(forged).last == 40)
        #expect(throws: BundleFault.rewritten(size: 20)) { try journal.verify(forged, since: [kept]) }
        let other = NoteSigner(name: "sirdar.test/journal")
        let foreign = try Checkpoint(origin: other.key.name, size: 20, root: .leaf([])).signed(by: other)
        #expect(throws: BundleFault.since(.notSigned)) { try journal.verify(forged, since: [foreign]) }
        let twice = try Checkpoint(origin: other.key.name, size: 20, root: .leaf([])).signed(by: journal.signer)
        #expect(throws: BundleFault.rewritten(size: 20)) {
            try journal.verify(try journal.bundle(), since: [kept, twice])
        }
    }

    @Test("each reason for which nothing is vouched for has its name")
    func names() throws {
        let journal = try SampleJournal(12, checkpoints: [6, 12])
        let text = try String(decoding: journal.bundle(), as: UTF8.self)
        let fault = { (changed: String) -> String in
            do throws(BundleFault) {
                _ = try journal.verify(Array(changed.utf8))
                return "none"
            } catch { return error.name }
        }
        #expect(fault("") == "not-a-bundle" && fault("x\n") == "not-a-bundle")
        #expect(fault(text.replacing("@v1", with: "@v2")) == "not-a-bundle")
        #expect(fault(text.replacing("entries 1 12 12", with: "entries 1 012 12")) == "malformed")
        #expect(fault(text.replacing("entries 1 12 12", with: "entries 1 13 13")) == "cut")
        #expect(fault(text.replacing("\"fence\":7", with: "\"fence\":8")) == "other-entries")
        #expect(fault(text.replacing("Ada 3", with: "Eve 3")) == "other-confidential")
        #expect(fault(text.replacing("|12\n", with: "|11\n")) == "checkpoint-bad-signature")
        #expect(
            fault(text.replacing("|sirdar.test/journal\n", with: "|sirdar.test/other\n")) == "checkpoint-bad-signature"
        )
        #expect(fault(String(text.dropLast(30))) == "malformed")
        #expect(fault(text + "x") == "malformed" && fault(text + "x\n") == "malformed")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let entries = lines.indices.filter { lines[$0].hasPrefix("{") }
        var without = lines
        without.remove(at: entries[7])
        #expect(fault(without.joined(separator: "\n")) == "checkpoint-misplaced")
        let last = try #require(lines.lastIndex { $0.hasPrefix("{") || $0.hasPrefix("+") })
        #expect(fault(lines[...last].joined(separator: "\n") + "\n") == "cut")
        let first = try #require(journal.checkpoints[6])
        let replayed = lines[...last].joined(separator: "\n") + "\n" + BundleWriter.checkpoint(first)
        #expect(fault(replayed) == "checkpoint-misplaced")
        #expect(throws: BundleFault.otherKey) {
            try journal.verify(Array(text.utf8), key: NoteSigner(name: "sirdar.test/journal").key)
        }
    }

    @Test("members of canonical entries are found as a parser finds them")
    func members() throws {
        for number in 1...9 {
            let canonical = SampleJournal.entry(number).canonical
            let json = try JSON(parsing: canonical)
            for name in ["action", "at", "channel", "commitment", "refusal", "nothing", "a", "zz"] {
                #expect(CanonicalMember.text(name, in: canonical) == json[name]?.asString, "\(name)")
            }
            #expect(CanonicalMember.text("id", of: "actor", in: canonical) == "p")
            #expect(CanonicalMember.text("id", of: "object", in: canonical) == json["object"]?["id"]?.asString)
        }
        // Whatever the bytes are, it finds nothing or something, and stays within them.
        var random = SeededRandom(seed: 7)
        let canonical = SampleJournal.entry(3).canonical
        for _ in 0..<3000 {
            var bytes = canonical
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            _ = CanonicalMember.text(
                "refusal",
                in: Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            )
        }
    }
}
