# SPDX-License-Identifier: AGPL-3.0-or-later
"""The features as the core is given them."""

from edgewise import features
from edgewise.core.door import CORE_KINDS
from edgewise.log.kinds import Registry


def test_the_features_are_those_that_are_named() -> None:
    """Each word of NAMES is one feature, in that order, with a view of the same name."""
    loaded = features.load()
    assert tuple(feature.name for feature in loaded) == features.NAMES
    assert tuple(feature.view.name for feature in loaded) == features.NAMES


def test_every_kind_of_a_feature_has_its_view() -> None:
    """Nothing that a feature writes is left unseen, and no kind is taken twice."""
    for feature in features.load():
        assert feature.view.kinds == {kind.name for kind in feature.kinds}
    every = (*CORE_KINDS, *(kind for feature in features.load() for kind in feature.kinds))
    assert len(Registry(every).kinds) == len(every)
