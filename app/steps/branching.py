"""Say under which form a question was asked whose answer led to another form."""

from app.dialogue.schema import Branch, Form, Forms


def entry_of(forms: Forms, form: Form) -> Branch | None:
    """Return the branch by which a form is entered; None for the form that opens."""
    return next((branch for branch in forms.branches if branch.form == form.name), None)


def asked_under(forms: Forms, form: str, version: int, question: str) -> tuple[str, int]:
    """Return the form and version that asked; the answer that branches counts for where it led."""
    leads = any(branch.form == form and branch.question == question for branch in forms.branches)
    return (forms.opens, forms.current.version) if leads else (form, version)
