-- What people left on the desk, and what cannot be derived again. Every write is on the disk before it returns.

CREATE TABLE drafts (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
  run     TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (run, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE looked (
  run      TEXT PRIMARY KEY,
  evidence INTEGER NOT NULL,  -- state of the run's evidence when it was last looked at
  time     REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE history (         -- how long each log was when its root was first watched: what stands before is history
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE roots (
  path TEXT PRIMARY KEY,
  time REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE wanted (          -- runs of the history that were opened and shall be recorded
  run TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
