"""What travels in the area *workflows*."""

from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from contracts.commands.receipts import ExtractReceipt
from contracts.commands.workflows import FireTimer, ProcessReceipt, SteerWorkflow, WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.outcomes import DeadLetter, LocalizedText
from contracts.events.workflows import (
    StepFailed,
    StepSkipped,
    StepStarted,
    StepSucceeded,
    TimerFired,
    WorkflowCompensated,
    WorkflowCompensating,
    WorkflowCompleted,
    WorkflowFailed,
    WorkflowRejected,
    WorkflowStarted,
    WorkflowSteered,
    WorkflowStuck,
)
from contracts.examples.base import Example
from contracts.examples.commands import ENTRY_ID, IMAGE_SHA256
from contracts.values import Confidence, ImageReference

_WORKFLOW_ID: Final = UUID("2b7d9a58-6a0e-5d37-a0bb-0c4ff6a37f52")
_SENT_ID: Final = "3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11"
_COMMAND_ID: Final = "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10"
_KIND: Final = "process_receipt"
_LOW: Final = "read with 0.41, at least 0.6 is asked for"

WORKFLOW_COMMAND_EXAMPLES: Final = (
    Example(
        "a receipt to be recorded",
        ProcessReceipt(
            image=ImageReference(kind="reference", key="acme/2026/01/receipt-1.jpg", sha256=IMAGE_SHA256),
            reference_date=date(2026, 1, 15),
            min_confidence=Confidence(0.7),
        ),
    ),
    Example(
        "try it once more",
        SteerWorkflow(workflow_id=_WORKFLOW_ID, action=WorkflowAction.RESUME, by="somchai", reason="ฐานข้อมูลกลับมาแล้ว"),
    ),
    Example("a time-out", FireTimer(workflow_id=_WORKFLOW_ID, step="extract", token=_SENT_ID)),
)

WORKFLOW_EVENT_EXAMPLES: Final = (
    Example("begun", WorkflowStarted(workflow_id=_WORKFLOW_ID, workflow=_KIND, min_confidence=Confidence(0.7))),
    Example(
        "the image is being read",
        StepStarted(
            workflow_id=_WORKFLOW_ID,
            workflow=_KIND,
            step="extract",
            attempt=1,
            command_id=_SENT_ID,
            command_type=ExtractReceipt.type,
        ),
    ),
    Example(
        "the image was read",
        StepSucceeded(workflow_id=_WORKFLOW_ID, workflow=_KIND, step="extract", command_id=_SENT_ID),
    ),
    Example(
        "the engine was out",
        StepFailed(
            workflow_id=_WORKFLOW_ID,
            workflow=_KIND,
            step="extract",
            attempt=1,
            code=ErrorCode.BACKEND_UNAVAILABLE,
            reason="cannot be reached",
            retry_at=datetime(2026, 1, 15, 5, 40, tzinfo=UTC),
        ),
    ),
    Example("skipped", StepSkipped(workflow_id=_WORKFLOW_ID, workflow=_KIND, step="record", undo=True)),
    Example(
        "too blurred to be recorded",
        WorkflowCompensating(
            workflow_id=_WORKFLOW_ID, workflow=_KIND, step="record", code=ErrorCode.LOW_CONFIDENCE, reason=_LOW
        ),
    ),
    Example(
        "an entry that cannot be deleted",
        WorkflowStuck(
            workflow_id=_WORKFLOW_ID,
            workflow=_KIND,
            step="record",
            undo=True,
            code=ErrorCode.STEP_TIMED_OUT,
            reason="nothing was heard of it in time",
        ),
    ),
    Example("recorded", WorkflowCompleted(workflow_id=_WORKFLOW_ID, workflow=_KIND, entry_id=ENTRY_ID)),
    Example(
        "not recorded",
        WorkflowCompensated(
            workflow_id=_WORKFLOW_ID,
            workflow=_KIND,
            step="record",
            code=ErrorCode.LOW_CONFIDENCE,
            message=LocalizedText.of(ErrorCode.LOW_CONFIDENCE),
            reason=_LOW,
        ),
    ),
    Example(
        "aborted",
        WorkflowSteered(
            workflow_id=_WORKFLOW_ID,
            workflow=_KIND,
            action=WorkflowAction.ABORT,
            by="somchai",
            reason="sent by mistake",
        ),
    ),
    Example(
        "a time-out took effect",
        TimerFired(workflow_id=_WORKFLOW_ID, workflow=_KIND, step="extract", token=_SENT_ID),
    ),
    Example(
        "too late to resume",
        WorkflowRejected(
            command_type=SteerWorkflow.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.ILLEGAL_TRANSITION,
            message=LocalizedText.of(ErrorCode.ILLEGAL_TRANSITION),
            reason="resume is for another state than completed",
        ),
    ),
    Example(
        "a defect",
        WorkflowFailed(
            command_type=ProcessReceipt.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.INTERNAL_ERROR,
            message=LocalizedText.of(ErrorCode.INTERNAL_ERROR),
            reason="unexpected ZeroDivisionError",
            dead_letter=DeadLetter(
                topic="poon.workflows.dlt",
                original_topic="poon.workflows.commands",
                original_partition=3,
                original_offset=12,
            ),
            attempts=3,
        ),
    ),
)
