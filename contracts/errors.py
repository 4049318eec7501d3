"""The error taxonomy: every code an outcome can carry, whether trying again helps, and texts for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Permanence(StrEnum):
    """Whether the same command may succeed later."""

    PERMANENT = "permanent"
    RETRYABLE = "retryable"


class ErrorCode(StrEnum):
    """Stable codes; a code is never renamed or reused."""

    MALFORMED_MESSAGE = "malformed_message"
    INVALID_ENVELOPE = "invalid_envelope"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_TOPIC = "wrong_topic"
    INVALID_COMMAND = "invalid_command"
    EXPIRED = "expired"
    NO_AMOUNT = "no_amount"
    SEVERAL_PURCHASES = "several_purchases"
    NEGATIVE_AMOUNT = "negative_amount"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    IMAGE_UNREADABLE = "image_unreadable"
    IMAGE_UNSUPPORTED = "image_unsupported"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_NOT_FOUND = "image_not_found"
    IMAGE_MISMATCH = "image_mismatch"
    NO_TEXT_FOUND = "no_text_found"
    NO_TOTAL_FOUND = "no_total_found"
    DATE_IN_FUTURE = "date_in_future"
    STATEMENT_UNREADABLE = "statement_unreadable"
    STATEMENT_UNSUPPORTED = "statement_unsupported"
    STATEMENT_TOO_LARGE = "statement_too_large"
    STATEMENT_NOT_UNDERSTOOD = "statement_not_understood"
    STATEMENT_ROW_INVALID = "statement_row_invalid"
    STATEMENT_NOT_FOUND = "statement_not_found"
    STATEMENT_MISMATCH = "statement_mismatch"
    ENTRY_EXISTS = "entry_exists"
    ENTRY_NOT_FOUND = "entry_not_found"
    ENTRY_DELETED = "entry_deleted"
    VERSION_CONFLICT = "version_conflict"
    NOTHING_TO_CHANGE = "nothing_to_change"
    CONFIDENCE_NOT_HIGHER = "confidence_not_higher"
    MAPPING_NOT_FOUND = "mapping_not_found"
    MAPPING_NOT_REVIEWABLE = "mapping_not_reviewable"
    TOO_MANY_MAPPINGS = "too_many_mappings"
    INVALID_PATTERN = "invalid_pattern"
    LOW_CONFIDENCE = "low_confidence"
    NOT_A_PURCHASE = "not_a_purchase"
    WORKFLOW_NOT_FOUND = "workflow_not_found"
    ILLEGAL_TRANSITION = "illegal_transition"
    WORKFLOW_ABORTED = "workflow_aborted"
    MONTH_NOT_OVER = "month_not_over"
    MONTH_BEING_CLOSED = "month_being_closed"
    MONTH_CHANGED = "month_changed"
    MONTH_NOT_FROZEN = "month_not_frozen"
    OWNER_ERASED = "owner_erased"
    BACKEND_UNAVAILABLE = "backend_unavailable"
    BACKEND_TIMEOUT = "backend_timeout"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    STEP_TIMED_OUT = "step_timed_out"
    CONCURRENT_UPDATE = "concurrent_update"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What is known of a code.

    Attributes:
        permanence: whether trying the same command again can help.
        english: one sentence for people, English.
        thai: the same in Thai.
        cure: what the producer or operator can do.
    """

    permanence: Permanence
    english: str
    thai: str
    cure: str


def _permanent(english: str, thai: str, cure: str) -> ErrorInfo:
    return ErrorInfo(Permanence.PERMANENT, english, thai, cure)


def _retryable(english: str, thai: str, cure: str) -> ErrorInfo:
    return ErrorInfo(Permanence.RETRYABLE, english, thai, cure)


ERRORS: Final[dict[ErrorCode, ErrorInfo]] = {
    ErrorCode.MALFORMED_MESSAGE: _permanent(
        "The message could not be read as JSON.",
        "ไม่สามารถอ่านข้อความเป็น JSON ได้",
        "Send UTF-8 JSON; the record waits in the dead-letter topic.",
    ),
    ErrorCode.INVALID_ENVELOPE: _permanent(
        "The message's CloudEvents headers are missing or wrong.",
        "ส่วนหัว CloudEvents ของข้อความขาดหายหรือไม่ถูกต้อง",
        "Set the header named in the outcome; the record waits in the dead-letter topic.",
    ),
    ErrorCode.UNKNOWN_TYPE: _permanent(
        "The message has a type this fleet does not know.",
        "ระบบไม่รู้จักชนิดของข้อความนี้",
        "Check ce_type against the AsyncAPI document; the record waits in the dead-letter topic.",
    ),
    ErrorCode.WRONG_TOPIC: _permanent(
        "The command was sent to a topic of another area.",
        "คำสั่งถูกส่งไปยังหัวข้อที่ไม่ถูกต้อง",
        "Send the command to the topic of its area; the record waits in the dead-letter topic.",
    ),
    ErrorCode.INVALID_COMMAND: _permanent(
        "A field of the command is missing or wrong.",
        "ข้อมูลบางช่องในคำสั่งขาดหายหรือไม่ถูกต้อง",
        "Correct the field named in the outcome and send a new command.",
    ),
    ErrorCode.EXPIRED: _permanent(
        "The command was handled after its expiry time.",
        "คำสั่งหมดอายุก่อนที่จะได้รับการประมวลผล",
        "Send a new command, with a later ce_expirytime if it still matters.",
    ),
    ErrorCode.NO_AMOUNT: _permanent(
        "The text tells no amount of money.",
        "ไม่พบจำนวนเงินในข้อความ",
        "Say how much was spent, for instance: coffee 65 baht.",
    ),
    ErrorCode.SEVERAL_PURCHASES: _permanent(
        "The text tells of more than one purchase.",
        "ข้อความมีการใช้จ่ายมากกว่าหนึ่งรายการ",
        "Send one command for each purchase.",
    ),
    ErrorCode.NEGATIVE_AMOUNT: _permanent(
        "The amount is negative.",
        "จำนวนเงินติดลบ",
        "Send the amount without a minus sign.",
    ),
    ErrorCode.AMOUNT_OUT_OF_RANGE: _permanent(
        "The amount is zero or larger than the fleet accepts.",
        "จำนวนเงินเป็นศูนย์หรือมากเกินกว่าที่ระบบรองรับ",
        "Check the amount.",
    ),
    ErrorCode.IMAGE_UNREADABLE: _permanent(
        "The image is damaged and cannot be opened.",
        "รูปภาพเสียหายและไม่สามารถเปิดได้",
        "Take the picture again and send the whole file.",
    ),
    ErrorCode.IMAGE_UNSUPPORTED: _permanent(
        "The file is not an image of a supported kind.",
        "ไฟล์นี้ไม่ใช่รูปภาพชนิดที่รองรับ",
        "Send JPEG, PNG, WebP, GIF, BMP, TIFF or PDF.",
    ),
    ErrorCode.IMAGE_TOO_LARGE: _permanent(
        "The image has too many bytes or pixels.",
        "รูปภาพมีขนาดใหญ่เกินไป",
        "Send at most 10 MiB, 40 megapixels a page and 8 pages.",
    ),
    ErrorCode.IMAGE_NOT_FOUND: _permanent(
        "The image named by the command is not in the store.",
        "ไม่พบรูปภาพตามที่คำสั่งระบุ",
        "Upload the image before sending the command.",
    ),
    ErrorCode.IMAGE_MISMATCH: _permanent(
        "The stored image is not the one the command names.",
        "รูปภาพที่จัดเก็บไม่ตรงกับที่คำสั่งระบุ",
        "Check the SHA-256 in the command.",
    ),
    ErrorCode.NO_TEXT_FOUND: _permanent(
        "No text could be found in the image.",
        "ไม่พบข้อความในรูปภาพ",
        "Take a sharper picture of the receipt.",
    ),
    ErrorCode.NO_TOTAL_FOUND: _permanent(
        "No total could be found on the receipt.",
        "ไม่พบยอดรวมในใบเสร็จ",
        "Take a picture that shows the whole receipt.",
    ),
    ErrorCode.DATE_IN_FUTURE: _permanent(
        "The date of the spending lies in the future.",
        "วันที่ใช้จ่ายอยู่ในอนาคต",
        "Correct the date.",
    ),
    ErrorCode.STATEMENT_UNREADABLE: _permanent(
        "The statement file is damaged, or its characters cannot be decoded.",
        "ไฟล์รายการเดินบัญชีเสียหายหรืออ่านตัวอักษรไม่ได้",
        "Download it again; save text files as UTF-8 (UTF-16 and TIS-620 are read too).",
    ),
    ErrorCode.STATEMENT_UNSUPPORTED: _permanent(
        "The file is not a statement of a kind that is read.",
        "ไฟล์นี้ไม่ใช่รายการเดินบัญชีชนิดที่รองรับ",
        "Send CSV, XLSX, JSON, OFX or QFX, without a password.",
    ),
    ErrorCode.STATEMENT_TOO_LARGE: _permanent(
        "The statement is larger than the fleet reads, packed or unpacked.",
        "ไฟล์รายการเดินบัญชีมีขนาดใหญ่เกินไป",
        "Send at most 32 MiB and a million rows, or a shorter period.",
    ),
    ErrorCode.STATEMENT_NOT_UNDERSTOOD: _permanent(
        "What the columns of the statement mean cannot be told.",
        "ไม่สามารถระบุความหมายของคอลัมน์ในรายการเดินบัญชีได้",
        "Name the columns in a header line, for instance: Date, Description, Debit, Credit.",
    ),
    ErrorCode.STATEMENT_ROW_INVALID: _permanent(
        "A field of this row of the statement is missing or cannot be read.",
        "ข้อมูลบางช่องในแถวนี้ของรายการเดินบัญชีขาดหายหรืออ่านไม่ได้",
        "Correct the field named in the outcome; the other rows are not affected.",
    ),
    ErrorCode.STATEMENT_NOT_FOUND: _permanent(
        "The statement named by the command is not in the store.",
        "ไม่พบไฟล์รายการเดินบัญชีตามที่คำสั่งระบุ",
        "Upload the file before sending the command.",
    ),
    ErrorCode.STATEMENT_MISMATCH: _permanent(
        "The stored statement is not the one the command names.",
        "ไฟล์รายการเดินบัญชีที่จัดเก็บไม่ตรงกับที่คำสั่งระบุ",
        "Check the SHA-256 in the command.",
    ),
    ErrorCode.ENTRY_EXISTS: _permanent(
        "An entry with this id was recorded before.",
        "มีการบันทึกรายการรหัสนี้ไว้แล้ว",
        "Use a new entry id, or correct the entry.",
    ),
    ErrorCode.ENTRY_NOT_FOUND: _permanent(
        "There is no entry with this id.",
        "ไม่พบรายการรหัสนี้",
        "Check the entry id and the owner.",
    ),
    ErrorCode.ENTRY_DELETED: _permanent(
        "The entry was deleted.",
        "รายการนี้ถูกลบไปแล้ว",
        "Record a new entry.",
    ),
    ErrorCode.VERSION_CONFLICT: _permanent(
        "The entry has changed since the version the command expects.",
        "รายการถูกแก้ไขหลังจากเวอร์ชันที่คำสั่งอ้างถึง",
        "Read the current version named in the outcome, decide again and send a new command.",
    ),
    ErrorCode.NOTHING_TO_CHANGE: _permanent(
        "The command changes nothing.",
        "คำสั่งไม่มีการเปลี่ยนแปลงใด ๆ",
        "Name at least one field with a new value.",
    ),
    ErrorCode.CONFIDENCE_NOT_HIGHER: _permanent(
        "The enhancement is no surer than what is recorded.",
        "ผลที่ปรับปรุงไม่น่าเชื่อถือกว่าที่บันทึกไว้",
        "Nothing to do: the recorded entry is at least as sure.",
    ),
    ErrorCode.MAPPING_NOT_FOUND: _permanent(
        "There is no category mapping with this id.",
        "ไม่พบการจับคู่หมวดหมู่รหัสนี้",
        "Check the mapping id and the owner.",
    ),
    ErrorCode.MAPPING_NOT_REVIEWABLE: _permanent(
        "This decision does not apply to the mapping as it is.",
        "ไม่สามารถดำเนินการนี้กับการจับคู่หมวดหมู่ในสถานะปัจจุบันได้",
        "Read the reason in the outcome: candidates are approved or rejected, active mappings are retired.",
    ),
    ErrorCode.TOO_MANY_MAPPINGS: _permanent(
        "The owner has as many category mappings or patterns as are allowed.",
        "จำนวนการจับคู่หมวดหมู่หรือรูปแบบของผู้ใช้ถึงขีดจำกัดแล้ว",
        "Change mappings that exist, or raise POON_LEARNING__MOST_MAPPINGS or POON_LEARNING__MOST_PATTERNS.",
    ),
    ErrorCode.INVALID_PATTERN: _permanent(
        "A pattern is no valid regular expression, or too large a one.",
        "รูปแบบการค้นหาไม่ถูกต้องหรือซับซ้อนเกินไป",
        "Correct the pattern named in the outcome; the syntax is RE2's.",
    ),
    ErrorCode.LOW_CONFIDENCE: _permanent(
        "The receipt could not be read with enough certainty to be recorded.",
        "ไม่สามารถอ่านใบเสร็จได้ชัดเจนพอที่จะบันทึก",
        "Take a sharper picture, record the entry by hand, or send a lower min_confidence.",
    ),
    ErrorCode.NOT_A_PURCHASE: _permanent(
        "The receipt tells of no purchase.",
        "ใบเสร็จนี้ไม่ใช่รายการซื้อ",
        "Nothing to do: only purchases are recorded.",
    ),
    ErrorCode.WORKFLOW_NOT_FOUND: _permanent(
        "There is no workflow with this id.",
        "ไม่พบเวิร์กโฟลว์รหัสนี้",
        "Check the workflow id and the owner.",
    ),
    ErrorCode.ILLEGAL_TRANSITION: _permanent(
        "The workflow's state does not allow this.",
        "สถานะของเวิร์กโฟลว์ไม่อนุญาตให้ทำเช่นนี้",
        "Look at the workflow with `poon workflows show`; what came too late changes nothing.",
    ),
    ErrorCode.WORKFLOW_ABORTED: _permanent(
        "An operator ended the processing.",
        "ผู้ดูแลระบบยกเลิกการประมวลผล",
        "Ask the operator named in the workflow's history.",
    ),
    ErrorCode.MONTH_NOT_OVER: _permanent(
        "The month is not over yet.",
        "เดือนนี้ยังไม่สิ้นสุด",
        "Close it once the next month has begun in the command's time zone.",
    ),
    ErrorCode.MONTH_BEING_CLOSED: _permanent(
        "Somebody else is closing the month already.",
        "เดือนนี้กำลังถูกปิดยอดโดยคำสั่งอื่นอยู่",
        "Wait for its report; if the workflow that closes it is stuck, an operator resumes or aborts it.",
    ),
    ErrorCode.MONTH_CHANGED: _permanent(
        "Entries of the month changed while it was being closed.",
        "มีการเปลี่ยนแปลงรายการของเดือนระหว่างการปิดยอด",
        "Nothing was lost: close the month again.",
    ),
    ErrorCode.MONTH_NOT_FROZEN: _permanent(
        "The month is not being closed by this workflow.",
        "เวิร์กโฟลว์นี้ไม่ได้กำลังปิดยอดเดือนดังกล่าว",
        "Nothing to do: what the workflow did to the month was undone before, or never took place.",
    ),
    ErrorCode.OWNER_ERASED: _permanent(
        "The owner was erased after the command was sent.",
        "ข้อมูลของเจ้าของถูกลบไปแล้วหลังจากส่งคำสั่งนี้",
        "Nothing of it was kept. Send a new command if the owner has come back.",
    ),
    ErrorCode.BACKEND_UNAVAILABLE: _retryable(
        "A recognition service is not available.",
        "บริการประมวลผลไม่พร้อมใช้งานชั่วคราว",
        "Redrive the dead letter once the backend is back.",
    ),
    ErrorCode.BACKEND_TIMEOUT: _retryable(
        "A recognition service did not answer in time.",
        "บริการประมวลผลไม่ตอบกลับภายในเวลาที่กำหนด",
        "Redrive the dead letter once the backend is faster.",
    ),
    ErrorCode.STORAGE_UNAVAILABLE: _retryable(
        "The image store is not available.",
        "ที่จัดเก็บรูปภาพไม่พร้อมใช้งานชั่วคราว",
        "Redrive the dead letter once the store is back.",
    ),
    ErrorCode.STEP_TIMED_OUT: _retryable(
        "A step of the processing did not end in time.",
        "ขั้นตอนการประมวลผลไม่เสร็จภายในเวลาที่กำหนด",
        "Check that the step's area runs and how far it lags behind; then send the receipt again.",
    ),
    ErrorCode.CONCURRENT_UPDATE: _retryable(
        "Other commands kept changing the same entry.",
        "มีคำสั่งอื่นแก้ไขรายการเดียวกันพร้อมกัน",
        "Redrive the dead letter; send commands of one owner with one key.",
    ),
    ErrorCode.INTERNAL_ERROR: _retryable(
        "The fleet failed unexpectedly.",
        "เกิดข้อผิดพลาดภายในระบบ",
        "Report it with the command id; redrive the dead letter after a fix.",
    ),
}
"""Every code with its explanation; a test keeps it complete."""
