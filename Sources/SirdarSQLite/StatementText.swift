/// The statements that every transition runs; the benchmarks run them too, without anything else.
package enum StatementText {
    package static let updateInstance = """
        UPDATE instance
        SET version = version + 1, status = ?3, updated_at = ?4, state = ?5 WHERE id = ?1 AND version = ?2
        """
    package static let endInstance = """
        UPDATE instance SET version = version + 1, status = ?3, ended = 1, updated_at = ?4, state = ?5
        WHERE id = ?1 AND version = ?2
        """
    package static let insertInstance = """
        INSERT INTO instance (id, version, status, ended, updated_at, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """
    package static let insertStart = "INSERT INTO instance_start VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    package static let drop = """
        DELETE FROM due_step
        WHERE instance = ?1 AND step = ?2 AND (?3 IS NULL OR fence = ?3)
        """
    package static let insertWork = """
        INSERT INTO due_step
            (instance, step, task, node, attempt, action, lane, input, key, not_before, fence, owner, leased_until)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """
    package static let updateTask = """
        UPDATE task SET queue = ?3, skills = ?4, owner = ?5, stage = ?6, rank = ?7, version = ?8, state = ?9
        WHERE id = ?1 AND version = ?2
        """
    package static let insertTask = """
        INSERT INTO task (id, instance, step, node, kind, queue, skills, stage, rank, version, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """
    package static let insertSpec = "INSERT INTO task_spec (task, body) VALUES (?1, ?2)"
    package static let count = "UPDATE queue_count SET ready = ready + ?2, held = held + ?3 WHERE queue = ?1"
    package static let insertEntry = """
        INSERT INTO entry (object, at, canonical, nonce, confidential)
        VALUES (?1, ?2, ?3, ?4, ?5)
        """

    static let eraseEntry = "UPDATE entry SET nonce = NULL, confidential = NULL WHERE sequence = ?1"

    static let amend = "UPDATE due_step SET input = ?3, lane = ?4 WHERE instance = ?1 AND step = ?2 AND owner IS NULL"
    static let countWorkflowFirst = "INSERT INTO workflow_count (workflow, status, instances) VALUES (?1, ?2, ?3)"
    package static let countWorkflow =
        "UPDATE workflow_count SET instances = instances + ?3 WHERE workflow = ?1 AND status = ?2"
    static let insertEvent = """
        INSERT INTO event (source, id, type, at, emitter, emitter_step, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (source, id) DO NOTHING
        """
    static let listen = """
        INSERT INTO listening (instance, step, position, topic, form, key, after)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, (SELECT max(sequence) FROM event), 0))
        """
    static let stopListening = "DELETE FROM listening WHERE instance = ?1 AND step = ?2"
    static let insertCheckpoint = """
        INSERT INTO checkpoint (size, at, note)
        SELECT ?1, ?2, ?3 WHERE (SELECT coalesce(max(size), 0) FROM checkpoint) = ?4
        """
    static let writeTile = """
        INSERT INTO tile (level, position, hashes) VALUES (?1, ?2, ?3)
        ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes
        """
    static let writeAnchoring = """
        INSERT INTO anchoring (size, anchor, at) VALUES (?1, ?2, ?3) ON CONFLICT (size, anchor) DO NOTHING
        """

    static let again = """
        UPDATE due_step SET attempt = ?3, not_before = ?4, parked = 0, owner = NULL, leased_until = NULL
        WHERE instance = ?1 AND step = ?2 AND (?5 IS NULL OR fence = ?5)
        """

    static let takeUp = """
        UPDATE due_step SET not_before = ?1 WHERE owner IS NULL AND parked = 0 AND not_before = ?2
        """

    static let park = """
        UPDATE due_step SET parked = 1, owner = NULL, leased_until = NULL
        WHERE instance = ?1 AND step = ?2 AND (?3 IS NULL OR fence = ?3)
        """

    static let insertEnding = """
        INSERT INTO task_ending (
            at, task, workflow, step, kind, queue, completed, in_time, returns, waiting, working, on_hold, rework
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """

    static let setTimer = """
        INSERT INTO timer (instance, step, kind, at, ending) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (instance, step, kind) DO UPDATE SET at = excluded.at, ending = excluded.ending
        """

    static let insertRecord = """
        INSERT INTO record (kind, key, scope, name, version, body) VALUES (?1, ?2, ?3, ?4, 1, ?5)
        ON CONFLICT (kind, key) DO NOTHING
        """

    static let updateRecord = """
        UPDATE record SET version = version + 1, scope = ?4, name = ?5, body = ?6
        WHERE kind = ?1 AND key = ?2 AND version = ?3
        """

    static let replaceRecord = """
        INSERT INTO record (kind, key, scope, name, version, body) VALUES (?1, ?2, ?3, ?4, 1, ?5)
        ON CONFLICT (kind, key) DO UPDATE SET
            version = version + 1, scope = excluded.scope, name = excluded.name, body = excluded.body
        """
}
