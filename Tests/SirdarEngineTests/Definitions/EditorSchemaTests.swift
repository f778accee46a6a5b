import JSON
import JSONSchema
import SirdarCore
import SirdarEngine
import Testing

@Suite("The editor's schema")
struct EditorSchemaTests {
    private static func schema() throws -> Schema {
        var document = DefinitionSchema.document(Sample.vocabulary).asObject ?? [:]
        // It is in the part of draft 7 that draft 2020-12 reads alike.
        #expect(document["$schema"] == "http://json-schema.org/draft-07/schema#")
        document["$schema"] = nil
        return try Schema(.object(document))
    }

    private static func isOfEvent(_ line: Substring) -> Bool {
        let starts = ["id: x", "source: /x", "type: x", "time: '", "subject: x", "datacontenttype:", "dataschema:"]
        return line.contains("{ type: x") || line.contains("{ type: y") || line.contains("data: { myData")
            || starts.contains { line.drop { $0 == " " }.hasPrefix($0) }
    }

    @Test("takes a definition with every key of the language, and the example of its description")
    func takes() throws {
        let schema = try Self.schema()
        for text in [RichSample.text, Sample.adaptImage] {
            let root = try YAMLSource.read(text).get()
            #expect(schema.validate(root.json).map { "\($0.instancePointer) \($0.message)" } == [])
        }
    }

    @Test("refuses a key that is misspelt, wherever the language has one")
    func misspelt() throws {
        let schema = try Self.schema()
        let root = try YAMLSource.read(RichSample.text).get()
        // What is given to a function of `use` a schema cannot follow; the decoder does.
        let lines = RichSample.text.split(separator: "\n", omittingEmptySubsequences: false)
        let keys = MisspeltKeyTests.keys(of: root).filter { member in
            // Nor which attribute of an event is the author's own.
            let line = lines[member.keyPlace.line - 1]
            let isAttribute = CloudEvent.attributes.contains(member.key) && Self.isOfEvent(line)
            return !isAttribute
                && (!line.contains("myFunction") || ["functions", "call", "with"].contains(member.key))
        }
        #expect(keys.count > 150)
        for member in keys {
            let text = MisspeltKeyTests.replace(member, by: member.key + "q")
            let wrong = try YAMLSource.read(text).get()
            #expect(!schema.validate(wrong.json).isEmpty, "\(member.key) in line \(member.keyPlace.line)")
        }
    }

    @Test(
        "refuses what is of the wrong kind, and names that nobody has defined",
        arguments: [
            ("priority: high", "priority: highest"), ("queue: image-reconfiguration", "queue: image-reconfigurations"),
            ("skills: [storage]", "skills: [painting]"), ("compete: true", "compete: often"),
            ("maximum: 5 }", "maximum: many }"), ("days: 1,", "days: one,"),
            ("wait: PT1S", "wait: soon"),
            ("dsl: '1.0.3'", "dsl: '2.0.0'"), ("with: { image: '${ .image }', project: x }", "with: { image: x }"),
            ("runbook: reconfigure-shared-storage", "runbook: nothing"), ("onExhausted: askPerson", "onExhausted: ask"),
        ]
    )
    func mistakes(_ right: String, _ wrong: String) throws {
        let text = RichSample.text.replacing(right, with: wrong)
        try #require(text != RichSample.text, "\(right) is not in the sample")
        let root = try YAMLSource.read(text).get()
        #expect(try !Self.schema().validate(root.json).isEmpty)
    }

    @Test("says what keys mean, and what functions do")
    func describes() {
        let text = DefinitionSchema.document(Sample.vocabulary).text
        for part in ["What undoes the step once it has begun.", "verifyStorage", "image-reconfiguration"] {
            #expect(text.contains(part), "\(part)")
        }
    }
}
