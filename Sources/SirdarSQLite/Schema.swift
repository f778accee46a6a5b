import GRDB

/// The tables, as a list of numbered migrations: appended to, never edited once shipped.
///
/// Keys are integers that grow, so that tables and indexes are filled at their end. What changes with each step is
/// kept apart from what never changes, so that a step writes little. Texts that repeat (queues, skill sets, lanes,
/// actions, people) are kept once, in `label`.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (name, sql) in migrations {
            migrator.registerMigration(name) { database in try database.execute(sql: sql) }
        }
        return migrator
    }

    static let migrations: [(name: String, sql: String)] = [
        ("001_definitions", definitions),
        ("002_instances", instances),
        ("003_work", work),
        ("004_tasks", tasks),
        ("005_journal", journal),
        ("006_records", records),
        ("007_events", events),
        ("008_workflow_counts", workflowCounts),
        ("009_seals", seals),
        ("011_holders", holders),
        ("021_task_endings", taskEndings),
    ]

    private static let definitions = """
        CREATE TABLE label (
            id INTEGER PRIMARY KEY,
            text TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE workflow (
            number INTEGER PRIMARY KEY,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            hash TEXT NOT NULL CHECK (length(hash) = 64),
            source TEXT NOT NULL,
            deployed_at INTEGER NOT NULL,
            UNIQUE (namespace, name, version)
        ) STRICT;

        CREATE TABLE runbook (
            hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
            name TEXT NOT NULL,
            source TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE workflow_runbook (
            workflow INTEGER NOT NULL REFERENCES workflow (number),
            runbook TEXT NOT NULL REFERENCES runbook (hash),
            PRIMARY KEY (workflow, runbook)
        ) STRICT, WITHOUT ROWID;
        """

    private static let instances = """
        CREATE TABLE instance (
            id INTEGER PRIMARY KEY CHECK (id > 0),
            version INTEGER NOT NULL CHECK (version > 0),
            status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 7),
            ended INTEGER NOT NULL DEFAULT 0 CHECK (ended = (status >= 5)),
            updated_at INTEGER NOT NULL,
            state BLOB NOT NULL
        ) STRICT;
        CREATE INDEX instance_open ON instance (id) WHERE ended = 0;

        -- What never changes after the start.
        CREATE TABLE instance_start (
            instance INTEGER PRIMARY KEY REFERENCES instance (id),
            workflow INTEGER NOT NULL REFERENCES workflow (number),
            parent INTEGER,
            parent_step INTEGER,
            request INTEGER,
            requester INTEGER NOT NULL REFERENCES label (id),
            scope INTEGER NOT NULL REFERENCES label (id),
            started_at INTEGER NOT NULL,
            input BLOB NOT NULL,
            CHECK ((parent IS NULL) = (parent_step IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX instance_child ON instance_start (parent, parent_step) WHERE parent IS NOT NULL;
        CREATE INDEX instance_scope ON instance_start (scope, instance);
        """

    private static let work = """
        CREATE TABLE due_step (
            instance INTEGER NOT NULL REFERENCES instance (id),
            step INTEGER NOT NULL,
            task INTEGER,
            node INTEGER NOT NULL,
            attempt INTEGER NOT NULL CHECK (attempt > 0),
            action INTEGER NOT NULL REFERENCES label (id),
            lane INTEGER NOT NULL REFERENCES label (id),
            input BLOB NOT NULL,
            key TEXT NOT NULL,
            not_before INTEGER NOT NULL,
            parked INTEGER NOT NULL DEFAULT 0 CHECK (parked IN (0, 1)),
            fence INTEGER NOT NULL CHECK (fence > 0),
            owner INTEGER,
            leased_until INTEGER,
            PRIMARY KEY (instance, step),
            CHECK ((owner IS NULL) = (leased_until IS NULL)),
            CHECK (parked = 0 OR owner IS NULL)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX due_step_free ON due_step (lane, not_before) WHERE owner IS NULL AND parked = 0;
        CREATE INDEX due_step_leased ON due_step (leased_until) WHERE owner IS NOT NULL;

        CREATE TABLE timer (
            instance INTEGER NOT NULL REFERENCES instance (id),
            step INTEGER NOT NULL,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 5),
            at INTEGER NOT NULL,
            ending BLOB,
            PRIMARY KEY (instance, step, kind)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX timer_at ON timer (at);
        """

    private static let tasks = """
        CREATE TABLE task (
            id INTEGER PRIMARY KEY CHECK (id > 0),
            instance INTEGER NOT NULL REFERENCES instance (id),
            step INTEGER NOT NULL,
            node INTEGER NOT NULL,
            kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
            queue INTEGER NOT NULL REFERENCES label (id),
            skills INTEGER NOT NULL REFERENCES label (id),
            owner INTEGER REFERENCES label (id),
            -- 0 ready, 1 held, 2 ended
            stage INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 2),
            rank INTEGER NOT NULL,
            version INTEGER NOT NULL CHECK (version > 0),
            state BLOB NOT NULL,
            CHECK (stage <> 0 OR owner IS NULL),
            CHECK (stage <> 1 OR owner IS NOT NULL)
        ) STRICT;
        CREATE INDEX task_ready ON task (queue, skills, rank, id) WHERE stage = 0;
        CREATE INDEX task_queue ON task (queue, rank, id) WHERE stage < 2;
        CREATE INDEX task_owner ON task (owner, rank, id) WHERE stage = 1;
        CREATE INDEX task_instance ON task (instance);
        CREATE UNIQUE INDEX task_open ON task (instance, step) WHERE stage < 2;

        -- What never changes after the task was opened.
        CREATE TABLE task_spec (
            task INTEGER PRIMARY KEY REFERENCES task (id),
            body BLOB NOT NULL
        ) STRICT;

        -- Kept, not counted.
        CREATE TABLE queue_count (
            queue INTEGER PRIMARY KEY REFERENCES label (id),
            ready INTEGER NOT NULL CHECK (ready >= 0),
            held INTEGER NOT NULL CHECK (held >= 0)
        ) STRICT;
        """

    private static let journal = """
        CREATE TABLE entry (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            object INTEGER NOT NULL,
            at INTEGER NOT NULL,
            canonical BLOB NOT NULL,
            nonce BLOB,
            confidential BLOB,
            CHECK ((nonce IS NULL) = (confidential IS NULL))
        ) STRICT;
        CREATE INDEX entry_object ON entry (object);
        """

    private static let seals = """
        -- The tree over the journal: up to 256 neighbouring hashes of every eighth level.
        CREATE TABLE tile (
            level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
            position INTEGER NOT NULL CHECK (position >= 0),
            hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
            UNIQUE (level, position)
        ) STRICT;

        CREATE TABLE checkpoint (
            size INTEGER PRIMARY KEY CHECK (size > 0),
            at INTEGER NOT NULL,
            note TEXT NOT NULL
        ) STRICT;

        CREATE TABLE anchoring (
            size INTEGER NOT NULL REFERENCES checkpoint (size),
            anchor TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (size, anchor)
        ) STRICT, WITHOUT ROWID;
        """

    private static let records = """
        CREATE TABLE record (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            scope TEXT NOT NULL,
            name TEXT,
            version INTEGER NOT NULL CHECK (version > 0),
            body TEXT NOT NULL,
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX record_name ON record (kind, scope, name) WHERE name IS NOT NULL;
        CREATE INDEX record_scope ON record (kind, scope, key);
        """

    /// AUTOINCREMENT: who reads them in order must never find a number a second time.
    private static let events = """
        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT CHECK (sequence > 0),
            source TEXT NOT NULL,
            id TEXT NOT NULL,
            type TEXT NOT NULL,
            at INTEGER NOT NULL,
            emitter INTEGER REFERENCES instance (id),
            emitter_step INTEGER,
            -- How many instances it moved or started; NULL while it is on its way.
            reached INTEGER CHECK (reached >= 0),
            body BLOB NOT NULL,
            UNIQUE (source, id),
            CHECK ((emitter IS NULL) = (emitter_step IS NULL))
        ) STRICT;
        CREATE INDEX event_pending ON event (sequence) WHERE reached IS NULL;
        CREATE INDEX event_type ON event (type, sequence);

        -- Where events find the steps that listen.
        CREATE TABLE listening (
            instance INTEGER NOT NULL REFERENCES instance (id),
            step INTEGER NOT NULL,
            position INTEGER NOT NULL,
            topic TEXT NOT NULL,
            form TEXT NOT NULL,
            key TEXT NOT NULL,
            after INTEGER NOT NULL,
            PRIMARY KEY (instance, step, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX listening_address ON listening (topic, form, key, instance, after);
        """

    /// A timer more: what is due about the holder of a task. A check cannot be changed, so the table is made anew.
    private static let holders = """
        CREATE TABLE timer_new (
            instance INTEGER NOT NULL REFERENCES instance (id),
            step INTEGER NOT NULL,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
            at INTEGER NOT NULL,
            ending BLOB,
            PRIMARY KEY (instance, step, kind)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO timer_new SELECT instance, step, kind, at, ending FROM timer;
        DROP TABLE timer;
        ALTER TABLE timer_new RENAME TO timer;
        CREATE INDEX timer_at ON timer (at);
        """

    private static let taskEndings = """
        -- What each ended task took, in milliseconds, in the order of their ends.
        CREATE TABLE task_ending (
            at INTEGER NOT NULL,
            task INTEGER NOT NULL REFERENCES task (id),
            workflow INTEGER NOT NULL REFERENCES label (id),
            step INTEGER NOT NULL REFERENCES label (id),
            kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
            queue INTEGER NOT NULL REFERENCES label (id),
            completed INTEGER NOT NULL CHECK (completed IN (0, 1)),
            -- NULL: it was never due.
            in_time INTEGER CHECK (in_time IN (0, 1)),
            returns INTEGER NOT NULL CHECK (returns >= 0),
            waiting INTEGER NOT NULL CHECK (waiting >= 0),
            working INTEGER NOT NULL CHECK (working >= 0),
            on_hold INTEGER NOT NULL CHECK (on_hold >= 0),
            rework INTEGER NOT NULL CHECK (rework >= 0),
            PRIMARY KEY (at, task)
        ) STRICT, WITHOUT ROWID;
        """

    /// What an instance began with never changes but for its workflow, which a migration to another version writes.
    private static let workflowCounts = """
        -- Kept, not counted.
        CREATE TABLE workflow_count (
            workflow INTEGER NOT NULL REFERENCES workflow (number),
            status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 7),
            instances INTEGER NOT NULL,
            PRIMARY KEY (workflow, status)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO workflow_count (workflow, status, instances)
            SELECT s.workflow, i.status, count(*)
            FROM instance i JOIN instance_start s ON s.instance = i.id GROUP BY s.workflow, i.status;
        """
}
