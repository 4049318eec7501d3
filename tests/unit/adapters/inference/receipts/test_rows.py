from adapters.inference.receipts.rows import rows_of
from workers.ports.inference import Box, TextLine


def line(text: str, left: float, top: float, right: float, confidence: float = 0.9) -> TextLine:
    return TextLine(text, Box(left, top, right, top + 20), confidence)


def texts(*lines: TextLine) -> list[str]:
    return [row.text for row in rows_of(lines)]


def test_label_and_amount_side_by_side_are_one_row() -> None:
    assert texts(line("75.00", 200, 12, 260), line("LATTE", 0, 10, 80), line("TOTAL", 0, 40, 80)) == [
        "LATTE 75.00",
        "TOTAL",
    ]


def test_a_leaning_page_keeps_its_rows() -> None:
    page = [line(f"ITEM{n}", 0, 30 * n, 80) for n in range(5)]
    page += [line(f"{n}.00", 200, 30 * n - 9, 260) for n in range(5)]
    assert texts(*page) == [f"ITEM{n} {n}.00" for n in range(5)]


def test_boxes_above_each_other_are_never_one_row() -> None:
    assert texts(line("A", 0, 0, 80), line("B", 0, 8, 80)) == ["A", "B"]


def test_a_row_is_as_sure_as_its_weakest_part() -> None:
    (row,) = rows_of([line("TOTAL", 0, 0, 80, 0.99), line("65.00", 200, 0, 260, 0.4)])
    assert row.confidence == 0.4


def test_no_lines_make_no_rows() -> None:
    assert rows_of([]) == ()
