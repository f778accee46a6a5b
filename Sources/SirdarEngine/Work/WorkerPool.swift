import Foundation

/// The threads on which actions run.
///
/// An array of serial queues, because on Linux a concurrent queue adds threads only slowly while those it has are
/// blocked: 32 blocking calls of half a second take 3.5 s on one concurrent queue and 0.5 s here. Before each lane
/// stands a short line of steps that are ours already, so that a slot that is free need not wait for the disk to be
/// given its next. What is beyond the line stays in the store, in nobody's hands; what is in the line is in the store
/// too, under our lease, where a crash cannot lose it.
package final class WorkerPool: Sendable {
    /// A reserved place in a lane, at work or in its line; it is either used by `run` or given back by `release`.
    package struct Place: Sendable {
        fileprivate let lane: Lane
    }

    private struct Work {
        /// `nil`: it is short, and takes none.
        let place: Place?
        let body: @Sendable () -> Void
        let onFree: @Sendable () -> Void
    }

    private struct LaneState {
        /// Reserved places: at work, in the line, or on their way here.
        var reserved = 0
        var working = 0
        var line: [Work] = []
        /// Where the line begins: what is before has left it.
        var head = 0

        var isWaiting: Bool { head < line.count }

        mutating func next() -> Work {
            defer {
                head += 1
                if head == line.count || head > 512 {
                    line.removeFirst(head)
                    head = 0
                }
            }
            return line[head]
        }
    }

    private struct State {
        var free: [Int]
        var reserved = 0
        var lanes: [Lane: LaneState] = [:]
        /// Lanes with a line, in the order in which they get the next free slot.
        var turns: [Lane] = []
        /// Slots whose threads have performed what they had, and only record it: they are free in a moment.
        var recording: Set<Int> = []
        /// What such a slot goes on with, because it came of what it records.
        var successors: [Int: Work] = [:]
        /// Threads that are lent.
        var lent = 0

        /// Whether the slot can be given what comes next; nobody in a line is overtaken.
        func goesOn(_ slot: Int) -> Bool { recording.contains(slot) && successors[slot] == nil && turns.isEmpty }
    }

    private let queues: [DispatchQueue]
    private let laneLimit: Int
    private let laneLimits: [Lane: Int]
    private let lineMax: Int
    private let state: Locked<State>
    /// The number of the slot whose thread this is.
    private let slotNumber = DispatchSpecificKey<Int>()

    /// How many lines as long as a lane's may be there in all.
    private static let linesMax = 4

    /// - Parameters:
    ///   - slots: how many actions run at once, 1 to 256.
    ///   - laneLimit: how many of these one lane may take, where `laneLimits` says nothing else.
    ///   - laneLimits: the limits of certain lanes.
    ///   - lineMax: how many more may wait in each lane.
    package init(slots: Int, laneLimit: Int, laneLimits: [Lane: Int] = [:], lineMax: Int = 0) {
        precondition((1...256).contains(slots), "a pool has 1 to 256 slots")
        queues = (0..<slots).map { DispatchQueue(label: "sirdar.slot.\($0)") }
        self.laneLimit = laneLimit
        self.laneLimits = laneLimits
        self.lineMax = lineMax
        state = Locked(State(free: Array((0..<slots).reversed())))
        for (number, queue) in queues.enumerated() { queue.setSpecific(key: slotNumber, value: number) }
    }

    package var slots: Int { queues.count }

    private var placesMax: Int { slots + Self.linesMax * lineMax }

    /// Takes a place for a call of this lane, or `nil` when the pool or the lane is full.
    package func reserve(_ lane: Lane) -> Place? {
        state.withLock { state in
            guard state.reserved < placesMax, state.lanes[lane, default: LaneState()].reserved < limit(lane) + lineMax
            else { return nil }
            state.reserved += 1
            state.lanes[lane, default: LaneState()].reserved += 1
            return Place(lane: lane)
        }
    }

    package func release(_ place: Place) {
        state.withLock { Self.release(place, &$0) }
    }

    private static func release(_ place: Place, _ state: inout State) {
        state.reserved -= 1
        state.lanes[place.lane, default: LaneState()].reserved -= 1
        if state.lanes[place.lane]?.reserved == 0 { state.lanes[place.lane] = nil }
    }

    /// Runs `body` in the reserved place, as soon as its lane and a slot are free, and gives it back; `onFree` runs
    /// after that.
    ///
    /// A slot's thread that has said `performed` and comes here with what that makes due goes on with it itself: waking
    /// another takes longer than most of what there is to do.
    package func run(_ place: Place, _ body: @escaping @Sendable () -> Void, onFree: @escaping @Sendable () -> Void) {
        let work = Work(place: place, body: body, onFree: onFree)
        let caller = DispatchQueue.getSpecific(key: slotNumber)
        let slot = state.withLock { state -> Int? in
            let lane = place.lane
            if state.lanes[lane, default: LaneState()].working < limit(lane) {
                if let caller, state.goesOn(caller) {
                    state.lanes[lane, default: LaneState()].working += 1
                    state.successors[caller] = work
                    return nil
                }
                if let slot = state.free.popLast() {
                    state.lanes[lane, default: LaneState()].working += 1
                    return slot
                }
            }
            if state.lanes[lane]?.isWaiting != true { state.turns.append(lane) }
            state.lanes[lane, default: LaneState()].line.append(work)
            return nil
        }
        if let slot { queues[slot].async { self.perform(work, in: slot) } }
    }

    /// Says, on a slot's thread, that what it had to perform is over, and that it will wait for nothing any more.
    package func performed() {
        guard let slot = DispatchQueue.getSpecific(key: slotNumber) else { return }
        state.withLock { state in _ = state.recording.insert(slot) }
    }

    /// Runs something short on a slot's thread while most slots are idle; `false` when they are not. What that makes
    /// due is performed there, and nobody else is woken for it.
    package func lend(_ body: @escaping @Sendable () -> Void, onFree: @escaping @Sendable () -> Void) -> Bool {
        let slot = state.withLock { state -> Int? in
            guard state.free.count > slots / 2, let slot = state.free.popLast() else { return nil }
            state.lent += 1
            state.recording.insert(slot)
            return slot
        }
        guard let slot else { return false }
        queues[slot].async { self.perform(Work(place: nil, body: body, onFree: onFree), in: slot) }
        return true
    }

    private func perform(_ first: Work, in slot: Int) {
        var next: Work? = first
        while let work = next {
            work.body()
            next = state.withLock { state in
                if let place = work.place {
                    state.lanes[place.lane, default: LaneState()].working -= 1
                    Self.release(place, &state)
                } else {
                    state.lent -= 1
                }
                state.recording.remove(slot)
                let next = state.successors.removeValue(forKey: slot) ?? nextInLine(&state)
                if next == nil { state.free.append(slot) }
                return next
            }
            work.onFree()
        }
    }

    /// The first in the line of the first lane that has room; lanes with a line take turns.
    private func nextInLine(_ state: inout State) -> Work? {
        let turn = state.turns.firstIndex { lane in state.lanes[lane, default: LaneState()].working < limit(lane) }
        guard let turn else { return nil }
        let lane = state.turns.remove(at: turn)
        let work = state.lanes[lane, default: LaneState()].next()
        state.lanes[lane, default: LaneState()].working += 1
        if state.lanes[lane]?.isWaiting == true { state.turns.append(lane) }
        return work
    }

    /// Forgets what stands in line, and gives its places back.
    package func clearLines() {
        state.withLock { state in
            for lane in state.turns {
                while state.lanes[lane]?.isWaiting == true {
                    let work = state.lanes[lane, default: LaneState()].next()
                    if let place = work.place { Self.release(place, &state) }
                }
            }
            state.turns = []
        }
    }

    /// How much room there is in all, and in the lanes that are in use.
    package var room: (total: Int, lanes: [Lane: Int]) {
        state.withLock { state in
            var lanes = laneLimits.mapValues { $0 + lineMax }
            for (lane, used) in state.lanes { lanes[lane] = max(0, limit(lane) + lineMax - used.reserved) }
            return (placesMax - state.reserved, lanes)
        }
    }

    /// The most that a lane without a limit of its own has room for.
    var laneRoomMax: Int { laneLimit + lineMax }

    package var isIdle: Bool { state.withLock { $0.reserved == 0 && $0.lent == 0 } }

    /// Whether a lane's line is short enough to be filled up again: asking the store for one step at a time is dear.
    package func isThin(_ lane: Lane) -> Bool {
        state.withLock { state in state.lanes[lane, default: LaneState()].reserved <= (limit(lane) + lineMax) / 2 }
    }

    private func limit(_ lane: Lane) -> Int { laneLimits[lane] ?? laneLimit }
}
