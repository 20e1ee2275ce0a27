from pathlib import Path

import pytest

from hitcast.cli.options import given_paths
from hitcast.core.errors import HitcastError


@pytest.mark.parametrize("text", ["", " "])
def test_a_path_of_a_variable_that_is_not_set_is_not_the_current_folder(text: str) -> None:
    with pytest.raises(HitcastError, match="a path: is empty"):
        given_paths(["exports", text])
    assert given_paths(["exports", "."]) == [Path("exports"), Path()]
