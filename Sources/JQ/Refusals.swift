/// What jq has and an expression here may not use, each with the reason and what to write instead.
///
/// An expression decides; asked twice with the same values it must answer the same.
enum Refusals {
    /// Functions, by name; whatever their number of arguments.
    static let functions: [String: (reason: String, hint: String)] = {
        let values = "pass it in as part of the input"
        let environment = ("reads the environment of the process", values)
        let clock = ("reads the clock", "pass the time in as part of the input")
        let zone = ("reads the time zone of the machine", "use the function without 'local', which is UTC")
        let files = ("reads other input", values)
        let printing = ("prints", "leave it out")
        let ending = ("ends the process", "use error")
        let modules = ("reads modules", "define what is needed in the expression")
        return [
            "env": environment, "now": clock, "localtime": zone, "strflocaltime": zone, "input": files,
            "inputs": files, "input_filename": files, "input_line_number": files, "debug": printing,
            "stderr": printing, "halt": ending, "halt_error": ending, "modulemeta": modules,
            "get_search_list": modules, "get_prog_origin": modules, "get_jq_origin": modules,
        ]
    }()

    static let variables: [String: (reason: String, hint: String)] = [
        "ENV": ("reads the environment of the process", "pass it in as part of the input"),
        "__prog_args": ("reads the arguments of the process", "pass it in as part of the input"),
        "__prog_name": ("reads the arguments of the process", "pass it in as part of the input"),
    ]

    static func complaint(aboutFunction name: String, at offset: Int) -> Complaint? {
        if name.contains("::") { return complaint(aboutWord: "import", at: offset) }
        return functions[name].map {
            Complaint(offset: offset, message: "'\(name)' is refused: it \($0.reason)", hint: $0.hint)
        }
    }

    static func complaint(aboutVariable name: String, at offset: Int) -> Complaint? {
        if name.contains("::") { return complaint(aboutWord: "import", at: offset) }
        return variables[name].map {
            Complaint(offset: offset, message: "'$\(name)' is refused: it \($0.reason)", hint: $0.hint)
        }
    }

    static func complaint(aboutWord word: String, at offset: Int) -> Complaint {
        Complaint(
            offset: offset,
            message: "'\(word)' is refused: an expression has no modules",
            hint: "define what is needed in the expression"
        )
    }
}
