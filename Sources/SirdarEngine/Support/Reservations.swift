import SirdarCore

/// Tasks that are on their way to somebody: found, and not yet claimed on the disk. Without it everybody who asks at
/// the same time would find the same task, and all but one would ask again.
final class Reservations: Sendable {
    private let tasks = Locked<Set<Identifier>>([])

    /// What `find` gives besides the tasks that are reserved, reserved; `nil` when it gives nothing. The caller
    /// releases it.
    func reserve(_ find: (Set<Identifier>) throws -> ManualTask?) rethrows -> ManualTask? {
        // Whoever finds that another was first looks again; that other has got on meanwhile.
        while let task = try find(tasks.withLock { $0 }) {
            if tasks.withLock({ $0.insert(task.id).inserted }) { return task }
        }
        return nil
    }

    func release(_ task: Identifier) {
        tasks.withLock { tasks in _ = tasks.remove(task) }
    }
}
