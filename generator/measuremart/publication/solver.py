"""What is solved for the ends of secrets, by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.solver_extra import solver_module

_SECONDS, _SECONDS_OF_FRACTIONS = 30.0, 600.0
# What has no end is cut here: a way that goes so far is far enough.
FAR = 1e7
_PRIMAL_SIMPLEX = 4
_FEASIBLE = 2
_PRICE = 1e-6


@dataclass(frozen=True, slots=True)
class End:
    """The least value of an aim in fractions, the unknowns that give it, and which rows hold it there."""

    value: float
    way: NDArray[np.float64]
    is_holding: NDArray[np.bool_]


class Program:
    """Rows between limits over unknowns of 0 and more, solved for one aim after the other.

    HiGHS goes on from where the last aim ended, with the primal simplex method: the rows stay the same, so that the
    last way is a way for the next aim, too. That is a hundred times faster than from the start.
    """

    def __init__(self, known: Any, least: NDArray[np.float64], greatest: NDArray[np.float64]) -> None:
        self._highspy = solver_module("highspy")
        self._rows = known.tocsr()
        self._limits = (least, greatest)
        self._columns = np.arange(known.shape[1], dtype=np.int32)
        self._fractions: Any = None

    def end(self, aim: NDArray[np.float64]) -> End | None:
        """Return the least value of the aim in fractions; None where none was found in time."""
        for _ in range(2):
            # HiGHS counts the time of all aims together: one that used it up is asked again, from the start.
            solver = self._fractions or self._solver(None)
            solver.changeColsCost(len(self._columns), self._columns, aim)
            solver.run()
            if solver.getModelStatus() == self._highspy.HighsModelStatus.kOptimal:
                self._fractions = solver
                found = solver.getSolution()
                way = np.array(found.col_value)
                return End(float(aim @ way), way, np.abs(np.array(found.row_dual)) > _PRICE)
            self._fractions = None
        return None

    def whole_way(
        self, aim: NDArray[np.float64], fixed: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64] | None:
        """Return a way of whole numbers that makes the aim small; None where none was found in time.

        Unknowns that are a number in `fixed`, not nan, are that number.
        """
        solver = self._solver(fixed, aim)
        solver.run()
        if solver.getInfo().primal_solution_status != _FEASIBLE:
            return None
        return np.array(solver.getSolution().col_value)

    def _solver(self, fixed: NDArray[np.float64] | None, whole_aim: NDArray[np.float64] | None = None) -> Any:
        rows, count = self._rows, len(self._columns)
        model = self._highspy.HighsLp()
        model.num_col_, model.num_row_ = count, rows.shape[0]
        model.col_cost_ = np.zeros(count) if whole_aim is None else whole_aim
        model.col_lower_, model.col_upper_ = np.zeros(count), np.full(count, FAR)
        if fixed is not None:
            model.col_lower_ = np.where(np.isnan(fixed), 0.0, fixed)
            model.col_upper_ = np.where(np.isnan(fixed), FAR, fixed)
        model.row_lower_, model.row_upper_ = self._limits
        model.a_matrix_.format_ = self._highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = rows.indptr.astype(np.int32)
        model.a_matrix_.index_ = rows.indices.astype(np.int32)
        model.a_matrix_.value_ = rows.data
        if whole_aim is not None:
            model.integrality_ = [self._highspy.HighsVarType.kInteger] * count
        solver = self._highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 1)
        solver.setOptionValue("time_limit", _SECONDS if whole_aim is not None else _SECONDS_OF_FRACTIONS)
        if whole_aim is None:
            solver.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        solver.passModel(model)
        return solver
