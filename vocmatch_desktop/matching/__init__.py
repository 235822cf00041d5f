"""How a take and a beat go together: shortlist, alignment, score, explanation."""
