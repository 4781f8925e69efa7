"""Long computations outside every request: rows with a state and a heartbeat, and workers that take them up."""
