"""The measurement of the wirings, which all pages share."""

from concurrent.futures import Future

from explorer.analyst.client import AnalystClient
from explorer.analyst.jobs import Jobs, Progress
from explorer.analyst.measured_wirings import MeasuredWirings


def test_the_measurement_is_made_once_and_again_only_when_asked():
    class Lab(AnalystClient):
        asked: list[Future] = []  # noqa: RUF012 (of this test alone)

        def ask(self, request, payload=b"", progress=None, **values):
            assert (request, values) == ("wirings", {})
            self.asked.append(Future())
            return self.asked[-1]

    lab_process = Lab("lab")
    measured = MeasuredWirings(Jobs(lab_process))
    assert isinstance(measured.poll(), Progress)
    assert isinstance(measured.poll(), Progress)
    lab_process.asked[0].set_result(({"seconds": 1}, b""))
    assert measured.poll() == measured.poll() == {"seconds": 1}
    assert len(lab_process.asked) == 1
    measured.again()
    assert isinstance(measured.poll(), Progress)
    assert len(lab_process.asked) == 2
