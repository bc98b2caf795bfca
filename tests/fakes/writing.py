"""The switch of all writing in memory, as `tests.fakes.storage` keeps the rest."""

from service.ports.writing import Switch


class MemoryWriting:
    """Every position that the switch ever had; the last one holds."""

    def __init__(self, positions: list[Switch]) -> None:
        self._positions = positions

    def get(self) -> Switch:
        return self._positions[-1] if self._positions else Switch()

    def put(self, switch: Switch) -> None:
        self._positions.append(switch)
