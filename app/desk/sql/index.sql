-- The index: what the faces read. Derived from the logs and the ledger; deleting it loses nothing.
-- One process writes it, the recorder. A file of another version is thrown away and built again.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value ANY
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', hex(randomblob(8)));  -- tells this index from one that was thrown away

CREATE TABLE sources (
  no         INTEGER PRIMARY KEY,
  path       TEXT NOT NULL UNIQUE,
  id         TEXT NOT NULL,
  adapter    TEXT NOT NULL,
  discipline TEXT NOT NULL,
  complete   INTEGER NOT NULL,
  salt       TEXT NOT NULL DEFAULT '',
  size       INTEGER NOT NULL DEFAULT 0,   -- when it was last read to its end
  changed    INTEGER NOT NULL DEFAULT 0,   -- its time of modification then, in ns
  tally      BLOB
) STRICT;

CREATE TABLE runs (
  no           INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  source       INTEGER NOT NULL REFERENCES sources (no),
  native_id    TEXT NOT NULL DEFAULT '',
  parent       TEXT,
  agent        TEXT NOT NULL DEFAULT '',
  adapter      TEXT NOT NULL DEFAULT '',
  model        TEXT,
  cwd          TEXT,
  title        TEXT NOT NULL DEFAULT '',
  started      REAL,
  ended        REAL,
  status       TEXT NOT NULL DEFAULT 'open',
  backlog      INTEGER NOT NULL DEFAULT 0, -- nothing of it is in the ledger
  events       INTEGER NOT NULL DEFAULT 0,
  unanswered   INTEGER NOT NULL DEFAULT 0, -- calls without a result
  confirmed    INTEGER NOT NULL DEFAULT 0,
  contradicted INTEGER NOT NULL DEFAULT 0,
  unchecked    INTEGER NOT NULL DEFAULT 0,
  findings     INTEGER NOT NULL DEFAULT 0,
  gates_failed INTEGER NOT NULL DEFAULT 0,
  worst        TEXT,
  evidence     INTEGER NOT NULL DEFAULT 0, -- grows when a claim, effect or finding changes
  revision     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_revision ON runs (revision);
CREATE INDEX runs_parent ON runs (parent) WHERE parent IS NOT NULL;

-- pos = runs.no << 32 | number of the event within its run.
CREATE TABLE events (
  pos     INTEGER PRIMARY KEY,
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL,
  time    REAL,
  call_id TEXT,
  tool    TEXT,
  status  TEXT,
  summary TEXT NOT NULL,
  source  INTEGER NOT NULL,
  unit    TEXT NOT NULL,
  start   INTEGER NOT NULL,
  length  INTEGER NOT NULL,
  line    INTEGER NOT NULL,
  digest  BLOB NOT NULL                    -- first 8 bytes of the record's SHA-256
) STRICT;
CREATE INDEX events_id ON events (id);

-- Claims, effects, discrepancies, gate results and input findings as they stand, as JSON.
CREATE TABLE results (
  run      INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  id       TEXT NOT NULL,
  code     TEXT NOT NULL,
  severity TEXT,                           -- of findings
  outcome  TEXT,
  event    TEXT,
  value    BLOB NOT NULL,
  PRIMARY KEY (run, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX results_event ON results (run, event);
CREATE INDEX results_finding ON results (run, id, kind, code, severity, outcome) WHERE severity IS NOT NULL;

-- Files that a run touched: which event to read again for the diff.
CREATE TABLE edits (
  pos     INTEGER NOT NULL,
  part    INTEGER NOT NULL,
  call_id TEXT NOT NULL,
  path    TEXT NOT NULL,
  op      TEXT NOT NULL,
  added   INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  PRIMARY KEY (pos, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE unattributed (
  id       TEXT PRIMARY KEY,
  severity TEXT NOT NULL,
  value    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What the ledger holds, by subject: entries of the desk's kinds, with their committed content where people wrote it.
CREATE TABLE entries (
  entry   INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL,
  subject TEXT NOT NULL,
  time    INTEGER NOT NULL,
  clear   BLOB NOT NULL,
  content BLOB
) STRICT;
CREATE INDEX entries_subject ON entries (subject, kind);
CREATE INDEX entries_beats ON entries (time) WHERE kind = 'heartbeat';

CREATE VIRTUAL TABLE words USING fts5 (summary, content = 'events', content_rowid = 'pos', tokenize = "unicode61 remove_diacritics 2");
