"""What a definition means, in words that a clinician reads: `explanation.explain`, shown as text, pages or JSON."""
