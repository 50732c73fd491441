"""What forms of the console share: their library's own words, in Chinese."""

from flask_wtf import FlaskForm


class ChineseForm(FlaskForm):
    """A form whose faults are told in Chinese wherever nothing better is said."""

    class Meta(FlaskForm.Meta):
        """The catalogue that WTForms carries."""

        locales = ("zh",)
