package import SirdarCore

/// The picture of a workflow, before anybody has decided where its parts lie.
///
/// A block holds items and the edges between them; an item that holds others (a loop, a fork, a `try`) has a block of
/// its own. Steps lead only to steps of their own sequence, so no edge crosses the border of a block.
package struct Diagram: Sendable {
    package let title: String
    /// One sentence for who cannot see the picture.
    package let summary: String
    package let root: Block

    /// What is drawn of one workflow, so that a huge definition cannot make a huge picture.
    package static let stepsMax = 2_000

    package struct Block: Sendable {
        package var items: [Item] = []
        package var edges: [Edge] = []
    }

    package struct Item: Sendable {
        package let shape: Shape
        /// The step that it stands for; `nil` for what the picture itself adds: begin, end, bars.
        package var node: Int?
        package var title = ""
        /// The second line: what does the work.
        var caption = ""
        /// The whole of what is abbreviated in the picture.
        var detail = ""
        package var inner: Block?
    }

    /// Kinds differ by their outline, and not by their colour alone.
    package enum Shape: String, Sendable, CaseIterable {
        case start, end, point, bar
        case action, manual, workflow, wait, value, choice, raise
        case frame
    }

    package struct Edge: Sendable {
        package let from: Int
        package let to: Int
        package var label = ""
        /// The whole condition, where the label is its name.
        var detail = ""
        package var style = Style.usual

        package enum Style: String, Sendable { case usual, error, again }
    }
}

extension Diagram {
    /// The picture is too large to be of use.
    package struct TooLarge: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// - Throws: when there are more steps than anybody would look at.
    package init(_ workflow: Workflow) throws(TooLarge) {
        guard workflow.nodes.count <= Self.stepsMax else {
            throw TooLarge(description: "\(workflow.nodes.count) steps are too many to draw: at most \(Self.stepsMax)")
        }
        let document = workflow.document
        title = "\(document.title) \(document.version)"
        let builder = DiagramBuilder(workflow: workflow)
        root = builder.root()
        let steps = workflow.nodes.dropFirst().filter { !$0.name.isEmpty }
        let manual = steps.count { $0.manual != nil }
        let people = manual == 1 ? "1 of them done by a person" : "\(manual) of them done by people"
        summary = "\(steps.count == 1 ? "1 step" : "\(steps.count) steps"), \(people)."
    }
}

extension Diagram.Block {
    /// Every item of this block and of those in it.
    package var allItems: [Diagram.Item] { items.flatMap { [$0] + ($0.inner?.allItems ?? []) } }
    package var allEdges: [Diagram.Edge] { edges + items.flatMap { $0.inner?.allEdges ?? [] } }
}
