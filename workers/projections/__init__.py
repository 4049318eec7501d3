"""Events into read models: pure changes of rows, and those who apply them."""
