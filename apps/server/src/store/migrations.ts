// SPDX-License-Identifier: BSD-2-Clause

/** Each brings the database from the version of its index to the next. Those released never change. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE people (
    person_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name as names are compared: no two people of one role look alike on the board.
    name_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('attendee', 'instructor')),
    joined_at_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    UNIQUE (role, name_key)
  ) STRICT;

  -- A browser that is signed in, known by the hash of its cookie.
  CREATE TABLE sign_ins (
    token_hash BLOB PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    signed_in_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- The latest version of a path is what the workspace holds; a NULL content says that the file was deleted.
  -- A path without a row is the lab's starter.
  CREATE TABLE file_versions (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    lab TEXT NOT NULL,
    path TEXT NOT NULL,
    version INTEGER NOT NULL,
    saved_at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    content BLOB,
    PRIMARY KEY (person_id, lab, path, version)
  ) STRICT;

  CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    lab TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    -- A RunState of the protocol, as JSON.
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_of_workspace ON runs (person_id, lab, started_at_ms);

  CREATE TABLE check_runs (
    check_run_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    lab TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    -- A CheckRunState of the protocol, as JSON.
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX check_runs_of_workspace ON check_runs (person_id, lab, started_at_ms);

  -- Labs are open unless a row says otherwise.
  CREATE TABLE closed_labs (lab TEXT PRIMARY KEY) STRICT;
  `,
  `
  -- Solutions are locked unless a row says otherwise.
  CREATE TABLE open_solutions (lab TEXT PRIMARY KEY) STRICT;

  -- Check runs are forgotten in time; that one passed is not.
  CREATE TABLE passed_labs (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    lab TEXT NOT NULL,
    passed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (person_id, lab)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO passed_labs
    SELECT person_id, lab, min(started_at_ms) FROM check_runs WHERE state ->> '$.passed' GROUP BY person_id, lab;
  `,
];
