import SirdarCore
import SirdarEngine
import Testing

@Suite("A workflow's picture")
struct DiagramTests {
    @Test("nothing lies over anything else, and every way is drawn outside of what it passes", arguments: 1...40)
    func isReadable(seed: UInt64) throws {
        var generator = WorkflowGenerator(seed: seed)
        let workflow = try #require(Sample.decode(generator.definition()).workflow, "seed \(seed)")
        for showsStates in [false, true] {
            let diagram = try Diagram(workflow)
            let drawing = try DiagramLayout(showsStates: showsStates).drawing(of: diagram)
            #expect(drawing.faults(of: diagram) == [], "seed \(seed)")
        }
    }

    @Test("every construct of the language is in it")
    func everyConstruct() throws {
        let workflow = try #require(Sample.decode(RichSample.text).workflow)
        let diagram = try Diagram(workflow)
        let drawing = try DiagramLayout(showsStates: true).drawing(of: diagram)
        #expect(drawing.faults(of: diagram) == [])
        let drawn = Set(drawing.shapes.compactMap(\.item.node))
        let named = Set(workflow.nodes.filter { !$0.name.isEmpty }.map(\.index))
        #expect(drawn == named)
        #expect(Set(drawing.shapes.map(\.item.shape)) == Set(Diagram.Shape.allCases))
    }

    @Test("two hundred steps are laid out, with few crossings left to chance")
    func twoHundred() throws {
        var generator = WorkflowGenerator(seed: 7)
        let workflow = try #require(Sample.decode(generator.definition(steps: 200)).workflow)
        #expect(workflow.nodes.count > 200)
        let diagram = try Diagram(workflow)
        let drawing = try DiagramLayout(showsStates: true).drawing(of: diagram)
        #expect(drawing.faults(of: diagram) == [])
    }

    @Test("what is too large is refused, and not drawn for minutes")
    func tooLarge() throws {
        let steps = (0...Diagram.stepsMax).map { "  - s\($0): { set: { x: 1 } }\n" }.joined()
        let workflow = try #require(Sample.decode(Sample.definition(steps)).workflow)
        #expect(throws: Diagram.TooLarge.self) { try Diagram(workflow) }
        // Many steps, each of which can leave: the ways beside the others would be a million places long.
        let exits = (0..<900).map {
            "  - s\($0): { switch: [ { a: { when: .x, then: exit } }, { b: { then: continue } } ] }\n"
        }
        let wide = try #require(Sample.decode(Sample.definition(exits.joined())).workflow)
        #expect(throws: Diagram.TooLarge.self) { try Diagram(wide).svg() }
    }

    @Test("an author's names are text, whatever is in them")
    func escapes() throws {
        let steps = #"  - '</title><script>x</script>"&': { set: { x: 1 } }"# + "\n"
        let workflow = try #require(Sample.decode(Sample.definition(steps)).workflow)
        let diagram = try Diagram(workflow)
        for text in [try diagram.svg(isAlone: true), diagram.outline()] {
            #expect(!text.contains("<script"))
            #expect(text.contains("&lt;script"))
        }
        #expect(try !diagram.text(.mermaid).contains("<script"))
        #expect(try diagram.text(.dot).contains(#"\"&"#))
    }

    @Test("states have a word and an icon, the current step is marked, and no look is in an attribute")
    func states() throws {
        let workflow = try #require(Sample.decode(Sample.adaptImage).workflow)
        let marks: [Int: DiagramMark] = [
            1: DiagramMark(.done), 2: DiagramMark(.skipped),
            3: DiagramMark(.waiting, note: "somebody of the queue Storage", link: "/tasks/7"),
        ]
        let diagram = try Diagram(workflow)
        let svg = try diagram.svg(marks)
        for part in ["Done", "Skipped", "Waiting: somebody", "href=\"/tasks/7\"", "s-waiting", "k-manual", "<desc>"] {
            #expect(svg.contains(part), "\(part)")
        }
        #expect(svg.components(of: "aria-current=\"step\"") == 1)
        #expect(!svg.contains("style"))
        #expect(svg.contains("role=\"group\""))
        #expect(diagram.outline(marks).contains("Waiting; somebody of the queue Storage"))
        #expect(try diagram.svg().contains("role=\"img\""))
    }

    @Test("what can still come is told from what was passed by")
    func coming() throws {
        let workflow = try #require(
            Sample.decode(
                Sample.definition(
                    """
                      - choose: { switch: [ { a: { when: .x, then: left } }, { b: { then: right } } ] }
                      - left: { set: { x: 1 }, then: after }
                      - right: { set: { x: 1 } }
                      - after: { do: [ { inner: { set: { x: 1 } } } ] }
                      - last: { set: { x: 1 } }

                    """
                )
            ).workflow
        )
        func name(_ index: Int) -> String { workflow[index].name }
        let left = try #require(workflow.nodes.firstIndex { $0.name == "left" })
        #expect(Set(workflow.coming(after: [left]).map(name)) == ["after", "inner", "last"])
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
