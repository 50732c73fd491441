"""Send campaigns: the only holder of the sending ports beside `app/services/delivery.py`.

Rows first: every person and every list is written down as leaving, and committed, before the call.
What the call's end never told is unknown and stays so until the platform itself tells.
"""

from app.services.broadcasting.callbacks import match_ends, reconcile_mass
from app.services.broadcasting.governor import govern
from app.services.broadcasting.rounds import Round, send_batch_due, send_batches

__all__ = ["Round", "govern", "match_ends", "reconcile_mass", "send_batch_due", "send_batches"]
