"""Every table in one place, for migrations: importing this module fills the metadata."""

from app.store import (
    allowances,
    approvals,
    audit,
    audit_checks,
    campaigns,
    channels,
    complaints,
    contents,
    conversations,
    enquiries,
    errands,
    events,
    figures,
    incidents,
    list_exports,
    messages,
    models,
    monitoring,
    operators,
    outcomes,
    people,
    preferences,
    replies,
    rescoring,
    rights,
    segments,
    shadow_scores,
    staff_notes,
    stops,
    tags,
    templates,
)
from app.store.base import Base

metadata = Base.metadata
MODULES = (
    *(allowances, approvals, audit, audit_checks, conversations, enquiries, events),
    *(incidents, list_exports, messages, models, operators, people, preferences, staff_notes),
    *(figures, rescoring, segments, shadow_scores, stops, tags),
    *(campaigns, channels, contents, templates),
    *(complaints, errands, replies, rights),
    *(monitoring, outcomes),
)
