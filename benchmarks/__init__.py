"""How fast the SQL is, against bare scans, other engines and itself at other sizes: `make bench ROWS=71000000`."""
