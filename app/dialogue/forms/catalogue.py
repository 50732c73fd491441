"""Every form that a conversation may stand on, and where a new one begins."""

from app.dialogue.forms.business import BUSINESS_1
from app.dialogue.forms.personal import PERSONAL_1
from app.dialogue.schema import Branch, Forms

FORMS = Forms(
    forms=(PERSONAL_1, BUSINESS_1),
    opens="personal",
    branches=(Branch("situation", "owner", "business"),),
)
