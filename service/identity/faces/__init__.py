"""Faces: finding and comparing them behind a port, the head-turn challenge, and the decision."""
