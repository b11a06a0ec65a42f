"""All scenes of the demo, in the order in which they start."""

from __future__ import annotations

from assure_tui.app.demo import billing, coding, support

SCENES = tuple(sorted((*support.SCENES, *coding.SCENES, *billing.SCENES), key=lambda scene: scene.start))
STRAYS = (support.STRAY,)
