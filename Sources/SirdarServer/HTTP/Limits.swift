/// How much of anything a request may bring: each loop over what comes from outside ends here.
package enum Limits {
    static let bodyBytesMax = 1 << 20
    /// How large an attached file may be at most, whatever is configured.
    package static let attachmentMebibytesMax = 64
    static let eventBytesMax = 256 << 10
    static let pathBytesMax = 2_048
    static let headerFieldBytesMax = 8 << 10
    static let headerListBytesMax = 32 << 10
    static let headerCountMax = 100
    static let connectionsMax = 1_024
    /// How many one address may have; those of trusted proxies are everybody's.
    static let connectionsOfAddressMax = 256
    static let idleSeconds: Int64 = 60
    /// Within so long the head of a request, and then its body, must be there.
    package static let headSeconds: Int64 = 15
    package static let bodySeconds: Int64 = 60
    static let formFieldsMax = 500
    static let pageItems = 50
    static let pageItemsMax = 200
    static let noteCharactersMax = 4_096
}
