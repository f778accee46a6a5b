/// What attackers try first: not a list of passwords but the rules by which such lists are made, over the words that
/// they are made of. A few hundred words with what people put before and after them are far more than the few thousand
/// passwords that are most often seen.
enum CommonPasswords {
    /// Whether a password is one of the first that would be tried.
    static func contains(_ password: String) -> Bool {
        let lowered = password.lowercased()
        let letters = Array(lowered.unicodeScalars)
        if Set(letters).count <= 2 || isWalk(letters) || isRepeated(letters) { return true }
        // Digits alone are dates and numbers of telephones.
        if letters.allSatisfy({ digits.contains($0) || separators.contains($0) }) { return letters.count <= 10 }
        return spellings(of: letters).contains { isWordWithTrimmings($0) }
    }

    // MARK: Words

    /// `summer2024!`, `!!admin`, `123password`: a word with digits and signs at its ends, as many as people put there.
    private static func isWordWithTrimmings(_ letters: [Unicode.Scalar]) -> Bool {
        let isTrimming = { (letter: Unicode.Scalar) in !("a"..."z").contains(letter) }
        let core = letters.drop(while: isTrimming).reversed().drop(while: isTrimming).reversed()
        guard letters.count - core.count <= trimmingsMax, !core.isEmpty else { return false }
        let word = String(String.UnicodeScalarView(core))
        if words.contains(word) { return true }
        // Two words together are no better than one: `iloveyou`, `dragonmaster`.
        return word.indices.dropFirst().contains {
            words.contains(String(word[..<$0])) && words.contains(String(word[$0...]))
        }
    }

    private static let trimmingsMax = 8

    /// As it is, and with the signs turned back that stand for letters: `p@ssw0rd`, `pa55w0rd1`. Of those behind the
    /// last letter the first few may stand for letters, too.
    private static func spellings(of letters: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        let end = letters.lastIndex { ("a"..."z").contains($0) }.map { $0 + 1 } ?? 0
        var found = [letters]
        for stop in end...min(end + 3, letters.count) {
            found.append(letters[..<stop].map { signs[$0] ?? $0 } + letters[stop...])
            found.append(letters[..<stop].map { $0 == "1" ? "i" : signs[$0] ?? $0 } + letters[stop...])
        }
        return found
    }

    private static let signs: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "+": "t",
    ]
    private static let digits = Set("0123456789".unicodeScalars)
    private static let separators = Set("-./ ".unicodeScalars)

    // MARK: Patterns

    /// `abcabcabc`, `12341234`: one part again and again.
    private static func isRepeated(_ letters: [Unicode.Scalar]) -> Bool {
        (1...4).contains { size in
            letters.count >= size * 2 && letters.indices.allSatisfy { letters[$0] == letters[$0 % size] }
        }
    }

    /// Along the rows of a keyboard, up and down its columns, along the alphabet and the digits: in steps of which
    /// almost none leads elsewhere.
    private static func isWalk(_ letters: [Unicode.Scalar]) -> Bool {
        guard letters.count > 3 else { return false }
        let steps = zip(letters, letters.dropFirst())
        let jumps = steps.count { !($0 == $1 || neighbours[$0]?.contains($1) == true) }
        return jumps * 4 <= letters.count - 1
    }

    private static let neighbours: [Unicode.Scalar: Set<Unicode.Scalar>] = {
        var found: [Unicode.Scalar: Set<Unicode.Scalar>] = [:]
        let lines = [
            "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop",
            "abcdefghijklmnopqrstuvwxyz", "0123456789", "1qaz", "2wsx",
            "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
            "a1b2c3d4e5f6g7h8i9",
        ]
        for line in lines {
            let letters = Array(line.unicodeScalars)
            for (one, next) in zip(letters, letters.dropFirst()) {
                found[one, default: []].insert(next)
                found[next, default: []].insert(one)
            }
        }
        return found
    }()

    // MARK: The words

    private static let words: Set<String> = Set(
        """
        access account action adam adidas admin administrator adobe adrian airborne alaska albert alex alexander
        alexis alfred alice alicia allison amanda amateur amazing amazon amber america american amsterdam andrea
        andrew android angel angela angels animal anna annie anthony apollo apple april archie arsenal arthur asdf
        ashley assassin athena august austin autumn avatar awesome azerty babe baby babygirl bailey banana bandit
        barbara barcelona barney baseball basketball batman battle bear beautiful beauty beaver bella benfica benjamin
        berlin bernard best big bigdaddy bill billy bingo bird birthday biteme black blackberry blackcat blade blaster
        blessed blink blizzard blood blossom blowfish blue blueberry bluebird bond bonjour bonnie booboo booger boomer
        boston bottle boy bradley brandon brandy brasil braves brazil brian broncos brooklyn brother brownie bruno
        buddy bulldog bullet buster butter butterfly calvin camaro camera canada candy captain cardinal carlos carmen
        carolina caroline carter casey casper castle catherine cecilia celtic center challenge champion chance change
        changeit changeme charles charlie charlotte cheese chelsea cherry chester chicago chicken chocolate chopper
        chris christ christian christina christine christmas christopher cinderella claire classic claudia cloud
        cocacola coffee company computer connect cookie cool cooper corvette country courtney cowboy cowboys crazy
        cream creative cricket cristina crystal cutie daddy daisy dakota dallas daniel daniela danielle darling david
        dean death debbie december default demo denise dennis dexter diamond diana diesel digital dinosaur discovery
        disney doctor dog dolphin dolphins domino donald dragon dreamer dreams driver eagle eagles eastern eclipse
        eddie edward einstein elephant elizabeth ellie emily emma enter eric erika eugene europe everton explorer
        extreme facebook faith falcon family fantasy february fender ferrari fighter fire fireball fireman fish fisher
        fishing flash florida flower flowers football forest forever formula francis frank freddy frederick free
        freedom freeman friday friend friends frog fuckyou future gabriel galaxy gandalf garden garfield gateway
        gemini general genesis george germany ghost giant giants gibson ginger girl global god goddess gold golden
        goldfish golf google gordon grace grandma granite green gregory guardian guest guitar gunner hacker hammer
        hannah hansolo happy hardcore harley harmony harold harrison harry heart heather heaven helen hello helpme
        henry hercules hockey holiday home honda honey hotdog house houston howard hunter iceman iloveyou indian
        indiana infinity internet iphone isabel isabella island italia jack jackie jackson jacob jaguar jake james
        jamie january japan jasmine jason jasper jeffrey jennifer jeremy jerome jerry jessica jessie jesus joanna joe
        john johnny johnson jonathan jordan joseph joshua juice julia julian juliet july june junior jupiter justice
        justin karen karina kate katherine kathleen katie kawasaki keith kelly kenneth kevin killer king kingdom kings
        kitten kitty knight kristina ladybug lakers lalala laura lauren lawrence leather legend legolas leonard
        leonardo leslie letme letmein lewis liberty lincoln linda linkedin lion lionel little liverpool login lol
        london lorenzo louis louise love lovely loveme lover loveyou lucas lucifer lucky lucy madison maggie magic
        magnum manager manchester march marcus maria mariah marie marina marine mario marlboro marley marshall martin
        martina marvin mary master matrix matthew maverick max maximus maxwell may melanie melissa member mercedes
        mercury merlin metal metallica mexico michael michel michelle mickey microsoft midnight miller million
        minecraft miracle mission mobile molly monday money monica monkey monster montana moon morgan morning mother
        motorola mountain mouse muffin murphy music mustang myspace mystery naruto nascar natalie natasha nathan
        network newpass newyork nicholas nicole nintendo nirvana nissan nothing november number oblivion october
        office oliver olivia online operator orange orlando oscar packers panther panthers paradise paris parker party
        pass passport passw passwd password passwort patches patricia patrick peace peaches peanut pencil penguin
        pepper perfect peter phantom philip phoenix photo pickle picture piglet pineapple pirate pizza planet platinum
        player please pokemon poker police popcorn porsche portugal power precious predator premier president prince
        princess private professor project promise purple pussy python qwerty rabbit rachel racing raiders rainbow
        ranger rangers raphael raven rebecca red redsox reggae render rendernode requester rescue ricardo rich richard
        richmond robert robin rocket rockstar rodrigo roger roman romeo ronald ronaldo root rose rosebud roxanne royal
        runner russell russia ryan sabrina saints sakura sally salmon samantha sammy samson samsung samuel sandra
        santiago sarah saturday saturn scarlet school scooter scorpio scorpion scotland scott seattle sebastian secret
        security senior sentinel september server service sexy shadow shakira shannon sharon sheffield shelby sherlock
        sherpa shopping sierra silver simon simple sirdar slayer slipknot smile smiley smith smokey snickers snoopy
        snow snowball snowman soccer software soleil solo something sophia sophie spain sparky special spencer spider
        spiderman spirit spitfire sports spring staff star stargate starwars station steelers stella stephanie stephen
        steve steven stewart strawberry student studio success summer sunday sunflower sunny sunrise sunset sunshine
        super superman superstar supervisor support surfer susan suzuki swordfish sydney system tamara target taylor
        teacher teddy temp tennis teresa test tester testing texas thankyou theresa thomas thunder thursday tiffany
        tiger tigers tigger timothy tinker titanic tommy toor toronto toyota training travel travis trinity trouble
        truelove trustno trustnoone tuesday turtle twitter unicorn united universal user vacation valentina valentine
        vampire vanessa vanilla vegeta veronica victor victoria victory viking vincent violet virginia volcano voodoo
        walker walter warrior warriors water wednesday welcome western whatever white william willow wilson windows
        winner winston winter wizard wolf wolverine wolves women wonder workstation world xavier yamaha yankees yellow
        young zachary zaq zeppelin zombie zxcvbnm
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
}
