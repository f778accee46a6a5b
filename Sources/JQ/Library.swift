/// The builtins that are written in jq itself, in terms of those in Swift.
enum Library {
    /// By name and number of parameters.
    static let definitions: [String: Syntax.Definition] = {
        do throws(Complaint) {
            var parser = try Parser(source)
            var definitions: [String: Syntax.Definition] = [:]
            for definition in try parser.library() {
                definitions["\(definition.name)/\(definition.parameters.count)"] = definition
            }
            return definitions
        } catch {
            preconditionFailure("the library compiles: \(error)")
        }
    }()

    /// What the compiler turns into nodes of their own.
    private static let special = [
        "empty/0", "error/0", "error/1", "path/1", "getpath/1", "select/1", "map/1", "map_values/1", "range/1",
        "range/2", "range/3", "not/0",
    ]

    /// All builtins, as `name/count`, sorted.
    static let publicNames: [String] =
        (Array(definitions.keys) + Array(Native.names) + special).filter { !$0.hasPrefix("_") }.sorted()

    /// The numbers of arguments that each builtin takes.
    static let argumentCounts: [String: [Int]] = {
        var counts: [String: [Int]] = [:]
        for name in publicNames {
            let parts = name.split(separator: "/")
            if let count = Int(parts[1]) { counts[String(parts[0]), default: []].append(count) }
        }
        return counts
    }()

    /// The builtin whose name is at most two letters away.
    static func nearest(to name: String) -> String? {
        let letters = Array(name.utf8)
        let candidates = argumentCounts.keys.map { (name: $0, distance: distance(letters, Array($0.utf8))) }
        let best = candidates.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return best.flatMap { $0.distance <= 2 && $0.distance < letters.count ? $0.name : nil }
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (place, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }

    private static let source = """
        def recurse(f): def r: ., (f | r); r;
        def recurse(f; condition): def r: ., (f | select(condition) | r); r;
        def recurse: recurse(.[]?);
        def values: select(. != null);
        def nulls: select(. == null);
        def booleans: select(type == "boolean");
        def numbers: select(type == "number");
        def strings: select(type == "string");
        def arrays: select(type == "array");
        def objects: select(type == "object");
        def iterables: select(type | . == "array" or . == "object");
        def scalars: select(type | . != "array" and . != "object");
        def toarray: if type == "array" then . else [.] end;
        def finites: select(isinfinite or isnan | not);
        def normals: select(isnormal);
        def abs: if type == "number" and . < 0 then -. else . end;
        def add(f): reduce f as $x (null; . + $x);

        def first: .[0];
        def last: .[-1];
        def nth($n): .[$n];
        def first(f): label $out | (f | ., break $out);
        def last(f): reduce f as $x (null; [$x]) | if . == null then empty else .[0] end;
        def limit($n; f):
            if $n > 0 then label $out | foreach f as $item (0; . + 1; $item, if . >= $n then break $out else empty end)
            elif $n == 0 then empty
            else error("limit doesn't support negative count") end;
        def skip($n; f):
            if $n > 0 then foreach f as $item ($n; . - 1; if . < 0 then $item else empty end)
            elif $n == 0 then f
            else error("skip doesn't support negative count") end;
        def nth($n; f):
            if $n < 0 then error("nth doesn't support negative indices")
            else first(skip($n; f)) end;
        def isempty(f): label $out | (f | false, break $out), true;
        def until(condition; update): def r: if condition then . else (update | r) end; r;
        def while(condition; update): def r: if condition then ., (update | r) else empty end; r;
        def repeat(f): def r: ., (f | r); r;
        def any: any(.[]; .);
        def all: all(.[]; .);
        def any(f): any(.[]; f);
        def all(f): all(.[]; f);
        def any(generator; condition): isempty(first(generator | condition | select(.))) | not;
        def all(generator; condition): isempty(first(generator | condition | select(. | not)));
        def isvalid(f): try (f | true) catch false;
        def in(container): . as $x | container | has($x);
        def inside(container): . as $x | container | contains($x);
        def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $rest | [$x] + $rest end;
        def combinations(n): . as $choices | [range(n)] | map($choices) | combinations;

        def paths: path(..) | select(length > 0);
        def paths(condition): path(.. | select(condition)) | select(length > 0);
        def leaf_paths: paths(scalars);
        def del(f): delpaths([path(f)]);
        def pick(f): . as $in | reduce path(f) as $p (null; setpath($p; $in | getpath($p)));
        def from_entries: reduce .[] as $entry ({};
            . + { ($entry | .key // .k // .name // .Name // .Key // .K):
                ($entry | if has("value") then .value elif has("v") then .v else .Value end) });
        def with_entries(f): to_entries | map(f) | from_entries;
        def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
        def transpose: [range(map(length) | max // 0) as $i | [.[][$i]]];
        def sort_by(f): _sort_by(map([f]));
        def group_by(f): _group_by(map([f]));
        def unique_by(f): _unique_by(map([f]));
        def min_by(f): _min_by(map([f]));
        def max_by(f): _max_by(map([f]));
        def tostream: path(def r: (.[]? | r), .; r) as $p
            | getpath($p)
            | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
        def fromstream(f): { x: null, e: false } as $init
            | foreach f as $i ($init;
                if .e then $init else . end
                | if $i | length == 2
                  then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
                  else setpath(["e"]; $i[0] | length == 1) end;
                if .e then .x else empty end);
        def truncate_stream(stream): . as $n | null | stream | . as $input
            | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;

        def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
        def INDEX(f): INDEX(.[]; f);
        def GROUP_BY(stream; f): reduce stream as $row ({}; .[$row | f | tostring] += [$row]);
        def GROUP_BY(f): GROUP_BY(.[]; f);
        def IN(stream): any(stream == .; .);
        def IN(source; stream): any(source == stream; .);
        def JOIN($index; f): [.[] | [., $index[f]]];
        def JOIN($index; stream; f): stream | [., $index[f]];
        def JOIN($index; stream; f; join): stream | [., $index[f]] | join;

        def _arguments($re; $flags): if $re | type == "string" then [$re, $flags]
            elif $re | type == "array" and length > 1 then [$re[0], $re[1]]
            elif $re | type == "array" and length > 0 then [$re[0], $flags]
            else error("\\($re | type) (\\($re | tojson)) cannot be matched, as it is not a string") end;
        def match($re; $flags): _match($re; $flags) | .[];
        def match($re): _arguments($re; null) as [$r, $f] | _match($r; $f) | .[];
        def test($re; $flags): _test($re; $flags);
        def test($re): _arguments($re; null) as [$r, $f] | _test($r; $f);
        def _names: [.captures[] | select(.name != null) | { key: .name, value: .string }] | from_entries;
        def capture($re; $flags): match($re; $flags) | _names;
        def capture($re): match($re) | _names;
        def _scanned: if (.captures | length) > 0 then [.captures[].string] else .string end;
        def scan($re; $flags): match($re; "g" + $flags) | _scanned;
        def scan($re): _arguments($re; null) as [$r, $f] | match($r; "g" + $f) | _scanned;
        def split($re; $flags): . as $in
            | [foreach (_match($re; $flags + "g") | .[], null) as $m ({ next: 0 };
                .piece = $in[.next:(if $m == null then ($in | length) else $m.offset end)]
                | .next = if $m == null then 0 else $m.offset + $m.length end;
                .piece)];
        def splits($re): splits($re; null);
        def splits($re; $flags): split($re; $flags) | .[];
        def sub($re; replacement; $flags): . as $in
            | reduce _match($re; $flags)[] as $m ({ texts: [], next: 0 };
                $in[.next:$m.offset] as $gap
                | [$m | _names | replacement] as $inserts
                | reduce range($inserts | length) as $i (.;
                    .texts[$i] += $gap + ($inserts[$i] | if type == "string" then .
                        else error("\\(type) (\\(tojson)) cannot be added to a string") end))
                | .next = $m.offset + $m.length)
            | if .next == 0 and (.texts | length) == 0 then $in else .texts[] + $in[.next:] end;
        def sub($re; replacement): sub($re; replacement; null);
        def gsub($re; replacement; $flags): sub($re; replacement; $flags + "g");
        def gsub($re; replacement): sub($re; replacement; "g");
        def ascii: [.] | implode;

        def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
        def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
        def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
        def fromdate: fromdateiso8601;
        def date: todate;
        def dateadd(unit; $n): . + $n;
        def datesub(unit; $n): . - $n;
        """
}
