"""The tutor: exercises as data, the lesson loop, progress, variants, and what comes back for review."""
