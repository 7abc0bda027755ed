"""Village survey sheets and the totals reported beside them."""
