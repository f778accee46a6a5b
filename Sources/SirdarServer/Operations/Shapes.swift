import JSON
import SirdarCore
import SirdarEngine
import SirdarImages

extension Shape {
    /// What has a name in the description, because several operations speak of it.
    enum Name: String, CaseIterable {
        case Problem, Actor, Person, Token, Session
        case Queue, TaskSummary, Task, Comment, BulkResult
        case Project, Location, Machine, File, Image, Request, Profile, ImageChoice
        case WorkflowName, Instance, InstanceStory, Step, Explanation
        case Workflow, WorkflowVersions, WorkflowVersion, Difference, Deployment, Migration
        case Entry, Checkpoint, Finding, Event, EventReceipt
        case Stop, Notices, Absence
    }

    static func of(_ name: Name) -> Shape {
        switch name {
        case .Problem: problem
        case .Actor: answer(["id": text, "name": text])
        case .Person: person
        case .Token: token
        case .Session: session
        case .Queue: answer(["name": text, "title": text, "ready": whole, "held": whole, "member": flag])
        case .TaskSummary: answer(taskMembers)
        case .Task: task
        case .Comment: comment
        case .BulkResult:
            answer(["task": identifier, "done": flag], optional: ["state": text, "code": text, "reason": text])
        case .Project: answer(["code": text, "title": text, "location": text])
        case .Location: answer(["name": text])
        case .Machine: machine
        case .File: answer(["path": text, "kind": text, "mode": text, "bytes": whole])
        case .Image: image
        case .Request: request
        case .Profile: profile
        case .ImageChoice: imageChoice
        case .WorkflowName: answer(["namespace": text, "name": text, "version": text, "title": text])
        case .Instance: instance
        case .InstanceStory: story
        case .Step: step
        case .Explanation: explanation
        case .Workflow: workflow
        case .WorkflowVersions: versions
        case .WorkflowVersion: version
        case .Difference: difference
        case .Deployment: deployment
        case .Migration: migration
        case .Entry: entry
        case .Checkpoint: checkpoint
        case .Finding: answer(["name": text, "verdict": text, "detail": text])
        case .Event: event
        case .Absence: object
        case .Stop:
            answer(["kind": text, "name": text, "reason": text, "by": .named(.Actor), "since": time])
        case .Notices:
            answer([
                "address": text.orNull, "reaches": text.orNull, "sends_mail": flag, "kinds": .list(of: .object),
                "last_sent": time.orNull, "waiting": whole, "problem": text.orNull,
            ])
        case .EventReceipt: answer(["id": text, "source": text, "repeated": flag, "reached": whole.orNull])
        }
    }

    /// RFC 9457.
    private static var problem: Shape {
        answer(
            ["type": text, "title": text, "status": whole, "detail": text, "instance": text, "request_id": text],
            optional: ["errors": list(of: answer(["pointer": text, "detail": text]))]
        )
    }

    // MARK: People

    private static var person: Shape {
        answer([
            "id": identifier, "name": text, "title": text, "service": flag, "roles": list(of: one(of: Role.self)),
            "projects": list(of: text), "queues": list(of: text), "skills": list(of: text), "disabled": flag,
        ])
    }

    private static var token: Shape {
        answer(
            [
                "id": identifier, "name": text, "prefix": text, "scopes": list(of: one(of: TokenScope.self)),
                "created_at": time, "expires_at": time, "used_at": time.orNull,
            ],
            optional: ["token": text]
        )
    }

    private static var session: Shape {
        answer([
            "id": text, "created_at": time, "seen_at": time, "address": text, "agent": text, "current": flag,
        ])
    }

    // MARK: Tasks

    private static var taskMembers: KeyValuePairs<String, Shape> {
        [
            "id": identifier, "state": text, "kind": text, "queue": text, "title": text, "priority": text,
            "urgency": text, "project": text, "machine": text.orNull, "about": anything, "skills": list(of: text),
            "instance": identifier, "step": whole, "request": identifier.orNull, "created_at": time,
            "due": time.orNull, "fence": whole, "version": whole, "escalation": whole, "hold": object.orNull,
            "owner": answer(["id": text, "name": text, "since": time]).orNull,
        ]
    }

    private static var task: Shape {
        let rest = answer([
            "form": list(of: answer(["name": text, "type": text, "label": text, "required": flag, "value": anything])),
            "outcomes": list(of: text), "runbook": object.orNull,
            "checklist": list(of: answer(["id": text, "text": text, "required": flag, "ticked": flag])),
            "operations": list(of: answer(["operation": text, "allowed": flag, "reason": text.orNull])),
            "last_check": object.orNull, "outcome": text.orNull, "comments": list(of: .named(.Comment)),
        ])
        return Shape(["allOf": [named(.TaskSummary).json, rest.json]])
    }

    private static var comment: Shape {
        answer(["id": identifier, "kind": text, "by": text, "at": time, "text": text, "values": object])
    }

    // MARK: Images

    private static var machine: Shape {
        answer([
            "name": text, "project": text, "location": text, "type": text, "power": text, "os": text,
            "address": text.orNull, "imaging_refusal": text.orNull, "made_from": madeFrom.orNull,
        ])
    }

    private static var madeFrom: Shape {
        let named = answer(["id": identifier, "name": text])
        return answer(["profile": named, "image": named, "request": identifier])
    }

    private static var image: Shape {
        answer([
            "id": identifier, "name": text, "description": text, "state": text, "golden": flag, "location": text,
            "project": text, "type": text, "source": text, "digest": text.orNull, "cost_this_week": text.orNull,
            "note": text.orNull, "request": identifier.orNull, "created_at": time, "shared_with": anything,
        ])
    }

    private static var request: Shape {
        answer(
            [
                "id": identifier, "kind": one(of: RequestKind.self), "state": text, "project": text,
                "requester": named(.Actor), "image": named(.Image).orNull, "about": text.orNull,
                "point_of_no_return": answer(["passed": flag, "at": time.orNull, "sentence": text]).orNull,
                "instance": identifier.orNull,
                "created_at": time, "note": text.orNull, "open": flag,
            ],
            optional: ["questions": list(of: answer(["task": identifier, "text": text, "fields": anything]))]
        )
    }

    private static var briefImage: Shape {
        answer([
            "id": identifier, "name": text, "project": text, "location": text, "type": text, "state": text,
            "golden": flag,
        ])
    }

    private static var profile: Shape {
        answer([
            "id": identifier, "project": text, "name": text, "description": text, "type": text, "retired": flag,
            "image": briefImage.orNull, "refusal": text.orNull, "made_by": named(.Actor), "created_at": time,
            "retired_at": time.orNull,
        ])
    }

    private static var imageChoice: Shape { answer(["image": briefImage, "eligible": flag, "refusal": text.orNull]) }

    // MARK: Instances and workflows

    private static var instance: Shape {
        answer([
            "id": identifier, "workflow": named(.WorkflowName), "status": text, "project": text,
            "request": identifier.orNull, "requester": named(.Actor), "parent": identifier.orNull,
            "started_at": time, "updated_at": time,
        ])
    }

    private static var story: Shape {
        answer(
            [
                "id": identifier, "workflow": named(.WorkflowName), "status": text, "project": text,
                "request": identifier.orNull, "requester": named(.Actor), "parent": identifier.orNull,
                "started_at": time, "input": anything, "waits_for": list(of: wait), "steps": list(of: named(.Step)),
            ],
            optional: ["ending": anything, "supervision": object]
        )
    }

    private static var wait: Shape {
        answer(["sentence": text, "since": time, "task": identifier.orNull, "instance": identifier.orNull])
    }

    private static var step: Shape {
        answer(
            [
                "step": whole, "name": text, "title": text, "at": text, "kind": text, "state": text,
                "started_at": time, "ended_at": time.orNull, "actors": list(of: named(.Actor)),
            ],
            optional: [
                "attempts": whole, "input": anything, "output": anything, "problem": anything, "waits_for": wait,
            ]
        )
    }

    private static var explanation: Shape {
        let wait = answer([
            "step": text, "sentence": text, "since": time, "last_problem": text.orNull, "try": list(of: text),
        ])
        return answer(["instance": identifier, "status": text, "sentence": text, "waits": list(of: wait)])
    }

    private static var workflow: Shape {
        answer([
            "number": whole, "namespace": text, "name": text, "version": text, "title": text, "summary": text,
            "hash": text, "active": flag, "open": whole,
        ])
    }

    private static var versions: Shape {
        let row = answer([
            "number": whole, "version": text, "hash": text, "deployed_at": time, "active": flag,
            "instances": map(of: whole),
        ])
        return answer(["namespace": text, "name": text, "title": text, "chosen": flag, "versions": list(of: row)])
    }

    private static var version: Shape {
        answer([
            "number": whole, "namespace": text, "name": text, "version": text, "hash": text, "deployed_at": time,
            "active": flag, "source": text, "runbooks": list(of: answer(["name": text, "hash": text])),
        ])
    }

    private static var difference: Shape {
        answer([
            "from": text, "to": text,
            "steps": answer(["added": list(of: text), "removed": list(of: text)]), "runbooks": list(of: text),
            "lines": list(of: text).orNull,
        ])
    }

    private static var deployment: Shape {
        answer(
            [
                "namespace": text, "name": text, "version": text, "title": text, "hash": text, "standing": text,
                "number": whole.orNull, "active": text.orNull, "warnings": list(of: text),
            ],
            optional: ["difference": named(.Difference)]
        )
    }

    private static var migration: Shape {
        let row = answer([
            "instance": identifier, "moves": flag, "reasons": list(of: answer(["code": text, "sentence": text])),
            "steps": list(of: answer(["step": whole, "from": text, "to": text])), "passed": list(of: text),
        ])
        return answer([
            "from": text, "to": text, "dry_run": flag, "moves": whole, "stays": whole, "items": list(of: row),
            "next": text.orNull,
        ])
    }

    // MARK: Records

    private static var entry: Shape {
        answer(
            [
                "sequence": whole, "at": time, "actor": answer(["id": text, "kind": text, "name": text]),
                "channel": text, "action": text, "object": answer(["kind": text, "id": identifier]),
            ],
            optional: [
                "part": text, "refusal": text, "detail": anything, "confidential": anything, "request_id": text,
                "canonical": text, "nonce": text,
            ]
        )
    }

    private static var checkpoint: Shape {
        answer([
            "size": whole, "at": time, "note": text, "root": text,
            "anchored": list(of: answer(["anchor": text, "at": time])),
        ])
    }

    private static var event: Shape {
        answer([
            "sequence": whole, "received_at": time, "instance": identifier.orNull, "reached": whole.orNull,
            "event": object,
        ])
    }
}
