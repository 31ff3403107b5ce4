-- The tables of accounting.cfg, for SQLite
--
-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Kamailio's own tables with five more columns. Where they exist already, created
-- by kamdbctl, add the columns:
--
--   ALTER TABLE acc ADD COLUMN dr_reason VARCHAR(32);   -- and so on

CREATE TABLE acc (
    id INTEGER PRIMARY KEY NOT NULL,
    method VARCHAR(16) DEFAULT '' NOT NULL,
    from_tag VARCHAR(128) DEFAULT '' NOT NULL,
    to_tag VARCHAR(128) DEFAULT '' NOT NULL,
    callid VARCHAR(255) DEFAULT '' NOT NULL,
    sip_code VARCHAR(3) DEFAULT '' NOT NULL,      -- what the caller was sent
    sip_reason VARCHAR(128) DEFAULT '' NOT NULL,
    time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    dr_reason VARCHAR(32),    -- USER_REJECTED; null: answered
    dr_detail VARCHAR(32),    -- busy
    dr_trunk VARCHAR(64),     -- null: not known, or the caller cancelled
    dr_code INTEGER,          -- what the trunk sent; null: nothing
    dr_history TEXT           -- each attempt, oldest first
);

CREATE INDEX acc_callid_idx ON acc (callid);

CREATE TABLE missed_calls (
    id INTEGER PRIMARY KEY NOT NULL,
    method VARCHAR(16) DEFAULT '' NOT NULL,
    from_tag VARCHAR(128) DEFAULT '' NOT NULL,
    to_tag VARCHAR(128) DEFAULT '' NOT NULL,
    callid VARCHAR(255) DEFAULT '' NOT NULL,
    sip_code VARCHAR(3) DEFAULT '' NOT NULL,
    sip_reason VARCHAR(128) DEFAULT '' NOT NULL,
    time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    dr_reason VARCHAR(32),
    dr_detail VARCHAR(32),
    dr_trunk VARCHAR(64),
    dr_code INTEGER,
    dr_history TEXT
);

CREATE INDEX missed_calls_callid_idx ON missed_calls (callid);
