"""The area *statements*: a file is read and its rows put down by chunks, chunks are recorded, an import summed up."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, NamedTuple, TypeGuard
from uuid import UUID

from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.events.statements import StatementChunkImported, StatementSurveyed
from contracts.statements import (
    CHUNK_ROWS,
    AccountSums,
    ColumnMeaning,
    InlineStatement,
    RowResult,
    RowStatus,
    StatementFile,
)
from workers.domain import statements as domain
from workers.domain.spending import entry_stream, local_date
from workers.domain.statements import Importing, Judged, Outcome, Spent, SpentRow, Summed
from workers.handlers.books import Book, Books
from workers.handlers.mapped import mapped_category
from workers.handlers.spending import Duplicates, alike, naming
from workers.ports.computing import Computing
from workers.ports.errors import StatementError
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.inference import Categorization, Purchase
from workers.ports.mappings import UsualName, Wanted
from workers.ports.statement_files import (
    ChunkPlace,
    KeptRow,
    PlannedRow,
    RefusedRow,
    StatementFiles,
    StatementStores,
)
from workers.ports.statements import (
    AccountTotals,
    BadRow,
    Direction,
    Occurrences,
    OccurrencesOpener,
    Statement,
    StatementHints,
    StatementReader,
    StatementRow,
)
from workers.ports.store import SpendingRepository
from workers.ports.tenancy import charged_to

ASKED_AT_ONCE: Final = 8
"""Rows of a chunk whose categories are asked for at the same time; in between other commands get their turn."""
_MOST_HEAD: Final = 100
_MOST_REASON: Final = 200
_MOST_MERCHANT: Final = 200
_MOST_REFERENCE: Final = 200
_MOST_DESCRIPTION: Final = 1_000
"""Characters; of a text of the file no more than this is kept, and stands in an entry."""


@dataclass(frozen=True, slots=True)
class StatementTools:
    """What statements are read with.

    Attributes:
        merchant_in: the usual name of the known merchant a text tells of.
        computing: for what blocks.
        chunk_rows: of a chunk, the most.
    """

    reader: StatementReader
    files: StatementStores
    occurrences: OccurrencesOpener
    merchant_in: UsualName
    computing: Computing
    chunk_rows: int = CHUNK_ROWS


class _Survey(NamedTuple):
    command: SurveyStatement
    hints: StatementHints
    tenant: str
    files: StatementFiles


async def survey_statement(command: SurveyStatement, context: CommandContext, *, tools: StatementTools) -> Decision:
    """Read a statement, and keep its rows by chunks until they are recorded."""
    hints = StatementHints(
        reference=command.reference_date or local_date(context.sent_at, command.time_zone),
        currency=command.default_currency,
        positive=command.positive,
        sheet=command.sheet,
        time_zone=command.time_zone,
    )
    files = await tools.files.of(context.tenant, context.owner)
    request = _Survey(command, hints, context.tenant, files)
    return Decision((NewEvent(await tools.computing.run(partial(_surveyed, tools), request)),))


async def import_chunk(  # noqa: PLR0913  one argument a port
    command: ImportStatementChunk,
    context: CommandContext,
    *,
    tools: StatementTools,
    entries: SpendingRepository,
    duplicates: Duplicates,
    books: Books,
    categorization: Categorization,
) -> Decision:
    """Record the spending of a chunk's rows, each with what it looks like of what was told otherwise.

    A row that cannot be recorded costs no other.
    """
    place = ChunkPlace(context.tenant, command.statement_id, command.chunk)
    files = await tools.files.of(context.tenant, context.owner)
    rows = await tools.computing.run(files.rows, place)
    wanted = {number: _spent(row) for number, row in enumerate(rows) if _is_spending(row)}
    ids = {number: domain.entry_id_of(context.tenant, context.owner, *one) for number, one in wanted.items()}
    known = await asyncio.gather(*(entries.get(context.tenant, entry_id) for entry_id in ids.values()))
    found = dict(zip(ids, known, strict=True))
    book = await books.of(context.tenant, context.owner)
    new = [row for number, (row, _) in wanted.items() if found[number] is None]
    with charged_to(context.tenant, context.owner):
        judged = await _judged(new, _Judge(book, categorization, tools.merchant_in))
    importing = Importing(context.tenant, context.owner, context.sent_at, command)
    decided = [
        domain.decide(
            Spent(row.number, wanted[number][0], ids[number], found[number], judged.get(_words(wanted[number][0]))),
            importing,
        )
        if number in wanted
        else Outcome(_told(row))
        for number, row in enumerate(rows)
    ]
    return _decision(command, rows, await _named(decided, duplicates))


async def _named(decided: Sequence[Outcome], duplicates: Duplicates) -> Sequence[Outcome]:
    """With what each new entry may tell of again: a note, a receipt, a row of another statement. One look a chunk."""
    new = [one.state for one in decided if one.state is not None]
    if not new or not duplicates.named:
        return decided
    found = iter(await alike(new, duplicates))
    return [one if one.event is None else one._replace(event=naming(one.event, next(found))) for one in decided]


async def close_statement(command: CloseStatement, context: CommandContext, *, tools: StatementTools) -> Decision:
    """Sum an import up. What it kept goes first: should the outcome get lost, the next attempt finds it gone."""
    files = await tools.files.of(context.tenant, context.owner)
    await tools.computing.run(partial(files.discard, context.tenant), command.statement_id)
    return Decision((NewEvent(domain.closed(command)),))


def _surveyed(tools: StatementTools, request: _Survey) -> StatementSurveyed:
    command, digest = request.command, hashlib.sha256()
    pieces = _pieces(command.file, request.files, digest.update)
    try:
        with tools.reader.open(pieces, request.hints) as statement, tools.occurrences() as occurrences:
            chunks = _keep(statement, occurrences, tools, request)
            return _survey_of(command.statement_id, digest.hexdigest(), statement, chunks)
    except StatementError:
        # What cannot be read to its end is not recorded in part, and nothing of it stays.
        request.files.discard(request.tenant, command.statement_id)
        raise


def _pieces(file: StatementFile, files: StatementFiles, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in (file.data,) if isinstance(file, InlineStatement) else files.pieces(file):
        seen(piece)
        yield piece


def _keep(statement: Statement, occurrences: Occurrences, tools: StatementTools, request: _Survey) -> int:
    """Put the rows down, and tell in how many chunks: at least one, which may be empty."""
    account = domain.account_key(request.command.account)
    planned = (_planned(row, occurrences, account) for row in statement.rows())
    chunk = 0
    while (rows := list(islice(planned, tools.chunk_rows))) or chunk == 0:
        chunk += 1
        request.files.keep_rows(ChunkPlace(request.tenant, request.command.statement_id, chunk), rows)
    return chunk


def _planned(row: StatementRow | BadRow, occurrences: Occurrences, account: str) -> KeptRow:
    if isinstance(row, BadRow):
        return RefusedRow(row.number, row.code, row.field, row.reason[:_MOST_REASON])
    planned = PlannedRow(
        number=row.number,
        occurrence=0,
        day=row.day,
        at=row.at,
        amount=row.amount,
        currency=row.currency,
        direction=row.direction,
        description=domain.plain(row.description)[:_MOST_DESCRIPTION].strip(),
        reference=domain.plain(row.reference or "")[:_MOST_REFERENCE].strip() or None,
        account=domain.account_key(row.account) or account,
    )
    if not _is_spending(planned):
        return planned
    return planned._replace(occurrence=occurrences.next(domain.row_key(_spent(planned)[0])))


def _survey_of(statement_id: UUID, sha256: str, statement: Statement, chunks: int) -> StatementSurveyed:
    layout, summary = statement.layout, statement.summary()
    return StatementSurveyed(
        statement_id=statement_id,
        sha256=sha256,
        kind=layout.kind.value,
        encoding=layout.encoding,
        sheet=layout.sheet and domain.plain(layout.sheet)[:_MOST_HEAD],
        date_order=layout.date_order,
        date_order_assumed=layout.date_order_assumed,
        columns=tuple(
            ColumnMeaning(name=domain.plain(column.name)[:_MOST_HEAD], meaning=column.meaning)
            for column in layout.columns
        ),
        rows=summary.rows,
        unreadable=summary.bad,
        chunks=chunks,
        accounts=tuple(map(_sums_of, summary.accounts)),
    )


def _sums_of(account: AccountTotals) -> AccountSums:
    return AccountSums(
        account_ending=domain.account_key(account.account)[-4:] or None,
        currency=account.currency,
        money_out=account.money_out,
        money_in=account.money_in,
        opening=account.opening,
        closing=account.closing,
        told_out=account.told_out,
        told_in=account.told_in,
        agrees=account.agrees,
    )


def _is_spending(row: KeptRow) -> TypeGuard[PlannedRow]:
    return isinstance(row, PlannedRow) and row.direction is Direction.OUT


def _spent(row: PlannedRow) -> tuple[SpentRow, int]:
    """A row, and which of those that are alike it is."""
    spent = SpentRow(row.day, row.at, row.amount, row.currency, row.description, row.reference, row.account)
    return spent, row.occurrence


class _Judge(NamedTuple):
    """What tells categories: what the owner taught, which costs no call, then rules and models."""

    book: Book
    categorization: Categorization
    merchant_in: UsualName

    async def judge(self, words: str) -> Judged:
        usual = self.merchant_in(words)
        found = self.book.find(Wanted(words, words[:_MOST_MERCHANT], (usual,) if usual else ()))
        if found is not None:
            category = mapped_category(found)
            return Judged(category.value, found.match.mapping.subcategory, category.confidence)
        category, _ = await self.categorization.categorise(Purchase(words))
        return Judged(category.value, None, category.confidence)


async def _judged(rows: Sequence[SpentRow], judge: _Judge) -> dict[str, Judged]:
    """What the words of rows mean; the same words are asked for once."""
    asked = list(dict.fromkeys(map(_words, rows)))
    judged: dict[str, Judged] = {}
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = asked[start : start + ASKED_AT_ONCE]
        judged |= zip(some, await asyncio.gather(*map(judge.judge, some)), strict=True)
    return judged


def _words(row: SpentRow) -> str:
    return row.description or domain.merchant_of(row)


def _told(row: KeptRow) -> RowResult:
    if isinstance(row, RefusedRow):
        return domain.rejected(row.number, row.code, row.field, row.reason)
    return RowResult(row=row.number, status=RowStatus.INCOME)


def _decision(command: ImportStatementChunk, rows: Sequence[KeptRow], decided: Sequence[Outcome]) -> Decision:
    results = tuple(one.result for one in decided)
    totals = domain.totals_of(
        Summed(result, row.currency, row.amount) if isinstance(row, PlannedRow) else Summed(result)
        for row, result in zip(rows, results, strict=True)
    )
    imported = StatementChunkImported(
        statement_id=command.statement_id,
        chunk=command.chunk,
        chunks=command.chunks,
        results=results,
        totals=totals,
        so_far=command.so_far.plus(totals),
    )
    recorded = [one.event for one in decided if one.event is not None]
    events = (NewEvent(event, entry_stream(event.entry_id), event.version) for event in recorded)
    return Decision((*events, NewEvent(imported)), tuple(one.state for one in decided if one.state is not None))
