extension SettingKey {
    /// `config/sirdar.yaml` as it comes: every setting with its default and a line of why.
    package static let template =
        """
        # The settings of a Sirdar server. Each stands here with its default; what you do not change can go.
        #
        # An option of the command line (--worker-slots) comes before the environment (SIRDAR_WORKER_SLOTS), that before
        # this file, that before the default. `sirdar config explain` shows what holds, and where it comes from. Folders
        # are seen from where the server is started. The folder of this file is set by --config or SIRDAR_CONFIG.

        """ + inFile.map { "\n# \($0.why) (\($0.bounds))\n\($0.name): \($0.quoted)\n" }.joined()

    /// The default as YAML.
    private var quoted: String { fallback.isEmpty ? "\"\"" : fallback }
}
