"""The parts of a run's page that go on by themselves: the page mounts them, the live route sends their newest."""
