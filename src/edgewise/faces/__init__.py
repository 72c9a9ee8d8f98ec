# SPDX-License-Identifier: AGPL-3.0-or-later
"""The faces: what a person sees of Edgewise, in a browser and in a terminal."""
