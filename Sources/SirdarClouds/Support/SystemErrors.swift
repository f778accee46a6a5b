import Glibc
import SirdarImages

extension CloudError {
    /// What the system said when we tried to do something, as a kind and a sentence.
    static func system(_ code: Int32, doing what: String) -> CloudError {
        let said = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT, EFBIG:
            return .noRoom(doing: what, detail: said)
        case EACCES, EPERM, EROFS:
            return CloudError(
                .denied,
                "Sirdar may not \(what): check who owns the pool and its permissions.",
                detail: said
            )
        case ENOENT, ENOTDIR:
            return CloudError(.gone, "Cannot \(what): it does not exist.", detail: said)
        case EMFILE, ENFILE, ENOMEM, EAGAIN, EINTR:
            return CloudError(.transient, "Cannot \(what) at the moment: the machine lacks resources.", detail: said)
        default:
            return CloudError(.transient, "Cannot \(what): \(said). Look at the disk under the pool.", detail: said)
        }
    }

    static func noRoom(doing what: String, detail: String?) -> CloudError {
        CloudError(
            .quota,
            "The pool is full: there was no room to \(what). Delete images that are not needed, or enlarge the disk.",
            detail: detail
        )
    }

    static func tooLate(_ what: String) -> CloudError {
        CloudError(.transient, "It took too long to \(what); it was stopped and can be tried again.")
    }
}

extension CloudError {
    /// A tool's failure, by what it said.
    static func tool(_ result: ToolResult, doing what: String) -> CloudError {
        let said = String(result.errors.prefix(600))
        if ["No space left", "File too large", "Disk quota exceeded"].contains(where: said.contains) {
            return .noRoom(doing: what, detail: said)
        }
        if said.contains("Permission denied") {
            return CloudError(.denied, "Sirdar may not \(what): check who owns the pool and its files.", detail: said)
        }
        return CloudError(
            .invalid,
            "It was not possible to \(what). Its words are in the details; have the disk under the pool checked.",
            detail: "status \(result.status): \(said)"
        )
    }
}
