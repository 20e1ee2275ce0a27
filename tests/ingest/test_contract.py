from pathlib import Path

from hitcast.ingest.contract import LEDGER, Column, load_contracts


def test_the_raw_tables_and_the_ledger_have_contracts() -> None:
    assert set(load_contracts()) == {
        "catalog_tracks",
        "promotion_spends",
        "tiktok_sound_days",
        "vk_stream_days",
        LEDGER,
    }


def test_every_key_day_and_sort_column_exists() -> None:
    for contract in load_contracts().values():
        names = {column.name for column in contract.columns}
        assert contract.key
        assert names >= {*contract.key, *contract.sort}
        assert contract.day_column is None or contract.day_column in contract.key


def test_a_contract_says_what_its_yaml_says(tmp_path: Path) -> None:
    folder = tmp_path / "staging" / "radio"
    folder.mkdir(parents=True)
    (folder / "_radio__sources.yml").write_text(
        """
        sources:
          - name: radio
            config: {loaded_at_query: "select '{{ env_var(\\"HOME\\") }}'"}
            tables:
              - name: plays
                config: {meta: {key: [day, song], day_column: day, sort: [song]}}
                columns:
                  - {name: day, data_type: date, config: {meta: {required: true, minimum: "2020-01-01"}}}
                  - {name: song, data_type: varchar, config: {meta: {required: true}}}
                  - {name: kind, data_type: varchar, config: {meta: {accepted_values: [A, B]}}}
                  - {name: plays, data_type: bigint, config: {meta: {minimum: 0, maximum: 9}}}
                  - {name: number, data_type: bigint, config: {meta: {stamped: true}}}
              - name: keyless
                columns: [{name: a, data_type: varchar}]
        """
    )
    contracts = load_contracts(tmp_path)
    assert list(contracts) == ["plays"]
    plays = contracts["plays"]
    assert (plays.key, plays.day_column, plays.sort) == (("day", "song"), "day", ("song",))
    assert plays.columns == (
        Column("day", "date", required=True, minimum="2020-01-01"),
        Column("song", "varchar", required=True),
        Column("kind", "varchar", accepted_values=("A", "B")),
        Column("plays", "bigint", minimum="0", maximum="9"),
        Column("number", "bigint", stamped=True),
    )
    assert plays.required == ("day", "song")
    assert "number" not in [column.name for column in plays.delivered]
    assert plays.column("number") is None
