import JSON
import Testing

@Suite("Values")
struct ValueTests {
    @Test("a value answers as what it is, and as nothing else")
    func access() {
        let value: JSON = ["name": "disk", "size": 10, "ratio": 0.5, "on": true, "tags": ["a", "b"], "none": nil]
        #expect(value["name"]?.asString == "disk")
        #expect(value["size"]?.asInt == 10)
        #expect(value["size"]?.asDouble == 10)
        #expect(value["ratio"]?.asInt == nil)
        #expect(value["on"]?.asBool == true)
        #expect(value["tags"]?[1] == "b")
        #expect(value["tags"]?[2] == nil)
        #expect(value["tags"]?[-1] == nil)
        #expect(value["none"]?.isNull == true)
        #expect(value["absent"] == nil)
        #expect(value["name"]?["x"] == nil)
        #expect(value["name"]?[0] == nil)
        #expect(value.asArray == nil)
        #expect(value["tags"]?.asObject == nil)
    }

    @Test("literals make values, and of a repeated key the last stays")
    func literals() {
        let count = 3
        let value: JSON = ["a": 1, "b": "n is \(count)", "a": [nil, 2.5]]
        #expect(value.text == #"{"a":[null,2.5],"b":"n is 3"}"#)
    }

    @Test("objects are equal and hash alike whatever the order", arguments: [3, 40])
    func orderOfMembers(count: Int) {
        let members = (0..<count).map { (key: "key\($0)", value: JSON.number(JSON.Number($0))) }
        let forward = JSON.object(JSON.Object(members))
        let backward = JSON.object(JSON.Object(members.reversed()))
        #expect(forward == backward)
        #expect(forward.hashValue == backward.hashValue)
        #expect(forward.text != backward.text)
        #expect(forward.canonical == backward.canonical)
        var other = JSON.Object(members)
        other["key1"] = "else"
        #expect(forward != .object(other))
    }

    @Test("an object behaves as a reference model does, small and large", arguments: [1, 2, 3, 4])
    func objectAgainstModel(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var object = JSON.Object()
        var model: [(key: String, value: JSON)] = []
        for step in 0..<600 {
            let key = "k\(Int.random(in: 0..<40, using: &random))"
            let place = model.firstIndex { $0.key == key }
            if Int.random(in: 0..<3, using: &random) == 0 {
                object[key] = nil
                if let place { model.remove(at: place) }
            } else {
                let value = JSON.number(JSON.Number(step))
                object[key] = value
                if let place { model[place].value = value } else { model.append((key, value)) }
            }
            #expect(object.keys == model.map(\.key), "seed \(seed), step \(step)")
            #expect(object.values == model.map(\.value), "seed \(seed), step \(step)")
            #expect(object["k7"] == model.first { $0.key == "k7" }?.value, "seed \(seed), step \(step)")
        }
    }

    @Test("members are kept by a rule in one pass")
    func keeping() {
        var object = JSON.Object((0..<30).map { (key: "k\($0)", value: JSON.number(JSON.Number($0))) })
        object.keep { _, value in (value.asInt ?? 0) % 2 == 0 }
        #expect(object.count == 15)
        #expect(object["k28"] == 28)
        #expect(object["k29"] == nil)
        #expect(object.insert("k28", 0) == false)
        #expect(object.insert("k29", 0) == true)
    }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
