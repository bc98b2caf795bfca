"""The durable worker: the engine and nothing else; what it carries out are use cases, by ids."""

from service.worker.complaints import Complaints
from service.worker.engine import ENGINE_SCHEMA, Engine, Jobs, prepare_engine
from service.worker.rounds import Duty, Rounds
from service.worker.worker import Worker, WorkerPorts

__all__ = [
    "ENGINE_SCHEMA",
    "Complaints",
    "Duty",
    "Engine",
    "Jobs",
    "Rounds",
    "Worker",
    "WorkerPorts",
    "prepare_engine",
]
