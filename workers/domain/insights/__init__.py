"""What is remarkable in an owner's spending, and what will probably be spent. Pure, and the same in any order."""
