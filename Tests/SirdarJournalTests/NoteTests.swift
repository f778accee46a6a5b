import JSON
import SirdarJournal
import Testing

@Suite("Signed notes, checkpoints and proofs in their text forms")
struct NoteTests {
    private let signer = NoteSigner(name: "sirdar.test/journal")

    @Test("a note that Go's tools have signed is verified")
    func interoperates() throws {
        let key = try NoteKey(text: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        let note = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1\
            FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """
        try SignedNote(parsing: note).verify(key)
        let changed = note.replacing("answer", with: "reason")
        #expect(throws: SignedNote.Fault.badSignature) { try SignedNote(parsing: changed).verify(key) }
        #expect(key.text == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    }

    @Test("a key is read back from its text, and one that was changed is refused")
    func keys() throws {
        let again = try NoteSigner(text: signer.text + "\n")
        #expect(again.key == signer.key)
        try again.sign("text\n").verify(signer.key)
        #expect(try NoteKey(text: signer.key.text) == signer.key)
        for text in ["", "a+b", "PRIVATE+KEY+x+00000000+AAAA", String(signer.text.dropLast(4))] {
            #expect(throws: NoteKey.Malformed.self) { try NoteSigner(text: text) }
            #expect(throws: NoteKey.Malformed.self) { try NoteKey(text: text) }
        }
        #expect(throws: NoteKey.Malformed.self) { try NoteKey(text: "x" + signer.key.text) }
    }

    @Test("a checkpoint is believed only when it has its form, its origin and its signature")
    func checkpoints() throws {
        let checkpoint = Checkpoint(origin: signer.key.name, size: 7, root: .leaf([1]))
        let note = try checkpoint.signed(by: signer)
        #expect(try Checkpoint(verifying: note, signer.key) == checkpoint)
        #expect(try SignedNote(parsing: note).note == note)
        let fault = { (note: String) -> Checkpoint.Fault? in
            do throws(Checkpoint.Fault) {
                _ = try Checkpoint(verifying: note, signer.key)
                return nil
            } catch { return error }
        }
        #expect(fault(note.replacing("\n7\n", with: "\n8\n")) == .badSignature)
        #expect(fault(note.replacing("sirdar.test/journal", with: "sirdar.test/other")) == .notSigned)
        #expect(fault(String(note.dropLast())) == .malformed)
        #expect(fault(note + "\n") == .malformed)
        #expect(fault(note.replacing("\n7\n", with: "\n7\r\n")) == .malformed)
        let other = NoteSigner(name: signer.key.name)
        #expect(fault(try checkpoint.signed(by: other)) == .notSigned)
        let elsewhere = try Checkpoint(origin: "elsewhere", size: 7, root: .leaf([1])).signed(by: signer)
        #expect(fault(elsewhere) == .otherOrigin("elsewhere"))
        for text in ["x\n07\n\(checkpoint.root.base64)\n", "x\n7\n\(checkpoint.root.base64)\nmore\n", "x\n-1\n\n"] {
            #expect(fault(try signer.sign(text).note) == .malformed, "\(text)")
        }
    }

    @Test("a witness's signature beside ours changes nothing")
    func witnesses() throws {
        let note = try Checkpoint(origin: signer.key.name, size: 7, root: .leaf([1])).signed(by: signer)
        let witness = NoteSigner(name: "witness.test")
        let text = try SignedNote(parsing: note).text
        let line = try #require(try witness.sign(text).note.split(separator: "\n").last)
        #expect(try Checkpoint(verifying: note + line + "\n", signer.key).size == 7)
        let doubled = note + note.split(separator: "\n").suffix(1).joined() + "\n"
        #expect(try Checkpoint(verifying: doubled, signer.key).size == 7)
        let forged = note + "\u{2014} \(signer.key.name) " + line.suffix(92) + "\n"
        #expect(try Checkpoint(verifying: forged, signer.key).size == 7)
    }

    @Test("the proof of one entry holds by itself, for that entry at that place alone, in less than 2 KB")
    func proofs() throws {
        let journal = try SampleJournal(700, checkpoints: [650])
        for sequence: Int64 in [1, 2, 256, 257, 513, 650] {
            let path = try journal.tree { try $0.inclusion(of: sequence - 1, in: 650) }
            let text = EntryProof(
                sequence: sequence,
                path: path,
                checkpoint: try #require(journal.checkpoints[650])
            ).text
            let proof = try #require(EntryProof(text: text))
            let canonical = journal.entries[Int(sequence) - 1].canonical
            #expect(EntryProof.isProof(text) && proof.text == text && text.utf8.count < 2048)
            #expect(try proof.verify(canonical, journal.signer.key).size == 650)
            #expect(throws: EntryProof.Fault.notIncluded) { try proof.verify(canonical + [0x20], journal.signer.key) }
            let moved = try #require(EntryProof(text: text.replacing("index \(sequence - 1)\n", with: "index 99\n")))
            #expect(throws: EntryProof.Fault.notIncluded) { try moved.verify(canonical, journal.signer.key) }
            let beyond = try #require(EntryProof(text: text.replacing("index \(sequence - 1)\n", with: "index 650\n")))
            #expect(throws: EntryProof.Fault.notCovered(size: 650)) {
                try beyond.verify(canonical, journal.signer.key)
            }
            #expect(throws: EntryProof.Fault.checkpoint(.notSigned)) {
                try proof.verify(canonical, NoteSigner(name: "sirdar.test/journal").key)
            }
        }
    }

    @Test("a proof of the largest tree that a journal will have is less than 2 KB")
    func largeProof() throws {
        let checkpoint = try Checkpoint(origin: signer.key.name, size: 1 << 32, root: .leaf([])).signed(by: signer)
        let path = (0..<32).map { TreeHash.leaf([$0]) }
        #expect(EntryProof(sequence: 1 << 31, path: path, checkpoint: checkpoint).text.utf8.count < 2048)
    }

    @Test("the notes in a file that is only added to are found, and what was cut at its end is passed over")
    func anchoredNotes() throws {
        let notes = try (1...3).map {
            try Checkpoint(origin: "o", size: Int64($0), root: .leaf([UInt8($0)])).signed(by: signer)
        }
        #expect(FileAnchor.notes(in: notes.joined()) == notes)
        #expect(FileAnchor.notes(in: notes.joined() + "o\n4\nab") == notes)
        #expect(FileAnchor.notes(in: "") == [])
    }
}
