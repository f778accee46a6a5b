import Logging
import SirdarCore

// Steps that are performed while the commit that makes them due is on its way to the disk.
extension Engine {
    /// Performs a step whose action only looks, without waiting for the commit that makes it due.
    func performAhead(_ flight: Flight) {
        let step = flight.step
        perform(step, of: flight.instance.origin, in: flight.place) { outcome in
            switch flight.join() {
            case .joins: self.decideAhead(outcome, flight)
            case .isLate: self.report(outcome, of: step)
            case .isVoid: self.held.withLock { held in _ = held.remove(step.id) }
            }
        }
    }

    /// Decides on a result in the turn of the decision that made the step due, on top of it.
    private func decideAhead(_ outcome: ActionOutcome, _ flight: Flight) {
        let step = flight.step
        var assembly = Assembly(engine: self, actuation: .worker, turn: flight.turn, follows: flight)
        assembly.held = step
        assembly.commit.records += outcome.records
        do { try assembly.apply(outcome.event(step, now: assembly.now), to: flight.instance) } catch {
            // It needs what is not on the disk yet, or is refused: the ordinary road has the words for that.
            assembly.abandoned()
            return flight.followed { self.landedBelow($0, outcome, step) }
        }
        commit(assembly) { _ in
        } free: { result in
            flight.followed { below in
                if case .success = result { return self.reported(.success(()), outcome, step) }
                self.landedBelow(below, outcome, step)
            }
        }
    }

    /// A result that was not recorded on top of the commit that made its step due, and what became of that commit.
    private func landedBelow(_ below: Result<Void, StoreError>, _ outcome: ActionOutcome, _ step: DueStep) {
        switch below {
        case .success: report(outcome, of: step)
        case .failure: held.withLock { held in _ = held.remove(step.id) }
        }
    }
}

extension Assembly {
    /// Takes the step that this decision makes due out of those that wait for the commit, when it may be performed
    /// ahead: there is no other, its action only looks, and what it could look at is not changed by this commit itself.
    mutating func takeAhead() -> Flight? {
        let depth = (flight?.depth ?? 0) + 1
        guard depth <= Flight.depthMax, commit.records.isEmpty, let next = onlyBorn, next.step.task == nil,
            next.step.instance == turn.id, let instance = decided[turn.id],
            engine.actions[next.step.action]?.signature.onlyLooks == true
        else { return nil }
        let ahead = Flight(next.step, of: instance, turn, next.place, depth: depth)
        forgetBorn()
        commit.handle = ahead.handle
        return ahead
    }

    /// Instances and tasks as they were committed last. A decision on top of one that is on its way would not see what
    /// that one writes, so it reads nothing and takes the ordinary road.
    func reading() throws -> any Store {
        guard commit.follows == nil else { throw NotYetDurable() }
        return engine.store
    }
}

/// What is decided ahead asked for what is not on the disk yet.
private struct NotYetDurable: Error {}
