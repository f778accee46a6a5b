/// What attackers try first. The words are of eight characters and more; shorter ones are refused by their length.
enum CommonPasswords {
    static func contains(_ password: String) -> Bool {
        let lowered = password.lowercased()
        if words.contains(lowered) { return true }
        // One character repeated, and runs along the digits, are found without a list.
        if Set(lowered.unicodeScalars).count <= 2 { return true }
        return "01234567890123456789".contains(lowered) || "98765432109876543210".contains(lowered)
    }

    private static let words: Set<String> = Set(
        """
        password password1 password12 password123 passw0rd p@ssw0rd p@ssword pa55word qwertyui qwertyuiop qwerty123
        qwerty12 1qaz2wsx 1q2w3e4r 1q2w3e4r5t zaq12wsx q1w2e3r4 asdfghjk asdfghjkl zxcvbnm1 12345678 123456789
        1234567890 11111111 00000000 87654321 88888888 66666666 abcd1234 abc12345 a1b2c3d4 iloveyou iloveyou1 sunshine
        princess football baseball superman batman123 trustno1 whatever starwars michelle jennifer computer internet
        security letmein1 letmein123 welcome1 welcome12 welcome123 admin123 admin1234 administrator changeme changeme1
        changeit default1 sirdar12 sirdar123 sirdarsirdar sherpa12 sherpa123 master12 master123 dragon123 monkey123
        liverpool chelsea1 arsenal1 manchester charlie1 samantha benjamin victoria alexander secret12 secret123
        testtest test1234 testing1 testing123 guest1234 user1234 root1234 toor1234 login123 freedom1 hello123 hello1234
        pokemon1 minecraft google123 facebook linkedin myspace1 summer2024 summer2025 summer2026 winter2024 winter2025
        winter2026 spring2026 autumn2026 november2026 december2026 company1 company123 operator operator1 supervisor
        requester engineer engineer1 support1 support123 studio123 rendernode workstation
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
}
