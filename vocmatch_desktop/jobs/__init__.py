"""Job and Live, progress and cancel, and the two worker processes that run them."""
