"""What the location models are given: faults are named in both languages."""

import numpy as np
import pytest
from scipy import sparse

from gis.errors import InputError
from gis.siting.given import (
    read_cost,
    read_count,
    read_limits,
    read_reach,
    read_share,
    read_sites,
    read_weights,
)


def test_dense_and_sparse_reach_are_one():
    dense = np.array([[1, 0, 1], [0, 0, 0]])
    forms = [dense, dense.astype(bool), sparse.csc_array(dense), sparse.coo_matrix(dense * 1.0)]
    for form in forms:
        read = read_reach(form)
        assert (read.toarray() == dense).all()
        assert read.nnz == 2


def test_a_stored_zero_of_cost_is_a_cost_and_inf_is_none():
    stored = sparse.csr_array((np.array([0.0, 5.0, np.inf]), ([0, 0, 1], [0, 1, 1])), shape=(2, 2))
    read = read_cost(stored)
    assert read.indices.tolist() == [0, 1]
    assert read.data.tolist() == [0.0, 5.0]
    dense = read_cost(np.array([[0.0, 5.0], [np.inf, np.inf]]))
    assert (dense.indptr == read.indptr).all()
    assert (dense.data == read.data).all()


def test_what_the_caller_gave_stays_as_it_was():
    given = sparse.csr_array(np.array([[0.0, 2.0], [np.inf, 1.0]]))
    before = given.toarray()
    read_cost(given)
    read_reach(sparse.csr_array(np.eye(2)))
    assert (given.toarray() == before).all()


@pytest.mark.parametrize(
    ("call", "chinese", "english"),
    [
        (lambda: read_reach([[1, 2]]), "第 0 行第 1 列（从 0 数）为 2", "row 0, column 1"),
        (lambda: read_reach([1, 0]), "形状 (2,)", "has the shape (2,)"),
        (lambda: read_reach([["a"]]), "类型", "the type"),
        (lambda: read_reach([[np.nan]]), "为 nan", "holds nan"),
        (lambda: read_cost([[1, np.nan]]), "第 0 行第 1 列（从 0 数）为 nan", "write inf"),
        (lambda: read_cost([[-1.0]]), "-1.0", "-1.0"),
        (
            lambda: read_weights([1, -2], 2),
            "第 1 个（从 0 数）为 -2.0",
            "number 1 (from 0) is -2.0",
        ),
        (lambda: read_weights([1, np.inf], 2), "为 inf", "is inf"),
        (lambda: read_weights([1], 2), "需要 2 个", "(2,) is needed"),
        (lambda: read_weights(["x"], 1), "不是数", "no number"),
        (lambda: read_sites(3, existing=[3]), "0 至 2", "from 0 to 2"),
        (lambda: read_sites(3, existing=[0.5]), "0.5", "0.5"),
        (lambda: read_sites(3, existing=[1], required=[1]), "都有位置 1", "both hold"),
        (lambda: read_sites(3, may_close=[1]), "不在 existing", "not among existing"),
        (lambda: read_sites(0, existing=[0]), "没有任何候选列", "there are no columns"),
        (lambda: read_count(-1, read_sites(3)), "现为 -1", "is -1"),
        (lambda: read_count(1.5, read_sites(3)), "1.5", "1.5"),
        (lambda: read_count(3, read_sites(3, forbidden=[0])), "只有 2 个", "only 2 candidates"),
        (lambda: read_count(1, read_sites(3, required=[0, 1])), "必选的就有 2", "2 are required"),
        (lambda: read_share(1.2), "1.2", "1.2"),
        (lambda: read_limits(-1, 0), "time_limit", "time_limit"),
        (lambda: read_limits(None, float("nan")), "gap", "gap"),
    ],
)
def test_faults_are_named(call, chinese, english):
    with pytest.raises(InputError) as caught:
        call()
    assert chinese in caught.value.text("zh")
    assert english in caught.value.text("en")
