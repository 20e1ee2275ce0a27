def write_tables(builds, docs):
    pass
