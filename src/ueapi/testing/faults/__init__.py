"""What every backend promises while things go wrong.

The kit puts a line between the backend and its simulator and lets chosen requests fail, on virtual time: a day of
trouble takes a second. Each test states one promise; when it fails, the message says what to change in the backend.
"""

from ueapi.testing.faults.answers import AnswersConformance
from ueapi.testing.faults.credentials import CredentialsConformance
from ueapi.testing.faults.fields import FieldsConformance
from ueapi.testing.faults.moments import MomentsConformance
from ueapi.testing.faults.pages import PagesConformance
from ueapi.testing.faults.refusals import RefusalsConformance


class FaultsConformance(
    RefusalsConformance,
    AnswersConformance,
    CredentialsConformance,
    PagesConformance,
    FieldsConformance,
    MomentsConformance,
):
    """Every fault, for every operation the sheet offers; what it refuses has to stay refused, without a request.

    A test that can't apply, such as one about credentials that end where none do, is skipped and says why.
    """

    facet = "faults"


__all__ = ["FaultsConformance"]
