extension WordRule {
    /// Everything that is not written here.
    static let all = vocabulary + unfinished + unsafeCode + boundaries + workplace

    /// One word, one meaning: `docs/glossary.md` argues them.
    static let vocabulary = [
        WordRule(word: "job", match: .words, instead: "step for automatic work, task for a person's", also: ["jobs"]),
        WordRule(word: "ticket", match: .words, instead: "request or task", also: ["tickets"]),
        WordRule(word: "activity", match: .words, instead: "step or action", also: ["activities"]),
        WordRule(
            word: "epoch",
            match: .words,
            instead: "fence for the number that grows with each owner, \"Unix epoch\" for 1970",
            also: ["epochs"],
            // The names that the workflow language and `strftime` give to it.
            homes: ["Sources/SirdarCore/Definition/Scope.swift", "Sources/JQ/TimeFormats.swift"],
            unless: "unix epoch"
        ),
        WordRule(word: "audit log", match: .words, instead: "journal", also: ["audit logs", "audit trail"]),
        WordRule(word: "snooze", match: .words, instead: "hold", also: ["snoozed", "snoozes"]),
    ]

    /// What is begun is finished or not merged.
    static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].map { mark in
        WordRule(word: mark, match: .text, instead: "the finished thing, or a sentence on why it is as it is")
    }

    /// Code that the compiler, a sanitizer or a reader cannot trust.
    static let unsafeCode = [
        WordRule(word: "Regex", match: .code, instead: "the matcher of JSON, which has a step budget"),
        WordRule(word: "NSRegularExpression", match: .code, instead: "the matcher of JSON, which has a step budget"),
        WordRule(word: "#/", match: .code, instead: "the matcher of JSON, which has a step budget"),
        WordRule(
            word: "Synchronization",
            match: .code,
            instead: "Locked: ThreadSanitizer misreads the standard library's Mutex"
        ),
        WordRule(
            word: "@unchecked Sendable",
            match: .code,
            instead: "state in Locked and everything else a let",
            homes: ["Sources/SirdarEngine/Support/Locked.swift"]
        ),
        WordRule(
            word: "nonisolated(unsafe)",
            match: .code,
            instead: "state in Locked and everything else a let",
            homes: ["Sources/SirdarEngine/Support/Locked.swift"]
        ),
        WordRule(word: "try!", match: .code, instead: "try, or preconditionFailure with a sentence"),
        WordRule(word: "fatalError(", match: .code, instead: "preconditionFailure with the invariant as a sentence"),
        WordRule(word: "@testable", match: .code, instead: "a plain import: what crosses a module is package"),
        WordRule(word: "public", match: .code, instead: "package: nobody else imports this", scope: ["Sources/"]),
    ]

    /// What may be done in one place only, or not in a place.
    static let boundaries =
        ["Date()", "Date.now", "Date.init()"].map { call in
            WordRule(
                word: call,
                match: .code,
                instead: "the time as an argument: the one clock is SystemClock",
                scope: ["Sources/", "Tests/"],
                homes: ["Sources/SirdarEngine/Support/Clock.swift"]
            )
        } + [
            WordRule(
                word: "print(",
                match: .code,
                instead: "a returned value or a logger: only the program speaks to its user",
                scope: ["Sources/", "Tests/"],
                // The conformance reports are lines that people and scripts read.
                homes: [
                    "Sources/sirdar/", "Tests/JQTests/SuiteTests.swift", "Tests/JSONSchemaTests/SchemaSuiteTests.swift",
                    "Tests/JQTests/Differential/", "Tests/SirdarOutboundTests/OpenWorkflowConformanceTests.swift",
                    "Benchmarks/",
                ]
            )
        ]
        + ["sleep(", "usleep(", "nanosleep("].map { call in
            WordRule(
                word: call,
                match: .code,
                instead: "a clock that the test moves, or the test kit's wait on a condition with a deadline",
                scope: ["Tests/"],
                homes: ["Tests/SirdarTestKit/", "Tests/SirdarCloudsTests/Ground.swift"]
            )
        }
        + ["Foundation", "FoundationEssentials", "Dispatch"].map { module in
            WordRule(
                word: module,
                match: .code,
                instead: "the standard library: this module decides, and reaches nothing outside",
                scope: ["Sources/JSON/", "Sources/JQ/", "Sources/JSONSchema/", "Sources/SirdarCore/"]
            )
        }

    /// The project speaks of itself, not of the place and the way in which it is made.
    static let workplace =
        ["/wo" + "rk/", "/opt/" + "swift-packages", "/tmp/" + "bash", "/fa" + "rm/", "/.lib" + "rary"].map { path in
            WordRule(word: path, match: .text, instead: "a path in the repository")
        } + [
            WordRule(word: "this " + "session", match: .words, instead: "what the project does"),
            WordRule(word: "sub" + "agent", match: .words, instead: "what the project does", also: ["sub" + "agents"]),
            WordRule(
                word: "issue " + "#",
                match: .text,
                instead: "the reason itself, without a number",
                also: ["issues " + "#", "closes " + "#", "fixes " + "#", "Closes " + "#", "Fixes " + "#"]
            ),
        ]
}

extension WordException {
    /// Every exception with its reason. One that nothing needs any more is a finding.
    static let all = [
        WordException(word: "job", path: "docs/glossary.md", reason: "argues the word"),
        WordException(word: "ticket", path: "docs/glossary.md", reason: "argues the word"),
        WordException(word: "activity", path: "docs/glossary.md", reason: "argues the word"),
        WordException(word: "epoch", path: "docs/glossary.md", reason: "argues the word"),
        WordException(word: "audit log", path: "docs/glossary.md", reason: "argues the word"),
        WordException(word: "snooze", path: "docs/glossary.md", reason: "argues the word"),
    ]
}
