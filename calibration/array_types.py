"""The array types that the signatures of this package speak of."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
ScoreArray = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]
