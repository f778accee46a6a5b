package import JSON
import SirdarCore
import SirdarJournal

/// One thing that was looked at, and what was found.
package struct Finding: Sendable, Hashable {
    package let name: String
    package let verdict: Verdict
    package let sentence: String

    package enum Verdict: String, Sendable, Hashable {
        case sound
        /// Nothing is damaged, and somebody should know.
        case notice
        case wrong
    }

    package init(_ name: String, _ verdict: Verdict, _ sentence: String) {
        self.name = name
        self.verdict = verdict
        self.sentence = sentence
    }

    package var json: JSON {
        ["name": .string(name), "verdict": .string(verdict.rawValue), "detail": .string(sentence)]
    }
}

/// Looks after the installation: the store's own health, the journal's proof, and whether every instance is where the
/// journal says it is.
package struct Examination {
    private let engine: Engine
    private let sealer: Sealer

    package init(engine: Engine, sealer: Sealer) {
        self.engine = engine
        self.sealer = sealer
    }

    package func run() throws -> [Finding] {
        try engine.store.examine() + [seal(), anchors()] + [try journal(), try instances()]
    }

    private func seal() -> Finding {
        switch sealer.status {
        case .starting, .sealed(nil): Finding("seal", .notice, "Nothing is sealed yet.")
        case .sealed(let checkpoint?):
            Finding("seal", .sound, "Sealed up to entry \(checkpoint.size) with the key \(sealer.signer.key.text).")
        case .refused(let refusal): Finding("seal", .wrong, refusal.description)
        case .failed(let reason): Finding("seal", .wrong, "The last seal was not kept: \(reason)")
        }
    }

    private func anchors() -> Finding {
        let names = sealer.anchorNames
        guard !names.isEmpty else {
            return Finding("anchors", .notice, "Checkpoints are kept nowhere but in the store: set journalAnchor.")
        }
        return Finding("anchors", .sound, "Checkpoints are kept in \(names.joined(separator: ", ")).")
    }

    /// Every entry is read, and held against every checkpoint of the store and what is anchored.
    private func journal() throws -> Finding {
        do {
            let verdict = try JournalProofs(engine.store, key: sealer.signer.key).verifyAll(since: sealer.anchored())
            return Finding(
                "journal",
                .sound,
                "Entries 1 to \(verdict.last) are those that were signed, in \(verdict.checkpoints) checkpoints; "
                    + "\(verdict.erased) have had their names and free text erased."
            )
        } catch let fault as BundleFault {
            return Finding("journal", .wrong, fault.description)
        } catch is JournalExport.NothingSealed {
            return Finding("journal", .notice, "Nothing is sealed yet.")
        }
    }

    private static let instancesMax = 100_000
    private static let toldMax = 5
    private static let looksMax = 10

    /// Whether the entries of each instance lead to the state that the store holds.
    private func instances() throws -> Finding {
        var (looked, differing) = (0, [String]())
        var query = InstanceQuery(limit: 200)
        while looked < Self.instancesMax {
            let page = try engine.store.instances(query)
            for summary in page {
                looked += 1
                if let difference = try difference(summary.id) { differing.append(difference) }
            }
            guard page.count == query.limit, let last = page.last else { break }
            query.before = last.id
        }
        guard differing.isEmpty else {
            let told = differing.prefix(Self.toldMax).joined(separator: " ")
            return Finding("instances", .wrong, "\(differing.count) of \(looked) are not as the journal says. \(told)")
        }
        return Finding(
            "instances",
            .sound,
            "\(looked) instances are where their entries, read again, say."
        )
    }

    /// How an instance differs from what its entries tell, all of them read again in their order.
    private func difference(_ id: Identifier) throws -> String? {
        var replay = StoryReplay()
        var after: Int64?
        // It may move on while it is read.
        for _ in 0..<Self.looksMax {
            try read(id, &after, into: &replay)
            guard let instance = try engine.store.instance(id) else { return "\(id) is missing." }
            let differences = replay.differences(from: instance)
            if differences.isEmpty { return nil }
            let newest = try engine.store.entries(EntryQuery(object: id, newestFirst: true, limit: 1)).first
            if newest?.sequence == after { return "\(id) \(differences.joined(separator: "; "))." }
        }
        return nil
    }

    private func read(_ id: Identifier, _ after: inout Int64?, into replay: inout StoryReplay) throws {
        while true {
            let query = EntryQuery(object: id, after: after, limit: 200)
            let entries = try engine.store.entries(query)
            for stored in entries { replay.read(try JSON(parsing: stored.entry.canonical)) }
            after = entries.last?.sequence ?? after
            if entries.count < query.limit { return }
        }
    }
}
