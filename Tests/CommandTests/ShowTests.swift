import Testing
import sirdar

/// How things are written for people.
@Suite("Tables and times")
struct ShowTests {
    private func table(_ rows: [(String, String, String)]) -> Table {
        var table = Table([.init("NAME"), .init("COUNT", isRight: true), .init("NOTE", isFlexible: true)])
        for row in rows {
            table.add([.init(stringLiteral: row.0), .init(stringLiteral: row.1), .init(stringLiteral: row.2)])
        }
        return table
    }

    @Test("columns are as wide as their widest text, wide characters counted as two")
    func widths() {
        let lines = table([("a", "1", "x"), ("日本", "10", "y")]).lines(width: nil, colour: false)
        #expect(lines == ["NAME  COUNT  NOTE", "a         1  x", "日本     10  y"])
    }

    @Test("a column with nothing in it is left out; without rows the titles stay")
    func emptyColumns() {
        #expect(table([("a", "", "x")]).lines(width: nil, colour: false) == ["NAME  NOTE", "a     x"])
        #expect(table([]).lines(width: nil, colour: false) == ["NAME  COUNT  NOTE"])
    }

    @Test("the flexible column gives way to a narrow window, and not below what can be read")
    func narrow() {
        let rows = [("name", "1", "a note of more than thirty characters")]
        #expect(table(rows).lines(width: 30, colour: false).last == "name      1  a note of more t…")
        #expect(table(rows).lines(width: 5, colour: false).last == "name      1  a note of m…")
    }

    @Test("line ends and tabs in a cell become spaces")
    func oneLine() {
        #expect(table([("a\nb", "1", "x\ty")]).lines(width: nil, colour: false).last == "a b       1  x y")
    }

    @Test(
        "lengths of time have at most two units",
        arguments: [
            (0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (7800, "2 h 10 min"),
            (86_400, "1 d"),
            (273_600, "3 d 4 h"),
        ]
    )
    func lengths(_ seconds: Int, _ text: String) {
        #expect(Moment.length(seconds) == text)
    }

    @Test("a moment is before or after now")
    func relative() throws {
        let now = try #require(Moment("2026-11-23T18:00:00Z"))
        #expect(try #require(Moment("2026-11-23T18:41:00.999Z")).relative(to: now) == "in 41 min")
        #expect(try #require(Moment("2026-11-23T17:59:48.000Z")).relative(to: now) == "12 s ago")
        #expect(Moment("yesterday") == nil)
    }
}
