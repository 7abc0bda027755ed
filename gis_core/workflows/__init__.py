"""One function a user's task: store and sources in order, then analysis, then products."""
