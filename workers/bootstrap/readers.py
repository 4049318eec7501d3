"""Wires what reads texts and pictures: rules, local recognition, and model servers in chains, as the settings say."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from adapters.inference.chain.local import BreakingTextRecognition
from adapters.inference.embeddings.loading import load_embeddings
from adapters.inference.lexicon import canonical_merchant, payment_method_of
from adapters.inference.limiting import LimitedTextRecognition
from adapters.inference.noted import NotedTextRecognition
from adapters.inference.ocr.recognition import LocalTextRecognition
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from adapters.inference.texts import LetterLikeness, RuleCategorization, RuleTextExtraction
from contracts.commands.receipts import ExtractReceipt
from workers.bootstrap.backends import limiter
from workers.bootstrap.models import Backends, serving
from workers.config import Settings
from workers.config.models import OCR
from workers.ports.cache import Cache
from workers.ports.clock import Clock
from workers.ports.status import BackendGauge, ModelGauge

BYTES_PER_MEGABYTE: Final = 1_000_000
IMAGES_PER_PROCESS: Final = 2
"""Receipts in flight for each recognition process: one being read, one ready to be."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads texts and pictures.

    Attributes:
        backends: what answers each capability.
        limiters: tell of the calls at each AI backend.
        models: tell of the answers of each model server.
    """

    backends: Backends
    limiters: tuple[BackendGauge, ...]
    models: tuple[ModelGauge, ...]


async def open_readers(
    settings: Settings, cache: Cache, clock: Clock, stack: AsyncExitStack, *, pictures: bool
) -> Readers:
    """Open the readers, for as long as the stack lasts.

    Args:
        settings: name the chains and the servers in them.
        cache: remembers answers of models, and counts what they cost.
        clock: the time.
        stack: closes what was opened.
        pictures: whether any are read, so that the processes for it are started.

    Raises:
        UnavailableError: a model that is to be used is missing.
        BackendError: a process could not start.
    """
    likeness = load_embeddings() if settings.texts.embeddings else LetterLikeness()
    recognition = local_recognition(settings)
    # The rules answer at once on the event loop and need no limit.
    ocr_limit = limiter(
        settings, clock, recognition.engine, ExtractReceipt, IMAGES_PER_PROCESS * recognition_processes(settings)
    )
    if pictures and is_local(settings):
        await stack.enter_async_context(recognition)
    local = Backends(
        recognition=BreakingTextRecognition(
            LimitedTextRecognition(NotedTextRecognition(recognition, clock), ocr_limit), clock
        ),
        receipts=RuleReceiptExtraction(payment_method_of, canonical_name),
        texts=RuleTextExtraction(likeness),
        categories=RuleCategorization(likeness),
    )
    served = await serving(settings, local, cache, clock, stack)
    return Readers(served.backends, (ocr_limit, *served.limiters), served.models)


def is_local(settings: Settings) -> bool:
    """Whether images are read here at all: where model servers alone do, no process waits for any."""
    return OCR in [link.name for link in settings.chains.by_capability["text_recognition"]]


def local_recognition(settings: Settings) -> LocalTextRecognition:
    """What reads images on this machine, not started yet; raises UnavailableError without the models it is to use."""
    return LocalTextRecognition(
        recognition_processes(settings),
        settings.ocr.timeout_seconds,
        settings.ocr.thai_model,
        settings.ocr.max_process_megabytes * BYTES_PER_MEGABYTE,
        tier=settings.ocr.tier,
    )


def recognition_processes(settings: Settings) -> int:
    """How many processes read images; one a core unless set."""
    return settings.ocr.processes or os.cpu_count() or 1


def canonical_name(name: str) -> str | None:
    """The usual name of a merchant that is known by the very name given, or None."""
    match = canonical_merchant(name)
    return None if match is None else match.canonical
