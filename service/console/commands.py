"""`tandem` and its commands, by name; each is imported when it is called."""

import click

from service.console.exit_codes import epilog
from service.console.group import Later, LazyGroup

_COMMANDS = {
    "demo": Later("service.console.demo:demo", "Three plans into a chart and back, in seconds."),
    "serve": Later("service.console.serve:serve", "Run the API on this machine."),
    "worker": Later("service.console.worker:worker", "Keep plans and chart in step, by itself."),
    "sandbox": Later("service.console.sandbox:sandbox", "Run the FHIR server that ships with Tandem."),
    "plan": Later("service.console.plans:plan", "Load plans, look at them, give them out as FHIR."),
    "timeline": Later("service.console.timeline:timeline_", "The story of a plan, with its scores drawn."),
    "agenda": Later("service.console.meetings:agenda_", "What the next treatment meeting is about."),
    "calendar": Later("service.console.calendars:calendar", "Appointments for calendar programs."),
    "import": Later("service.console.imports:import_", "Read a patient's chart into a draft plan."),
    "sync": Later("service.console.sync:sync", "Bring plans and chart into step, both ways."),
    "poll": Later("service.console.poll:poll", "Read what changed in the chart."),
    "subscribe": Later("service.console.subscribe:subscribe_", "Have the EHR tell us when it changes."),
    "inbox": Later("service.console.inbox:inbox", "What waits for a person, and what they decide."),
    "findings": Later("service.console.findings:findings", "What a team should look at in a plan."),
    "decide": Later("service.console.findings:decide", "Decide what a finding proposes."),
    "alerts": Later("service.console.alerts:alerts", "What needs a clinician's assessment, and who answers."),
    "bind": Later("service.console.bind:bind_", "Say to which patient of the chart a plan belongs."),
    "connection": Later("service.console.connection:connection", "See to the connection with the EHR."),
    "why": Later("service.console.why:why_", "Where an item stands in the chart, and why."),
    "push": Later("service.console.push:push", "Write plans into the chart, one way."),
    "writing": Later("service.console.writing:writing", "Stop all writing into charts, let it go on."),
    "validate": Later("service.console.validate:validate", "Check a plan as FHIR before it leaves."),
    "health": Later("service.console.health:health", "Look at the database and the EHR."),
    "token": Later("service.console.tokens:token", "Say who may enter."),
    "audit": Later("service.console.audit:audit", "List who did what to which plan."),
    "db": Later("service.console.database:db", "See to the database."),
    "backup": Later("service.console.backup:backup", "Copy everything into one file, and check it."),
    "restore": Later("service.console.backup:restore", "Fill an empty database from a backup."),
    "key": Later("service.console.keys:key", "Make the keys that seal what is stored."),
    "openapi": Later("service.console.openapi:openapi", "Print the description of the API."),
}


@click.group(cls=LazyGroup, later=_COMMANDS, epilog=epilog())
def tandem() -> None:
    """Integrated mental-health treatment plans: therapy and medication in tandem, in your EHR as FHIR R4."""
