"""The parts of benches/load/run: Python's standard library alone."""
