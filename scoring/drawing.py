"""What all drawings on pages have in common: colours, letters, and that they hold no script."""

import sys
from typing import Any, Final

import pygal

# pygal looks for plug-ins in every import of the process, in a way that Python is about to drop.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]

LOOK: Final[dict[str, Any]] = {
    "background": "transparent",
    "plot_background": "transparent",
    "foreground": "#3c4149",
    "foreground_strong": "#16181d",
    "foreground_subtle": "#d5d8de",
    "guide_stroke_color": "#e4e7ec",
    "major_guide_stroke_color": "#d5d8de",
    "font_family": 'system-ui, "PingFang SC", "Microsoft YaHei", sans-serif',
}
"""The part of a `pygal.style.Style` that pages share; each adds its series' colours and sizes."""


def drawn(chart: "pygal.Graph") -> str:
    """Draw a chart as SVG without scripts."""
    chart.add_xml_filter(_without_scripts)
    svg: str = chart.render(is_unicode=True)
    return svg


def _without_scripts(root: Any) -> Any:  # noqa: ANN401 - an element of the tree that pygal builds
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).rpartition("}")[2] == "script":
                parent.remove(child)
    return root
