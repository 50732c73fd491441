"""Whether a campaign can still go to everybody at once: to a whole tag of the account."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, Uuid, any_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from app.store.campaigns import CampaignEvent, CampaignRecipient
from app.store.people import Person

AS_LISTS = "as_lists"
"""The act in a campaign's history after which it goes as lists, whatever tag it names."""
_PEOPLE = bindparam("people", type_=ARRAY(Uuid))


def list_untouched(session: Session, campaign_id: int) -> Sequence[uuid.UUID]:
    """List everybody in a campaign while all of them wait; nobody once anything has happened."""
    ours = CampaignRecipient.campaign_id == campaign_id
    touched = exists().where(
        ours, or_(CampaignRecipient.state != "queued", CampaignRecipient.not_before.is_not(None))
    )
    as_lists = exists().where(
        CampaignEvent.campaign_id == campaign_id, CampaignEvent.act == AS_LISTS
    )
    if session.scalar(select(or_(touched, as_lists))):
        return ()
    return session.scalars(select(CampaignRecipient.person_id).where(ours)).all()


def indexes(session: Session, people: Collection[uuid.UUID]) -> set[bytes]:
    """Return the keyed indexes of people's openids."""
    found = session.scalars(
        select(Person.openid_index).where(Person.id == any_(_PEOPLE)), {"people": list(people)}
    )
    return {one for one in found if one is not None}
