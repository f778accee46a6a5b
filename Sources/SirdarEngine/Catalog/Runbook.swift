package import SirdarCore

/// The instructions of a manual step: Markdown, with a checklist that the engine understands.
package struct Runbook: Sendable, Hashable {
    /// The file's name without `.md`: what definitions name.
    package let name: String
    package let title: String
    package let summary: String
    package let version: Int
    package let owner: String
    package let skills: [String]
    /// The day on which somebody should have looked at it again: `2027-06-01`.
    package let reviewBy: String?
    /// What a cloud must be able to do for the runbook as a whole.
    package let requires: Set<Capability>
    /// The values that its text and commands are filled with.
    package let values: [String]
    /// In the order of the text.
    package let items: [Item]
    /// The Markdown, without front matter and without what is written in braces at its items.
    package let text: String
    package let document: MarkdownDocument
    /// SHA-256 of the whole file: what a task is pinned to.
    package let hash: ContentHash

    /// What a step may need from the cloud that its machine is in.
    package enum Capability: String, Sendable, Hashable, CaseIterable {
        case guestFiles, guestExec, probe, network
    }

    /// What must be given with a tick.
    package enum Evidence: String, Sendable, Hashable, CaseIterable {
        /// A remark in one's own words.
        case text
        /// A value, as it was read off.
        case value
        /// What a command printed.
        case output
        /// The name of a file that was attached to the task.
        case file
    }

    package struct Item: Sendable, Hashable {
        package let id: String
        /// What is to be done, as plain text.
        package let text: String
        package let isRequired: Bool
        package let evidence: Evidence?
        package let requires: Set<Capability>
        /// The code blocks of the item, with their placeholders.
        package let commands: [String]
    }
}

extension Runbook {
    /// What gates the completion of a task; where the cloud cannot do what an item needs, it is not required.
    package func checklist(on capabilities: Set<Capability> = Set(Capability.allCases)) -> Checklist {
        Checklist(
            items: items.map { item in
                let isPossible = item.requires.union(requires).isSubset(of: capabilities)
                return Checklist.Item(
                    id: item.id,
                    text: item.text,
                    isRequired: item.isRequired && isPossible,
                    evidence: item.evidence?.rawValue
                )
            }
        )
    }

    package var checklist: Checklist { checklist() }

    /// The text for a page, a task's values filled in.
    package func html(
        values: [String: String] = [:],
        check: @escaping (Item) -> String = { #"<input type="checkbox" disabled data-item="\#($0.id)">"# },
        checkEnd: @escaping (Item) -> String = { _ in "" }
    ) throws(MarkdownError) -> String {
        var options = MarkdownDocument.HTMLOptions()
        options.values = values
        options.check = { check(items[$0]) }
        options.checkEnd = { checkEnd(items[$0]) }
        return try document.html(options)
    }

    /// The text for a terminal, a task's values filled in; `ticked` are the items that are done.
    package func plainText(values: [String: String] = [:], ticked: Set<String> = []) -> String {
        document.plainText(values: values) { position in
            let item = items[position]
            return "[\(ticked.contains(item.id) ? "x" : " ")] \(item.id)\(item.isRequired ? "" : " (if it applies)"):"
        }
    }

    /// What definitions need to know of it.
    package var entry: Vocabulary.Runbook { .init(name: name, items: items.map(\.id), values: values) }
}
