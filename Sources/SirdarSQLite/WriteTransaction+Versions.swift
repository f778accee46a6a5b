import SirdarCore
import SirdarEngine

// What is written seldom: its statements are prepared when they are needed.
extension WriteTransaction {
    /// The instance belongs to another version of its workflow from now on.
    mutating func pin(_ instance: Instance) throws(WriteFailure) {
        try once(
            "UPDATE instance_start SET workflow = ?2 WHERE instance = ?1",
            .integer(instance.id.value),
            .int(instance.workflow)
        )
    }

    mutating func write(_ placement: Placement) throws(WriteFailure) {
        switch placement {
        case .task(let id, let node):
            try once("UPDATE task SET node = ?2 WHERE id = ?1", .integer(id.value), .int(node))
        case .work(let id, let node):
            try once(
                "UPDATE due_step SET node = ?3 WHERE instance = ?1 AND step = ?2",
                .integer(id.instance.value),
                .int(id.step),
                .int(node)
            )
        }
    }

    mutating func write(_ stored: StoredDeployment) throws(WriteFailure) {
        let deployment = stored.deployment
        try once(
            """
            INSERT INTO workflow (number, namespace, name, version, hash, source, deployed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """,
            .int(stored.number),
            .text(deployment.namespace),
            .text(deployment.name),
            .text(deployment.version),
            .text(deployment.hash.hex),
            .text(deployment.source),
            .integer(deployment.at.milliseconds)
        )
        for runbook in deployment.runbooks {
            try once(
                "INSERT INTO runbook (hash, name, source) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING",
                .text(runbook.hash.hex),
                .text(runbook.name),
                .text(runbook.source)
            )
            try once(
                "INSERT INTO workflow_runbook (workflow, runbook) VALUES (?1, ?2)",
                .int(stored.number),
                .text(runbook.hash.hex)
            )
        }
    }
}
