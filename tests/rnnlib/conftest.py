import numpy as np
import pytest
import torch
from hypothesis import settings

torch.set_num_threads(1)
settings.register_profile("rnnlib", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("rnnlib")


@pytest.fixture
def rng():
    return np.random.default_rng(20)
