import Foundation

/// The limit's serial commits, taken in turns with what is measured: one sync takes a fifth of a millisecond on a quiet
/// machine and twenty times that beside a build, so a yardstick of another minute says nothing. The rows and
/// statements are those of `sqlite_limit.c`.
final class Beside {
    private static let instances = 20_000
    private static let schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 4000;
        CREATE TABLE instance(id INTEGER PRIMARY KEY, key TEXT NOT NULL, state TEXT NOT NULL,
            step TEXT NOT NULL, version INTEGER NOT NULL, data TEXT, updated_at INTEGER NOT NULL);
        CREATE TABLE step_event(instance_id INTEGER NOT NULL, seq INTEGER NOT NULL, step TEXT NOT NULL,
            kind TEXT NOT NULL, output TEXT, at INTEGER NOT NULL, PRIMARY KEY(instance_id, seq)) WITHOUT ROWID;
        CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL,
            action TEXT NOT NULL, instance_id INTEGER NOT NULL, detail TEXT);
        CREATE TABLE task(id INTEGER PRIMARY KEY, instance_id INTEGER NOT NULL, name TEXT NOT NULL,
            queue TEXT NOT NULL, status TEXT NOT NULL, assignee TEXT, payload TEXT, created_at INTEGER NOT NULL);
        CREATE INDEX task_open ON task(queue, id) WHERE status='open';
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO instance SELECT i, 'region-' || i, 'running', 'start', 0, '{}', 0 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO task SELECT i, i, 'reconfigure', 'ops', 'open', NULL, NULL, 0 FROM n;
        """
    private static let output = #"'{"storage_ip":"10.0.0.17","render_manager_ip":"10.0.0.18"}'"#

    private let connection: RawConnection
    private let transition: [RawStatement]
    private let find: RawStatement
    private let claimed: RawStatement
    private var done = 0

    init(_ folder: String) throws {
        connection = try RawConnection(folder + "/beside.db")
        try connection.execute(Self.schema)
        transition = try [
            "UPDATE instance SET state='running', step='verify', version=version+1, updated_at=?2 WHERE id=?1",
            "INSERT INTO step_event VALUES(?1,?2,'verify','completed',\(Self.output),1700000000000)",
            """
            INSERT INTO audit(at,actor,action,instance_id,detail)
            VALUES(1700000000000,'engine','step.completed',?1,'verify')
            """,
            """
            INSERT INTO task(instance_id,name,queue,status,assignee,payload,created_at)
            VALUES(?1,'verify','done','open',NULL,NULL,?2)
            """,
        ].map(connection.prepare)
        find = try connection.prepare(
            "SELECT id FROM task WHERE queue='ops' AND status='open' ORDER BY id LIMIT 1"
        )
        claimed = try connection.prepare("UPDATE task SET status='claimed', assignee='operator' WHERE id=?1")
    }

    /// One transition in a commit of its own.
    func commit() throws {
        try connection.begin()
        for statement in transition {
            statement.bind(1, done % Self.instances + 1)
            statement.bind(2, done)
            try statement.step()
        }
        try connection.commit()
        done += 1
    }

    /// Finds a task, marks it and commits; microseconds.
    func claim() throws -> Double {
        let watch = Stopwatch()
        try connection.begin()
        claimed.bind(1, try connection.number(find))
        try claimed.step()
        try connection.commit()
        return watch.microseconds
    }

    deinit { connection.close() }
}
