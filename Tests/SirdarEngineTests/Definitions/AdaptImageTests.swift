import JSON
import SirdarCore
import SirdarEngine
import Testing

@Suite("The example of the language's description")
struct AdaptImageTests {
    @Test("it loads whole, without a word of complaint")
    func loads() throws {
        let decoded = Sample.decode(Sample.adaptImage)
        #expect(decoded.lines == [])
        let workflow = try #require(decoded.workflow)
        #expect(workflow.document.title == "Use an image elsewhere")
        #expect(workflow.nodes.map(\.name) == ["", "validateRegion", "createMachine", "reconfigureStorage"])
        #expect(
            workflow.nodes.map(\.pointer) == [
                "/do", "/do/0/validateRegion", "/do/1/createMachine", "/do/2/reconfigureStorage",
            ]
        )
        #expect(workflow[2].compensation?.action == "deleteMachine")
        let manual = try #require(workflow[3].manual)
        #expect(manual.verify?.action == "verifyStorage")
        #expect(manual.review?.skills == ["storage"])
        #expect(workflow[3].timeout != nil)
    }
}
