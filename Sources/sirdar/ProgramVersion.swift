/// What `sirdar --version` says, and what the program calls itself elsewhere.
enum ProgramVersion {
    static let current = "0.1.0"
}
