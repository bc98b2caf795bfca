"""Faults of the sandbox, for people who test what their client does when a server misbehaves.

`FaultyServer` stands around a `FhirServer` and has the same `answer`, so a test drives it in its own process,
without a socket or a web framework:

    ehr = FaultyServer(FhirServer(MemoryStore(), clock, ids), sleep=lambda seconds: None)
    ehr.arm(read_text("lost-response times=1 type=MedicationRequest"))
    answer = ehr.answer(Incoming(method="POST", base="http://ehr.test/fhir", ...))

A request that gets no whole answer raises `NoAnswer`, whose `how` says what a client on a wire would see:
with `REFUSED` the connection never stands, with `DROPPED` it ends without an answer, with `CUT` in mid-body.
Whoever adapts a client turns it into that client's own exception, as `tests/fakes/wsgi_transport.py` does for
requests over `service.sandbox.app.door(ehr.answer)`. On a real socket the door itself ends the connection.

A request passes four points, and several faults may strike it at each, in the order in which they were armed:
`events` happen to the chart before it, `refusals` keep it from having an effect, `lenses` change what the
server sees and keeps while it answers, `spoiling` changes the answer on its way back.
"""
