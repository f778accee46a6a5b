import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

extension Program {
    /// Brings what costs something in step with the prices of `config/prices.yaml`, from now on: what has been charged
    /// keeps its price. Images of a store that is older than its ledger begin to be counted.
    func startLedger() async throws {
        let now = engine.clock.now()
        let ledger = Ledger(prices: configuration.prices, records: store)
        let missing = try ledger.missing(at: now)
        if !missing.isEmpty { try await engine.write(missing, entry: entry("cost.begun", missing.count, now)) }
        let changes = try ledger.repriced(at: now)
        if !changes.isEmpty { try await engine.write(changes, entry: entry("cost.repriced", changes.count / 2, now)) }
    }

    private func entry(_ action: String, _ count: Int, _ now: Timestamp) -> Entry {
        Entry(
            at: now,
            actor: .system("start"),
            channel: .setup,
            action: action,
            object: .init(kind: "setting", id: engine.identifiers.next(), part: "prices"),
            detail: [
                "rows": .number(JSON.Number(count)),
                "prices": .array(
                    configuration.prices.rows.map { row in
                        .string("\(row.location) \(row.from) \(row.storage?.description ?? "unknown") \(row.currency)")
                    }
                ),
            ]
        )
    }
}
