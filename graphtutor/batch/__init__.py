"""Many answers: submissions from files, their results, what a person decided, and what a change changed."""
