import JSON
import SirdarCore
import SirdarJournal
import Testing

@Suite("Entries: their final form, and what can be erased")
struct EntryTests {
    private static let id = Identifier(milliseconds: 1_795_424_400_000, counter: 1, node: 0)
    private static let nonce = [UInt8](repeating: 7, count: 16)

    private func entry(_ confidential: JSON.Object = [:]) -> Entry {
        Entry(
            at: Timestamp(milliseconds: 1_795_424_400_000),
            actor: .init(id: "p", kind: .person, session: "s"),
            channel: .cli,
            action: "task.claimed",
            object: .init(kind: "task", id: Self.id, part: "t"),
            fence: 3,
            detail: ["b": 1, "a": [true, "ü"]],
            confidential: confidential
        )
    }

    @Test("the public part is canonical JSON, the same for every order of its making")
    func canonical() throws {
        let sealed = entry().sealed(nonce: Self.nonce)
        let json = try JSON(parsing: sealed.canonical)
        #expect(json.canonical == sealed.canonical)
        #expect(json["actor"] == ["id": "p", "kind": "person", "session": "s"])
        #expect(json["fence"] == 3 && json["channel"] == "cli" && json["at"] == "2026-11-23T09:00:00.000Z")
        #expect(json["object"]?["id"]?.asString == Self.id.description)
        #expect(sealed.confidential == nil && sealed.nonce == nil && json["commitment"] == nil)
    }

    @Test("names and free text are beside the public part, which only commits to them")
    func confidential() throws {
        let sealed = entry(["reason": "Told on the phone by the client."]).sealed(nonce: Self.nonce)
        let text = String(decoding: sealed.canonical, as: UTF8.self)
        #expect(!text.contains("phone"))
        let hidden = try #require(sealed.confidential)
        let commitment = try JSON(parsing: sealed.canonical)["commitment"]?.asString
        #expect(commitment == Commitment.of(hidden, nonce: Self.nonce))
        #expect(commitment != Commitment.of(hidden, nonce: [UInt8](repeating: 8, count: 16)))
        #expect(sealed.nonce == Self.nonce)
    }

    @Test("the commitment is SHA-256 of the nonce and the body")
    func commitment() {
        // SHA-256("abc"), from FIPS 180-2.
        #expect(
            Commitment.of(Array("bc".utf8), nonce: Array("a".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }
}
