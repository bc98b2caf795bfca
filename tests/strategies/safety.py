"""Generated contacts for alerts."""

from hypothesis import strategies as st

from service.domain.safety import Channel, ReachableHours, SafetyContact, SafetyContacts, Weekday
from tests.strategies.basics import PEOPLE, ZONES, Draw, one_of

_PAIR = st.permutations([one.id for one in PEOPLE]).map(lambda ids: ids[:2])
_ZONE = one_of(ZONES)
_DAYS = one_of((*((one,) for one in Weekday), tuple(Weekday)))
_CHANNELS = one_of(((Channel.EMAIL,), (Channel.WEBHOOK,), (Channel.WEBHOOK, Channel.EMAIL)))
_HOURS = one_of((("00:00", "24:00"), ("08:30", "17:00"), ("22:00", "23:59")))


def contacts(draw: Draw) -> SafetyContacts:
    recipient, backup = draw(_PAIR)
    channels = draw(_CHANNELS)
    mailed = Channel.EMAIL in channels
    opens, closes = draw(_HOURS)
    return SafetyContacts(
        recipient=SafetyContact(person=recipient, email="first@clinic.example" if mailed else None),
        backup=SafetyContact(person=backup, email="second@clinic.example" if mailed else None),
        zone=draw(_ZONE),
        hours=(ReachableHours(days=draw(_DAYS), opens=opens, closes=closes),),
        channels=channels,
    )
