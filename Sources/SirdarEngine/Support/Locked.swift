package import Foundation

/// A value behind a lock: the only shared mutable state there is outside the store.
///
/// Over `pthread_mutex_t`, because ThreadSanitizer does not understand `Synchronization.Mutex` on Linux. The lock is
/// never held while calling out: decide under it, act after it.
///
/// `@unchecked`: every access to `value` is under the mutex, which the compiler cannot see.
package final class Locked<Value>: @unchecked Sendable {
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline var value: Value

    package init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        let result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "a mutex can be made")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    @inlinable package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
