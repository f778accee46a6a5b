import ArgumentParser

/// How the program ends, for scripts. The numbers never change their meaning; `sirdar help` lists them.
enum Ending: Int32, Sendable, Hashable, CaseIterable {
    case done = 0
    /// It was understood and did not succeed: refused values, a check that failed, an error of the server's.
    case failed = 1
    /// There is no such thing, or it is not for whoever asks to see.
    case notFound = 3
    /// It was not possible in the state in which it is: somebody else holds it, was first, or it has ended.
    case conflict = 4
    /// Not signed in, or not allowed.
    case denied = 5
    /// The command line is wrong; nothing was sent.
    case usage = 64
    /// The server cannot be reached, or is too busy. Trying again may help.
    case unavailable = 69
    /// A setting is wrong: a file, or an environment variable.
    case configuration = 78

    /// What an HTTP status means to a script.
    init(status: Int) {
        switch status {
        case 200...299: self = .done
        case 401, 403: self = .denied
        case 404, 410: self = .notFound
        case 409, 412, 428: self = .conflict
        case 429, 502, 503, 504: self = .unavailable
        default: self = .failed
        }
    }

    var code: ExitCode { ExitCode(rawValue) }

    /// A line of the help.
    var meaning: String {
        switch self {
        case .done: "ok"
        case .failed: "failed: refused values, a failed check, an error of the server's"
        case .notFound: "not found, or not yours to see"
        case .conflict: "conflict: the state, or somebody else, was in the way"
        case .denied: "denied: sign in, or ask for the right"
        case .usage: "usage: the command line is wrong"
        case .unavailable: "unavailable: the server cannot be reached, or is busy"
        case .configuration: "configuration: a setting is wrong"
        }
    }
}
