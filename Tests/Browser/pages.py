"""Every page there is, with an address to look at it. A new page without parameters needs no word here."""

from installation import page_routes

ROLES = ["requester", "operator", "supervisor", "author", "auditor", "admin"]


def everybody(studio):
    """An account to whom every page is shown."""
    if "everything" not in studio.accounts:
        queues = [queue["name"] for queue in studio.call("supervisor", "GET", "/v1/queues")["items"]]
        skills = ["imaging", "storage", "render"]
        studio.person("everything", roles=ROLES, projects=["*"], queues=queues, skills=skills)
    return "everything"


def samples(studio):
    """For each route with parameters, the addresses by which it is looked at."""
    request, storage, manager = studio.adaptation("looked-at")
    for task in (storage, manager):
        studio.call("operator", "PUT", f"/v1/tasks/{task['id']}/start")
    studio.call("operator", "POST", f"/v1/tasks/{storage['id']}/comments", {"text": "The old mounts are noted."})
    draft = {"values": {"managerAddress": "10.57.0.30"}}
    studio.call("operator", "PUT", f"/v1/tasks/{manager['id']}/draft", draft)
    hold = {"reason": "The vendor looks at the licence.", "awaiting": "vendor"}
    studio.call("operator", "PUT", f"/v1/tasks/{manager['id']}/hold", hold)
    checked = {"outcome": "reconfigured", "values": {"storageAddress": "10.57.0.20"}}
    checked["ticks"] = [{"item": "mounts-noted", "evidence": "10.42.0.20 on /mnt/projects"}, "files-edited"]
    studio.call("operator", "PUT", f"/v1/tasks/{storage['id']}/completion", checked)
    # Nothing was edited: it comes back with what was found.
    studio.checked(storage["id"])
    ended = studio.knock("Ended")
    studio.call("operator", "PUT", f"/v1/tasks/{ended['id']}/start")
    studio.call("operator", "PUT", f"/v1/tasks/{ended['id']}/completion", {"outcome": "done"})
    ready = studio.knock("Looked at")
    golden = next(image for image in studio.call("requester", "GET", "/v1/images")["items"] if image["golden"])
    machines = studio.call("requester", "GET", "/v1/machines")["items"]
    off = next(machine["name"] for machine in machines if machine["imaging_refusal"] is None)
    person = next(person for person in studio.call("admin", "GET", "/v1/people")["items"] if person["name"] == "author")
    link = studio.call("admin", "POST", f"/v1/people/{person['id']}/reset-links", {})["link"]
    instance, workflow = request["instance"], "/workflows/sherpa.images/adapt-image"
    return {
        "/tasks/:id": [f"/tasks/{task['id']}" for task in (ready, storage, manager, ended)],
        "/images/:id": [f"/images/{golden['id']}"],
        "/images/:id/costs": [f"/images/{golden['id']}/costs"],
        "/images/:id/:kind": [f"/images/{golden['id']}/{kind}" for kind in ("copy", "adapt", "delete")],
        "/machines/:name/image": [f"/machines/{off}/image"],
        "/requests/:id": [f"/requests/{request['id']}"],
        "/instances/:id": [f"/instances/{ready['instance']}"],
        "/instances/:id/explanation": [f"/instances/{instance}/explanation"],
        "/reset/:secret": ["/reset/" + link.rsplit("/", 1)[1]],
        "/workflows/:namespace/:name": [workflow],
        "/workflows/:namespace/:name/:version": [f"{workflow}/1.0.0"],
    }


def every_page(studio):
    known = samples(studio)
    pages = ["/no-such-page", "/tasks/nonsense"]
    for route in page_routes():
        if route in known:
            pages += known[route]
        elif ":" in route:
            raise AssertionError(f"{route} is a new page: give `samples` in pages.py an address of it")
        elif route != "/sign-in":
            pages.append(route)
    return pages
