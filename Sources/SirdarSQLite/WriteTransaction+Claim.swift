import SirdarCore
import SirdarEngine

// Giving due steps to an owner.
extension WriteTransaction {
    mutating func take(_ claim: WorkClaim) throws(WriteFailure) -> [DueStep] {
        do {
            var taken: [FoundStep] = []
            for lane in try lanes() {
                let room = min(claim.room[Lane(try labels.text(of: lane))] ?? claim.limit, claim.limit - taken.count)
                guard room > 0 else { continue }
                try statements.freeWork.query(
                    .integer(lane),
                    .integer(claim.now.milliseconds),
                    .int(room)
                ) { columns in taken.append(FoundStep(columns)) }
            }
            taken += try lapsed(claim, besides: taken)
            let steps = try lease(taken, claim)
            if !steps.isEmpty { wrote = true }
            return steps
        } catch {
            throw WriteFailure(storeError: error.storeError, extent: .fatal)
        }
    }

    /// The lanes in which something waits, found by skipping from one to the next.
    private func lanes() throws(SQLiteFailure) -> [Int64] {
        var lanes: [Int64] = []
        while true {
            var next: Int64?
            try statements.nextLane.query(.integer(lanes.last ?? 0)) { columns in
                if !columns.isNull(0) { next = columns.integer(0) }
            }
            guard let next else { return lanes }
            lanes.append(next)
        }
    }

    /// Steps whose owner has not prolonged its lease, as far as their lanes have room.
    private mutating func lapsed(_ claim: WorkClaim, besides taken: [FoundStep]) throws(SQLiteFailure) -> [FoundStep] {
        var found: [FoundStep] = []
        try statements.lapsedWork.query(
            .integer(claim.now.milliseconds),
            .int(claim.limit - taken.count)
        ) { columns in found.append(FoundStep(columns)) }
        var kept: [FoundStep] = []
        for step in found {
            let used = (taken + kept).count { $0.lane == step.lane }
            if used < claim.room[Lane(try labels.text(of: step.lane))] ?? claim.limit { kept.append(step) }
        }
        return kept
    }

    private mutating func lease(_ taken: [FoundStep], _ claim: WorkClaim) throws(SQLiteFailure) -> [DueStep] {
        var steps: [DueStep] = []
        for row in taken {
            try statements.leaseWork.run(
                .integer(row.instance),
                .integer(row.step),
                .integer(claim.lease.owner),
                .integer(claim.lease.until.milliseconds)
            )
            steps.append(row.step(action: try labels.text(of: row.action), lane: Lane(try labels.text(of: row.lane))))
        }
        return steps
    }
}
