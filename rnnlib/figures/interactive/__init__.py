"""Figures a reader can move, in Jupyter and on the static page alike."""

from rnnlib.figures.interactive.attention_map import AttentionMap
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.interactive.chunk_reach import ChunkReach
from rnnlib.figures.interactive.clipped_descent import ClippedDescent
from rnnlib.figures.interactive.dragged_eigenvalues import DraggedEigenvalues
from rnnlib.figures.interactive.four_paths import FourPaths
from rnnlib.figures.interactive.gate_board import GateBoard
from rnnlib.figures.interactive.gradient_map import GradientMap
from rnnlib.figures.interactive.landing_craft import LandingCraft
from rnnlib.figures.interactive.loss_cliff import LossCliff
from rnnlib.figures.interactive.memory_budget import MemoryBudget
from rnnlib.figures.interactive.message_in_time import MessageInTime
from rnnlib.figures.interactive.newton_sweeps import NewtonSweeps
from rnnlib.figures.interactive.padded_states import PaddedStates
from rnnlib.figures.interactive.product_spectrum import ProductSpectrum
from rnnlib.figures.interactive.reach_log import ReachLog
from rnnlib.figures.interactive.recalled_input import RecalledInput
from rnnlib.figures.interactive.scan_tree import ScanTree
from rnnlib.figures.interactive.speller_speaks import SpellerSpeaks
from rnnlib.figures.interactive.telephone_game import TelephoneGame
from rnnlib.figures.interactive.three_checks import ThreeChecks
from rnnlib.figures.interactive.two_modes import TwoModes
from rnnlib.figures.interactive.units_over_text import UnitsOverText
from rnnlib.figures.interactive.unrolled_network import UnrolledNetwork
from rnnlib.figures.interactive.whispering_chain import WhisperingChain
from rnnlib.figures.interactive.window_or_state import WindowOrState

__all__ = [
    "AttentionMap",
    "ChunkReach",
    "ClippedDescent",
    "DraggedEigenvalues",
    "FourPaths",
    "GateBoard",
    "GradientMap",
    "InteractiveFigure",
    "LandingCraft",
    "LossCliff",
    "MemoryBudget",
    "MessageInTime",
    "NewtonSweeps",
    "PaddedStates",
    "ProductSpectrum",
    "ReachLog",
    "RecalledInput",
    "ScanTree",
    "SpellerSpeaks",
    "TelephoneGame",
    "ThreeChecks",
    "TwoModes",
    "UnitsOverText",
    "UnrolledNetwork",
    "WhisperingChain",
    "WindowOrState",
]
