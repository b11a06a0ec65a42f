"""All scenes of the demo, in the order in which they start."""

from __future__ import annotations

from assure_tui.app.demo import coding, support

SCENES = tuple(sorted((*support.SCENES, *coding.SCENES), key=lambda scene: scene.start))
STRAYS = (support.STRAY,)
