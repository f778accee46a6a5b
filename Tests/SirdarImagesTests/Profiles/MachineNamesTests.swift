import SirdarCore
import SirdarImages
import Testing

@Suite("Names of machines that are made together")
struct MachineNamesTests {
    @Test("a beginning and a number of two places or more; who writes the dash too means the same")
    func names() {
        #expect(MachineNames(prefix: "comp", first: 9, count: 2).all == ["comp-09", "comp-10"])
        #expect(MachineNames(prefix: "comp-", first: 99, count: 2).all == ["comp-99", "comp-100"])
        #expect(MachineNames(prefix: "comp", first: 1, count: 12).words == "comp-01 to comp-12")
        #expect(MachineNames(prefix: "comp", first: 4, count: 1).words == "comp-04")
    }

    @Test(
        "what cannot be a name, or is too many, is told with its field",
        arguments: [
            ("", 1, 1, "/prefix"), ("Comp", 1, 1, "/prefix"), ("9comp", 1, 1, "/prefix"), ("co mp", 1, 1, "/prefix"),
            ("-", 1, 1, "/prefix"), ("../x", 1, 1, "/prefix"), (String(repeating: "a", count: 41), 1, 1, "/prefix"),
            ("comp", 1, 0, "/count"), ("comp", 1, 51, "/count"), ("comp", 0, 1, "/first"),
            ("comp", 10_000, 1, "/first"),
        ]
    )
    func faults(_ prefix: String, _ first: Int, _ count: Int, _ pointer: String) {
        #expect(MachineNames(prefix: prefix, first: first, count: count).errors.map(\.pointer) == [pointer])
    }

    @Test("fifty at once are allowed, and the longest beginning")
    func bounds() {
        let longest = String(repeating: "a", count: 40)
        #expect(MachineNames(prefix: longest, first: 9999, count: 50).errors.isEmpty)
    }

    @Test("names that are taken are told, with the number from which none is")
    func taken() {
        let names = MachineNames(prefix: "comp", first: 1, count: 5)
        #expect(names.refusal(["other-01", "comp-x", "comp-07"]) == nil)
        #expect(
            names.refusal(["comp-02"])
                == "comp-02 is there already. Number them from 3 on, or choose another beginning."
        )
        #expect(
            names.refusal(["comp-01", "comp-02", "comp-03", "comp-04", "comp-12"])
                == "comp-01, comp-02 … comp-04 are there already. "
                + "Number them from 13 on, or choose another beginning."
        )
        let last = MachineNames(prefix: "comp", first: 9999, count: 1)
        #expect(last.refusal(["comp-9999"]) == "comp-9999 is there already.")
    }
}
