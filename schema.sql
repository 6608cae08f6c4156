-- Postern's relational state: what is, in the order of the rooms, each table with its indexes and triggers.
-- `npm run schema` applies the sections above `schema_version` (`-- --remote` for the deployed database). While nothing is
-- released there is one, and it is changed in place: a database that was made by another text of it is not touched, and
-- `npm start` says what to do. From 1.0 on sections are append-only: never edit one that was deployed, add the next.
-- Times are epoch seconds. Lists are JSON arrays. Nothing here is a secret in clear: secrets are SHA-256 hashes or wrapped.
-- Lists of words that will grow (roles, ways to authenticate, algorithms) are checked by the code, which has them once.

-- section 1: the provider

-- authority/

-- What access rests on, and when it last changed. A revision is milliseconds, and one more than the newest at least. An
-- authority asks for what is newer than what it knows; triggers below name the columns that matter to it
-- (test/conformance/revisions.test.ts holds them against what it reads).
CREATE TABLE changes (
  subject  TEXT PRIMARY KEY,                    -- app:…, account:…, organization:…, decision:<organization>/<app>,
                                                -- resource:…, credential:…, keys:all, everything
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_by_revision ON changes (revision);
-- `INSERT INTO changed` says that a subject changed.
CREATE VIEW changed (subject) AS SELECT subject FROM changes;
CREATE TRIGGER subject_changed INSTEAD OF INSERT ON changed BEGIN
  INSERT INTO changes (subject, revision)
    SELECT NEW.subject, max(coalesce(max(revision), 0) + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER)) FROM changes WHERE true
    ON CONFLICT DO UPDATE SET revision = excluded.revision;
END;

-- The authorities that may know something: whoever changes what access rests on tells each of them.
CREATE TABLE authorities (
  name  TEXT PRIMARY KEY,                       -- of its object
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- catalog/

-- A protected API (RFC 8707), and its credentials at /introspect.
CREATE TABLE resources (
  identifier                TEXT PRIMARY KEY,   -- RFC 8707; one that starts with `/` is a path of the issuer
  name                      TEXT NOT NULL,
  signing_alg               TEXT NOT NULL DEFAULT 'ES256',
  access_token_ttl_seconds  INTEGER,            -- null: the deployment's default
  introspection_id          TEXT UNIQUE,        -- the resource's own credentials at /introspect
  introspection_secret_hash TEXT,
  created_at                INTEGER NOT NULL,
  -- which apps may register for its scopes
  open_to                   TEXT NOT NULL DEFAULT 'everyone' CHECK (open_to IN ('everyone', 'first_party')),
  usage_reported_at         INTEGER             -- null: this API never reported which scopes were used
) STRICT;
CREATE TRIGGER resource_added AFTER INSERT ON resources BEGIN
  INSERT INTO changed VALUES ('resource:' || NEW.identifier);
  INSERT INTO changed SELECT 'credential:' || NEW.introspection_id WHERE NEW.introspection_id IS NOT NULL;
END;
CREATE TRIGGER resource_changed AFTER UPDATE OF signing_alg, access_token_ttl_seconds, introspection_id, introspection_secret_hash, open_to ON resources
  WHEN (OLD.signing_alg, OLD.access_token_ttl_seconds, OLD.introspection_id, OLD.introspection_secret_hash, OLD.open_to) IS NOT (
       NEW.signing_alg, NEW.access_token_ttl_seconds, NEW.introspection_id, NEW.introspection_secret_hash, NEW.open_to) BEGIN
  INSERT INTO changed VALUES ('resource:' || NEW.identifier);
  INSERT INTO changed SELECT 'credential:' || OLD.introspection_id WHERE OLD.introspection_id IS NOT NULL;
  INSERT INTO changed SELECT 'credential:' || NEW.introspection_id WHERE NEW.introspection_id IS NOT NULL;
END;
CREATE TRIGGER resource_removed AFTER DELETE ON resources BEGIN
  INSERT INTO changed VALUES ('resource:' || OLD.identifier);
  INSERT INTO changed SELECT 'credential:' || OLD.introspection_id WHERE OLD.introspection_id IS NOT NULL;
END;

-- What apps may ask for. Each belongs to one resource.
CREATE TABLE scopes (
  name          TEXT PRIMARY KEY,               -- thing:action
  resource      TEXT NOT NULL REFERENCES resources (identifier),
  title         TEXT NOT NULL,
  description   TEXT NOT NULL,
  target        TEXT NOT NULL CHECK (target IN ('account', 'organization')),
  sensitive     INTEGER NOT NULL DEFAULT 0,
  deprecated_at INTEGER,                        -- nobody registers for it any more
  replaced_by   TEXT REFERENCES scopes (name),  -- what to register for instead
  -- which apps may register for it
  open_to       TEXT NOT NULL DEFAULT 'everyone' CHECK (open_to IN ('everyone', 'first_party'))
) STRICT;
CREATE TRIGGER scope_added AFTER INSERT ON scopes BEGIN
  INSERT INTO changed VALUES ('resource:' || NEW.resource);
END;
CREATE TRIGGER scope_changed AFTER UPDATE OF resource, target, open_to ON scopes
  WHEN (OLD.resource, OLD.target, OLD.open_to) IS NOT (
       NEW.resource, NEW.target, NEW.open_to) BEGIN
  INSERT INTO changed VALUES ('resource:' || OLD.resource);
  INSERT INTO changed VALUES ('resource:' || NEW.resource);
END;
CREATE TRIGGER scope_removed AFTER DELETE ON scopes BEGIN
  INSERT INTO changed VALUES ('resource:' || OLD.resource);
END;

-- accounts/

-- A person. The row stays when the account is erased: events, registrations and jobs name its id.
CREATE TABLE accounts (
  id                TEXT PRIMARY KEY,           -- acc_…, the `sub` of access tokens
  email             TEXT NOT NULL UNIQUE,       -- trimmed, NFC, lower-cased, its domain in A-labels
  created_at        INTEGER NOT NULL,
  suspended_at      INTEGER,
  -- of access_removals: consents of a smaller count count no more, after a suspension
  grants_count_from INTEGER NOT NULL DEFAULT 0,
  erased_at         INTEGER                     -- its address is free, and the id stands in its place
) STRICT;
CREATE TRIGGER account_changed AFTER UPDATE OF suspended_at, grants_count_from ON accounts
  WHEN (OLD.suspended_at, OLD.grants_count_from) IS NOT (
       NEW.suspended_at, NEW.grants_count_from) BEGIN
  INSERT INTO changed VALUES ('account:' || NEW.id);
END;
-- No organization stays without an owner, whatever happens at the same time: the whole batch is refused.
CREATE TRIGGER last_owner_stays BEFORE UPDATE OF erased_at ON accounts
  WHEN NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL AND EXISTS (
    SELECT 1 FROM members AS own JOIN organizations ON organizations.id = own.organization_id
     WHERE own.account_id = NEW.id AND own.role = 'owner'
       AND organizations.personal_account_id IS NULL AND organizations.closed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM members AS other
                        WHERE other.organization_id = own.organization_id AND other.role = 'owner'
                          AND other.account_id <> own.account_id)) BEGIN
  SELECT RAISE(ABORT, 'an organization would be without an owner');
END;

-- A browser in which somebody signed in.
CREATE TABLE sessions (
  id_hash      TEXT PRIMARY KEY,                -- SHA-256 of the cookie's value
  account_id   TEXT NOT NULL REFERENCES accounts (id),
  signed_in_at INTEGER NOT NULL,                -- `auth_time`
  method       TEXT NOT NULL,                   -- how: email_code | passkey | upstream
  proved_email TEXT,                            -- the address this session itself proved by our own code
  last_seen_at INTEGER NOT NULL,                -- to the hour
  expires_at   INTEGER NOT NULL,
  user_agent   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TRIGGER nobody_signs_in_after_the_end BEFORE INSERT ON sessions
  WHEN EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id AND erased_at IS NOT NULL) BEGIN
  SELECT RAISE(IGNORE);
END;

-- Development only: the mail that production sends. The outbox page reads it.
CREATE TABLE dev_outbox (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  "to"    TEXT NOT NULL,
  subject TEXT NOT NULL,
  text    TEXT NOT NULL,
  code    TEXT,
  sent_at INTEGER NOT NULL
) STRICT;

-- organizations/

-- A tenant. Every account has a personal one. The row stays when it is closed.
CREATE TABLE organizations (
  id                  TEXT PRIMARY KEY,         -- org_…
  name                TEXT NOT NULL,
  personal_account_id TEXT UNIQUE REFERENCES accounts (id),  -- set: the personal organization of this account
  policy              TEXT NOT NULL DEFAULT 'open' CHECK (policy IN ('open', 'verified', 'approved')),
  scope_ceiling       TEXT,                     -- JSON array; null: no ceiling
  created_at          INTEGER NOT NULL,
  suspended_at        INTEGER,
  slug                TEXT,                     -- in addresses; null: a personal organization
  grants_count_from   INTEGER NOT NULL DEFAULT 0,  -- the same, for what was consented to here
  closed_at           INTEGER                   -- its apps are deleted, and nobody is a member
) STRICT;
CREATE TRIGGER organization_changed AFTER UPDATE OF policy, scope_ceiling, suspended_at, grants_count_from ON organizations
  WHEN (OLD.policy, OLD.scope_ceiling, OLD.suspended_at, OLD.grants_count_from) IS NOT (
       NEW.policy, NEW.scope_ceiling, NEW.suspended_at, NEW.grants_count_from) BEGIN
  INSERT INTO changed VALUES ('organization:' || NEW.id);
END;
CREATE UNIQUE INDEX organizations_by_slug ON organizations (slug);

-- Who belongs to an organization, and as what. The roles are in `organizations/organization.ts`.
CREATE TABLE members (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  account_id      TEXT NOT NULL REFERENCES accounts (id),
  role            TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  joined_after    INTEGER NOT NULL DEFAULT 0,   -- of access_removals; earlier consents count no more
  PRIMARY KEY (organization_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_account ON members (account_id);
CREATE TRIGGER member_joined AFTER INSERT ON members BEGIN
  UPDATE members SET joined_after = (SELECT count FROM access_removals)
    WHERE organization_id = NEW.organization_id AND account_id = NEW.account_id;
  INSERT INTO changed VALUES ('account:' || NEW.account_id);
END;
CREATE TRIGGER member_counts_anew AFTER UPDATE OF joined_after ON members WHEN OLD.joined_after IS NOT NEW.joined_after BEGIN
  INSERT INTO changed VALUES ('account:' || NEW.account_id);
END;
CREATE TRIGGER member_left AFTER DELETE ON members BEGIN
  UPDATE access_removals SET count = count + 1;
  INSERT INTO changed VALUES ('account:' || OLD.account_id);
END;
-- What began before the end and writes after it: nobody joins, and nobody is signed in.
CREATE TRIGGER nobody_joins_after_the_end BEFORE INSERT ON members
  WHEN EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id AND erased_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM organizations WHERE id = NEW.organization_id AND closed_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'the account or the organization has ended');
END;

-- What an administrator decided about one app. An approval that ended is a refusal until somebody decides anew; a block
-- has no end and no ceiling.
CREATE TABLE app_decisions (
  organization_id   TEXT NOT NULL REFERENCES organizations (id),
  client_id         TEXT NOT NULL REFERENCES apps (client_id),
  decision          TEXT NOT NULL CHECK (decision IN ('approved', 'blocked')),
  scope_ceiling     TEXT,                       -- JSON array; null: no ceiling
  expires_at        INTEGER,
  note              TEXT,
  decided_by        TEXT NOT NULL,
  decided_at        INTEGER NOT NULL,
  considered_scopes TEXT NOT NULL DEFAULT '[]', -- that the app had, and whoever decided saw
  ended_at          INTEGER,                    -- when its end was acted on: access cut off, and audited
  told_scopes       TEXT NOT NULL DEFAULT '[]', -- of which its administrators had mail
  PRIMARY KEY (organization_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER decision_made AFTER INSERT ON app_decisions BEGIN
  INSERT INTO changed VALUES ('decision:' || NEW.organization_id || '/' || NEW.client_id);
END;
CREATE TRIGGER decision_changed AFTER UPDATE OF decision, scope_ceiling, expires_at ON app_decisions
  WHEN (OLD.decision, OLD.scope_ceiling, OLD.expires_at) IS NOT (
       NEW.decision, NEW.scope_ceiling, NEW.expires_at) BEGIN
  INSERT INTO changed VALUES ('decision:' || NEW.organization_id || '/' || NEW.client_id);
END;
CREATE TRIGGER decision_withdrawn AFTER DELETE ON app_decisions BEGIN
  INSERT INTO changed VALUES ('decision:' || OLD.organization_id || '/' || OLD.client_id);
END;
CREATE INDEX app_decisions_ending ON app_decisions (expires_at) WHERE expires_at IS NOT NULL AND ended_at IS NULL;
CREATE TRIGGER organization_app_decided AFTER INSERT ON app_decisions BEGIN
  INSERT INTO organization_apps (organization_id, client_id, client_name)
    SELECT NEW.organization_id, NEW.client_id, client_name FROM apps WHERE client_id = NEW.client_id
    ON CONFLICT DO NOTHING;
END;

-- An invitation works once, for one address.
CREATE TABLE invitations (
  id              TEXT PRIMARY KEY,             -- inv_…
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  email           TEXT NOT NULL,                -- spelled as in accounts; only this address can accept
  role            TEXT NOT NULL,
  token_hash      TEXT NOT NULL UNIQUE,         -- SHA-256 of what the link in the mail holds
  invited_by      TEXT NOT NULL REFERENCES accounts (id),
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  accepted_at     INTEGER,
  withdrawn_at    INTEGER                       -- by somebody, or because a newer one replaced it
) STRICT;
CREATE INDEX invitations_by_organization ON invitations (organization_id, created_at);
CREATE INDEX invitations_by_inviter ON invitations (invited_by, created_at);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
CREATE INDEX invitations_by_email ON invitations (email);

-- A member asks that an app be allowed. Once it is decided on, the row stays as it is.
CREATE TABLE access_requests (
  id              TEXT PRIMARY KEY,             -- req_…
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  client_id       TEXT NOT NULL REFERENCES apps (client_id),
  account_id      TEXT NOT NULL REFERENCES accounts (id),
  reason          TEXT NOT NULL,
  state           TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'declined')),
  created_at      INTEGER NOT NULL,
  note            TEXT,                         -- of whoever decided, for whoever asked
  decided_by      TEXT,
  decided_at      INTEGER,
  told_at         INTEGER                       -- when the decision was mailed to whoever asked
) STRICT;
CREATE UNIQUE INDEX access_requests_open ON access_requests (organization_id, client_id, account_id) WHERE state = 'open';
CREATE INDEX access_requests_untold ON access_requests (organization_id, client_id) WHERE state != 'open' AND told_at IS NULL;
CREATE INDEX access_requests_by_time ON access_requests (organization_id, created_at, id);
CREATE INDEX access_requests_by_account ON access_requests (organization_id, account_id, created_at, id);
CREATE INDEX access_requests_of_account ON access_requests (account_id);

-- apps/

-- A registration: the client.
CREATE TABLE apps (
  client_id                  TEXT PRIMARY KEY,  -- app_…, never used twice: a deleted app keeps its row
  organization_id            TEXT NOT NULL REFERENCES organizations (id),
  client_name                TEXT NOT NULL,
  redirect_uris              TEXT NOT NULL,
  grant_types                TEXT NOT NULL,
  token_endpoint_auth_method TEXT NOT NULL,
  scopes                     TEXT NOT NULL,
  optional_scopes            TEXT NOT NULL,
  client_uri                 TEXT,
  logo_uri                   TEXT,
  policy_uri                 TEXT,
  tos_uri                    TEXT,
  contacts                   TEXT NOT NULL DEFAULT '[]',
  visibility                 TEXT NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'public')),
  publisher_domain           TEXT,              -- set while the publisher is verified
  first_party                INTEGER NOT NULL DEFAULT 0,
  created_at                 INTEGER NOT NULL,
  updated_at                 INTEGER NOT NULL,
  suspended_at               INTEGER,
  deleted_at                 INTEGER,
  version                    INTEGER NOT NULL DEFAULT 1,  -- raised by each change: the ETag
  logo_hash                  TEXT,              -- of the picture we keep: /logos/<hash>
  grants_count_from          INTEGER NOT NULL DEFAULT 0,  -- the same, for what the app was given
  created_by                 TEXT               -- the account that registered it; null: a seed
) STRICT;
CREATE TRIGGER app_added AFTER INSERT ON apps BEGIN
  INSERT INTO changed VALUES ('app:' || NEW.client_id);
END;
CREATE TRIGGER app_changed AFTER UPDATE OF organization_id, redirect_uris, grant_types, token_endpoint_auth_method, scopes, optional_scopes, visibility, publisher_domain, first_party, suspended_at, deleted_at, grants_count_from ON apps
  WHEN (OLD.organization_id, OLD.redirect_uris, OLD.grant_types, OLD.token_endpoint_auth_method, OLD.scopes, OLD.optional_scopes, OLD.visibility, OLD.publisher_domain, OLD.first_party, OLD.suspended_at, OLD.deleted_at, OLD.grants_count_from) IS NOT (
       NEW.organization_id, NEW.redirect_uris, NEW.grant_types, NEW.token_endpoint_auth_method, NEW.scopes, NEW.optional_scopes, NEW.visibility, NEW.publisher_domain, NEW.first_party, NEW.suspended_at, NEW.deleted_at, NEW.grants_count_from) BEGIN
  INSERT INTO changed VALUES ('app:' || NEW.client_id);
END;
CREATE INDEX apps_by_organization ON apps (organization_id, created_at, client_id);
CREATE INDEX apps_by_logo ON apps (logo_hash) WHERE logo_hash IS NOT NULL;
CREATE INDEX apps_in_public ON apps (visibility) WHERE visibility = 'public';
CREATE INDEX apps_by_creator ON apps (created_by) WHERE deleted_at IS NULL;
CREATE TRIGGER organization_app_renamed AFTER UPDATE OF client_name ON apps WHEN OLD.client_name <> NEW.client_name BEGIN
  UPDATE organization_apps SET client_name = NEW.client_name WHERE client_id = NEW.client_id;
END;
-- What an app registers after it was approved within limits waits: the organization's log says so, once an hour at
-- most.
CREATE TRIGGER app_scopes_wait AFTER UPDATE OF scopes, optional_scopes ON apps
  WHEN OLD.scopes <> NEW.scopes OR OLD.optional_scopes <> NEW.optional_scopes BEGIN
  INSERT OR IGNORE INTO audit_events (id, event, at, organization_id, client_id, reason, organizations)
    SELECT 'evt_waiting_' || decision.organization_id || '_' || NEW.client_id || '_' || (NEW.updated_at / 3600),
           'app.scopes_waiting', NEW.updated_at, decision.organization_id, NEW.client_id,
           group_concat(scopes.name, ' '), json_array(decision.organization_id)
      FROM app_decisions AS decision
      JOIN scopes ON scopes.target = 'organization'
       AND scopes.name IN (SELECT value FROM json_each(NEW.scopes) UNION SELECT value FROM json_each(NEW.optional_scopes))
       AND scopes.name NOT IN (SELECT value FROM json_each(decision.scope_ceiling))
       AND scopes.name NOT IN (SELECT value FROM json_each(decision.considered_scopes))
     WHERE decision.client_id = NEW.client_id AND decision.decision = 'approved' AND decision.scope_ceiling IS NOT NULL
     GROUP BY decision.organization_id;
END;

-- What a confidential app authenticates with, as SHA-256.
CREATE TABLE app_secrets (
  id           TEXT PRIMARY KEY,                -- sec_…
  client_id    TEXT NOT NULL REFERENCES apps (client_id),
  name         TEXT NOT NULL,
  secret_hash  TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER,                         -- to the hour, written after the answer
  deleted_at   INTEGER
) STRICT;
CREATE TRIGGER secret_added AFTER INSERT ON app_secrets BEGIN
  INSERT INTO changed VALUES ('app:' || NEW.client_id);
END;
CREATE TRIGGER secret_changed AFTER UPDATE OF secret_hash, expires_at, deleted_at ON app_secrets
  WHEN (OLD.secret_hash, OLD.expires_at, OLD.deleted_at) IS NOT (
       NEW.secret_hash, NEW.expires_at, NEW.deleted_at) BEGIN
  INSERT INTO changed VALUES ('app:' || NEW.client_id);
END;
CREATE TRIGGER secret_removed AFTER DELETE ON app_secrets BEGIN
  INSERT INTO changed VALUES ('app:' || OLD.client_id);
END;
CREATE INDEX app_secrets_by_app ON app_secrets (client_id);

-- Pictures that developers named, fetched once and served from our own origin, named by their SHA-256.
CREATE TABLE logos (
  hash         TEXT PRIMARY KEY,
  content_type TEXT NOT NULL,
  bytes        BLOB NOT NULL,
  created_at   INTEGER NOT NULL
) STRICT;

-- The newest check of each app's publisher. What it decides is `apps.publisher_domain`.
CREATE TABLE publisher_checks (
  client_id     TEXT PRIMARY KEY REFERENCES apps (client_id),
  domain        TEXT NOT NULL,                  -- the host of client_uri when the check began
  code          TEXT NOT NULL,                  -- TXT postern-verification=<code>
  state         TEXT NOT NULL CHECK (state IN ('pending', 'verified', 'failed')),
  reason        TEXT,                           -- why it is not verified, or what was wrong at the last look
  found         TEXT NOT NULL DEFAULT '[]',     -- what stood there instead
  started_at    INTEGER NOT NULL,
  checked_at    INTEGER,
  verified_at   INTEGER,                        -- kept when the mark is lost
  next_check_at INTEGER                         -- null: only on demand
) STRICT;
CREATE INDEX publisher_checks_due ON publisher_checks (next_check_at) WHERE next_check_at IS NOT NULL;

-- A creation that is repeated under the same key within a day answers with the same app.
CREATE TABLE idempotency_keys (
  account_id   TEXT NOT NULL REFERENCES accounts (id),
  key_hash     TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  client_id    TEXT NOT NULL REFERENCES apps (client_id),
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (account_id, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

-- Tokens issued, by app, day (days since 1970-01-01, UTC) and grant type; kept 13 months.
CREATE TABLE usage_counts (
  client_id  TEXT NOT NULL,
  day        INTEGER NOT NULL,
  grant_type TEXT NOT NULL,
  tokens     INTEGER NOT NULL,
  PRIMARY KEY (client_id, day, grant_type)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_counts_by_day ON usage_counts (day);

-- What a ledger delivered already, so that a delivery that is repeated counts once.
CREATE TABLE usage_deliveries (
  id           TEXT PRIMARY KEY,
  delivered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_deliveries_by_time ON usage_deliveries (delivered_at);

-- The refusals of an app's own token requests, for its developer: the rule, never a value. The newest of each reason
-- are kept.
CREATE TABLE token_errors (
  id         INTEGER PRIMARY KEY,
  client_id  TEXT NOT NULL,
  at         INTEGER NOT NULL,
  grant_type TEXT,
  error      TEXT NOT NULL,
  reason     TEXT NOT NULL
) STRICT;
CREATE INDEX token_errors_by_client ON token_errors (client_id, id);
CREATE INDEX token_errors_by_reason ON token_errors (client_id, reason, id);

-- Refusals that whoever knows a client_id can cause: counted by day, beside the errors of the app itself.
CREATE TABLE refusal_counts (
  client_id TEXT NOT NULL,
  day       INTEGER NOT NULL,                   -- days since 1970-01-01, UTC
  endpoint  TEXT NOT NULL,
  reason    TEXT NOT NULL,                      -- the rule, never a value
  error     TEXT NOT NULL,                      -- the code that was answered
  count     INTEGER NOT NULL,
  last_at   INTEGER NOT NULL,
  PRIMARY KEY (client_id, day, endpoint, reason)
) STRICT, WITHOUT ROWID;
CREATE INDEX refusal_counts_by_day ON refusal_counts (day);

-- keys/

-- Public keys. The private ones are in their objects.
CREATE TABLE signing_keys (
  kid             TEXT PRIMARY KEY,
  alg             TEXT NOT NULL,
  shard           TEXT NOT NULL,
  public_jwk      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  signs_from      INTEGER NOT NULL,             -- published before it signs
  retired_at      INTEGER,                      -- stopped signing
  published_until INTEGER,                      -- set at retirement: the last token it signed has expired
  withdrawn_at    INTEGER                       -- compromised: out of the JWKS, its tokens are inactive
) STRICT;
CREATE TRIGGER key_added AFTER INSERT ON signing_keys BEGIN
  INSERT INTO changed VALUES ('keys:all');
END;
CREATE TRIGGER key_withdrawn AFTER UPDATE OF withdrawn_at ON signing_keys
  WHEN (OLD.withdrawn_at) IS NOT (
       NEW.withdrawn_at) BEGIN
  INSERT INTO changed VALUES ('keys:all');
END;
CREATE TRIGGER key_removed AFTER DELETE ON signing_keys BEGIN
  INSERT INTO changed VALUES ('keys:all');
END;

-- ledger/: projections, which decide nothing

-- What the ledgers say, for sorting, search, counts and jobs. Decides nothing.
CREATE TABLE grant_index (
  grant_id      TEXT PRIMARY KEY,
  account_id    TEXT NOT NULL,
  client_id     TEXT NOT NULL,
  resource      TEXT NOT NULL,
  scopes        TEXT NOT NULL,
  organizations TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
  version       INTEGER NOT NULL,               -- a projection never goes back to an older version
  created_at    INTEGER NOT NULL,
  last_used_at  INTEGER NOT NULL,
  revoked_at    INTEGER,
  user_agent    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX grant_index_by_account ON grant_index (account_id, client_id);
CREATE INDEX grant_index_by_client ON grant_index (client_id, state);

-- Living grants by the organizations that they name: a projection like grant_index, written with it. Decides nothing.
CREATE TABLE organization_grants (
  organization_id TEXT NOT NULL,
  client_id       TEXT NOT NULL,
  account_id      TEXT NOT NULL,
  grant_id        TEXT NOT NULL,
  scopes          TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  last_used_at    INTEGER NOT NULL,
  PRIMARY KEY (organization_id, client_id, account_id, grant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX organization_grants_by_grant ON organization_grants (grant_id);
CREATE INDEX organization_grants_by_account ON organization_grants (organization_id, account_id);
CREATE INDEX organization_grants_by_use ON organization_grants (organization_id, client_id, last_used_at DESC, grant_id);
CREATE TRIGGER organization_app_granted AFTER INSERT ON organization_grants BEGIN
  INSERT INTO organization_apps (organization_id, client_id, client_name)
    SELECT NEW.organization_id, NEW.client_id, client_name FROM apps WHERE client_id = NEW.client_id
    ON CONFLICT DO NOTHING;
  INSERT INTO organization_app_scopes (organization_id, client_id, scope, grants)
    SELECT NEW.organization_id, NEW.client_id, value, 1 FROM json_each(NEW.scopes) WHERE true
    ON CONFLICT DO UPDATE SET grants = grants + 1;
  UPDATE organization_apps SET
      grants = grants + 1,
      people = people + NOT EXISTS (
        SELECT 1 FROM organization_grants AS other
         WHERE other.organization_id = NEW.organization_id AND other.client_id = NEW.client_id
           AND other.account_id = NEW.account_id AND other.grant_id <> NEW.grant_id),
      scopes = (SELECT json_group_array(scope) FROM organization_app_scopes AS granted
                 WHERE granted.organization_id = NEW.organization_id AND granted.client_id = NEW.client_id),
      first_granted_at = min(coalesce(first_granted_at, NEW.created_at), NEW.created_at),
      last_used_at = max(last_used_at, NEW.last_used_at)
    WHERE organization_id = NEW.organization_id AND client_id = NEW.client_id;
END;
CREATE TRIGGER organization_app_used AFTER UPDATE OF last_used_at ON organization_grants BEGIN
  UPDATE organization_apps SET last_used_at = max(last_used_at, NEW.last_used_at)
    WHERE organization_id = NEW.organization_id AND client_id = NEW.client_id;
END;
CREATE TRIGGER organization_app_narrowed AFTER UPDATE OF scopes ON organization_grants WHEN OLD.scopes <> NEW.scopes BEGIN
  UPDATE organization_app_scopes SET grants = grants - 1
    WHERE organization_id = OLD.organization_id AND client_id = OLD.client_id
      AND scope IN (SELECT value FROM json_each(OLD.scopes));
  INSERT INTO organization_app_scopes (organization_id, client_id, scope, grants)
    SELECT NEW.organization_id, NEW.client_id, value, 1 FROM json_each(NEW.scopes) WHERE true
    ON CONFLICT DO UPDATE SET grants = grants + 1;
  DELETE FROM organization_app_scopes
    WHERE organization_id = OLD.organization_id AND client_id = OLD.client_id AND grants = 0;
  UPDATE organization_apps SET
      scopes = (SELECT json_group_array(scope) FROM organization_app_scopes AS granted
                 WHERE granted.organization_id = NEW.organization_id AND granted.client_id = NEW.client_id)
    WHERE organization_id = NEW.organization_id AND client_id = NEW.client_id;
END;
CREATE TRIGGER organization_app_ended AFTER DELETE ON organization_grants BEGIN
  UPDATE organization_app_scopes SET grants = grants - 1
    WHERE organization_id = OLD.organization_id AND client_id = OLD.client_id
      AND scope IN (SELECT value FROM json_each(OLD.scopes));
  DELETE FROM organization_app_scopes
    WHERE organization_id = OLD.organization_id AND client_id = OLD.client_id AND grants = 0;
  UPDATE organization_apps SET
      grants = grants - 1,
      people = people - NOT EXISTS (
        SELECT 1 FROM organization_grants AS other
         WHERE other.organization_id = OLD.organization_id AND other.client_id = OLD.client_id
           AND other.account_id = OLD.account_id),
      scopes = (SELECT json_group_array(scope) FROM organization_app_scopes AS granted
                 WHERE granted.organization_id = OLD.organization_id AND granted.client_id = OLD.client_id)
    WHERE organization_id = OLD.organization_id AND client_id = OLD.client_id;
END;

-- One row for each app that reaches an organization, or that it decided on: counted by triggers, so that an inventory
-- of 10,000 grants is read in as many rows as it shows.
CREATE TABLE organization_apps (
  organization_id  TEXT NOT NULL,
  client_id        TEXT NOT NULL,
  client_name      TEXT NOT NULL COLLATE NOCASE,  -- follows apps
  grants           INTEGER NOT NULL DEFAULT 0,  -- living
  people           INTEGER NOT NULL DEFAULT 0,  -- who gave them
  scopes           TEXT NOT NULL DEFAULT '[]',  -- of living grants
  scope_uses       TEXT NOT NULL DEFAULT '{}',  -- scope: when an API last reported its use
  first_granted_at INTEGER,                     -- null: decided on before anybody connected it
  last_used_at     INTEGER NOT NULL DEFAULT 0,  -- 0: never
  PRIMARY KEY (organization_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX organization_apps_by_name ON organization_apps (organization_id, client_name, client_id);
CREATE INDEX organization_apps_by_people ON organization_apps (organization_id, people DESC, client_id);
CREATE INDEX organization_apps_by_use ON organization_apps (organization_id, last_used_at DESC, client_id);
CREATE INDEX organization_apps_by_client ON organization_apps (client_id);

-- How many living grants of an app have each scope.
CREATE TABLE organization_app_scopes (
  organization_id TEXT NOT NULL,
  client_id       TEXT NOT NULL,
  scope           TEXT NOT NULL,
  grants          INTEGER NOT NULL,
  PRIMARY KEY (organization_id, client_id, scope)
) STRICT, WITHOUT ROWID;

-- revocation/

-- How often access was taken away so far. A consent remembers the count at which it was allowed; a removal is one more,
-- and concerns exactly the consents of a smaller count: seconds cannot order what happens within one.
CREATE TABLE access_removals (count INTEGER NOT NULL) STRICT;

-- The last removal of an app from an organization. A consent from before gives no access there again, whatever is
-- decided later.
CREATE TABLE app_cut_offs (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  client_id       TEXT NOT NULL REFERENCES apps (client_id),
  cut_by          TEXT,                         -- cut_…: the batch that wrote it last
  removal         INTEGER NOT NULL DEFAULT 1,   -- of access_removals
  PRIMARY KEY (organization_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER app_cut_off AFTER INSERT ON app_cut_offs BEGIN
  INSERT INTO changed VALUES ('decision:' || NEW.organization_id || '/' || NEW.client_id);
END;
CREATE TRIGGER app_cut_off_again AFTER UPDATE OF removal ON app_cut_offs
  WHEN (OLD.removal) IS NOT (
       NEW.removal) BEGIN
  INSERT INTO changed VALUES ('decision:' || NEW.organization_id || '/' || NEW.client_id);
END;
CREATE INDEX app_cut_offs_by_batch ON app_cut_offs (cut_by);

-- Token Status List indexes (draft-ietf-oauth-status-list): one for each generation of a grant. The access tokens of a
-- generation die together; the next is here at once. Never used twice: list = id / 131072, idx = id % 131072.
CREATE TABLE token_statuses (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  grant_id        TEXT NOT NULL,
  account_id      TEXT NOT NULL,
  client_id       TEXT NOT NULL,
  organizations   TEXT NOT NULL,                -- that access tokens of this generation may carry
  scopes          TEXT NOT NULL,
  version         INTEGER NOT NULL,             -- of the grant
  invalid_at      INTEGER,
  ended_by        TEXT,                         -- cut_…: the batch that ended it and made its successor
  consented_after INTEGER NOT NULL DEFAULT 0    -- of access_removals, when the grant was given
) STRICT;
CREATE UNIQUE INDEX token_statuses_living ON token_statuses (grant_id) WHERE invalid_at IS NULL;
CREATE INDEX token_statuses_by_client ON token_statuses (client_id) WHERE invalid_at IS NULL;
CREATE INDEX token_statuses_by_account ON token_statuses (account_id) WHERE invalid_at IS NULL;
CREATE INDEX token_statuses_invalid ON token_statuses (id) WHERE invalid_at IS NOT NULL;
CREATE INDEX token_statuses_by_end ON token_statuses (ended_by) WHERE ended_by IS NOT NULL;
CREATE TRIGGER token_status_narrowed AFTER UPDATE OF organizations ON token_statuses WHEN NEW.invalid_at IS NULL BEGIN
  DELETE FROM organization_statuses
    WHERE status_id = NEW.id AND organization_id NOT IN (SELECT value FROM json_each(NEW.organizations));
END;
CREATE TRIGGER token_status_ended AFTER UPDATE OF invalid_at ON token_statuses BEGIN
  DELETE FROM organization_statuses WHERE status_id = NEW.id;
END;
CREATE TRIGGER token_status_began AFTER INSERT ON token_statuses WHEN NEW.invalid_at IS NULL BEGIN
  INSERT INTO organization_statuses (organization_id, client_id, status_id, consented_after)
    SELECT value, NEW.client_id, NEW.id, NEW.consented_after FROM json_each(NEW.organizations);
END;

-- The living ones by organization, kept by the triggers of token_statuses.
CREATE TABLE organization_statuses (
  organization_id TEXT NOT NULL,
  client_id       TEXT NOT NULL,
  status_id       INTEGER NOT NULL,
  consented_after INTEGER NOT NULL DEFAULT 0,   -- of access_removals
  PRIMARY KEY (organization_id, client_id, status_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX organization_statuses_by_status ON organization_statuses (status_id);

-- Ending the access of many grants: the decision holds at once, a Workflow cleans up behind it.
CREATE TABLE cut_off_jobs (
  id              TEXT PRIMARY KEY,             -- job_…
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  client_id       TEXT,                         -- of this app, or
  account_id      TEXT,                         -- of this person
  cause           TEXT NOT NULL,                -- the name of the audit event that asked for it
  requested_by    TEXT,                         -- null: nobody; a time limit, or a lost mark
  created_at      INTEGER NOT NULL,
  total           INTEGER NOT NULL,             -- grants to look at when it began
  done            INTEGER NOT NULL DEFAULT 0,
  cursor          INTEGER NOT NULL DEFAULT 0,   -- the last status looked at
  instance        INTEGER NOT NULL DEFAULT 0,   -- how often it was woken
  progressed_at   INTEGER NOT NULL,
  finished_at     INTEGER,
  removal         INTEGER NOT NULL DEFAULT 1,   -- of access_removals; earlier consents are concerned
  -- access of an app or a person; a whole organization; an account
  ends            TEXT NOT NULL DEFAULT 'access' CHECK (ends IN ('access', 'organization', 'account'))
) STRICT;
CREATE INDEX cut_off_jobs_by_organization ON cut_off_jobs (organization_id, created_at DESC);
CREATE INDEX cut_off_jobs_unfinished ON cut_off_jobs (progressed_at) WHERE finished_at IS NULL;

-- audit/

-- Append-only. The id is made where the event happens, so a repeated delivery is the same row.
CREATE TABLE audit_events (
  id              TEXT PRIMARY KEY,
  event           TEXT NOT NULL,
  at              INTEGER NOT NULL,
  actor           TEXT,
  organization_id TEXT,
  client_id       TEXT,
  grant_id        TEXT,
  account_id      TEXT,
  address         TEXT,
  reason          TEXT,
  organizations   TEXT NOT NULL DEFAULT '[]',   -- whose logs show it: of the organization, or those that a grant names
  limits          TEXT                          -- of approvals and policies: JSON {"scopeCeiling": …, "expiresAt": …}
) STRICT;
CREATE INDEX audit_events_by_time ON audit_events (at, id);
CREATE INDEX audit_events_by_client ON audit_events (client_id, at);
CREATE INDEX audit_events_by_actor ON audit_events (actor, at) WHERE actor IS NOT NULL;
CREATE INDEX audit_events_by_account ON audit_events (account_id, at) WHERE account_id IS NOT NULL;
CREATE INDEX audit_events_of_invitations ON audit_events (reason) WHERE event IN ('invitation.created', 'invitation.withdrawn');
CREATE TRIGGER organization_event_follows AFTER INSERT ON audit_events BEGIN
  INSERT INTO organization_events (organization_id, at, event_id, event, client_id, account_id, actor)
    SELECT value, NEW.at, NEW.id, NEW.event, NEW.client_id, NEW.account_id, NEW.actor FROM json_each(NEW.organizations);
END;

-- The events that concern an organization: those of its own, and those of grants that name it.
CREATE TABLE organization_events (
  organization_id TEXT NOT NULL,
  at              INTEGER NOT NULL,
  event_id        TEXT NOT NULL,
  event           TEXT NOT NULL,
  client_id       TEXT,
  account_id      TEXT,
  actor           TEXT,
  PRIMARY KEY (organization_id, at, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX organization_events_by_client ON organization_events (organization_id, client_id, at);
CREATE INDEX organization_events_by_account ON organization_events (organization_id, account_id, at);
CREATE INDEX organization_events_by_event ON organization_events (organization_id, event, at);
CREATE INDEX organization_events_by_time ON organization_events (at);
CREATE TRIGGER webhook_delivery_follows AFTER INSERT ON organization_events BEGIN
  INSERT INTO webhook_deliveries (webhook_id, event_id, due_at, created_at)
    SELECT id, NEW.event_id, NEW.at, NEW.at FROM webhooks
     WHERE organization_id = NEW.organization_id
       AND (events IS NULL OR EXISTS (SELECT 1 FROM json_each(events) WHERE value = NEW.event));
END;

-- webhooks/

-- Where an organization is told what happens. Address and secret are wrapped.
CREATE TABLE webhooks (
  id              TEXT PRIMARY KEY,             -- whk_…
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  url             TEXT NOT NULL,
  events          TEXT,                         -- JSON array of names; null: every event
  secret          TEXT NOT NULL,                -- wrapped; its value was shown once
  created_at      INTEGER NOT NULL,
  -- unconfirmed: no challenge was answered yet; disabled: failed too often in a row
  state           TEXT NOT NULL DEFAULT 'unconfirmed' CHECK (state IN ('unconfirmed', 'enabled', 'disabled')),
  problem         TEXT,                         -- what was wrong with the answer to the last challenge
  failures        INTEGER NOT NULL DEFAULT 0,   -- attempts that failed in a row, of all deliveries
  failing_since   INTEGER,                      -- when the first of them failed
  -- sign until their own end: JSON array of {"secret": wrapped, "until": …}
  former_secrets  TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX webhooks_by_organization ON webhooks (organization_id, created_at, id);

-- One event for one webhook. Written by the trigger, carried by the queue, and put back when the queue lost it; taken
-- in turn over the webhooks that have some.
CREATE TABLE webhook_deliveries (
  webhook_id   TEXT NOT NULL,
  event_id     TEXT NOT NULL,
  state        TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts     INTEGER NOT NULL DEFAULT 0,      -- all that ever began; a message in the queue names the next one
  failures     INTEGER NOT NULL DEFAULT 0,      -- since it was written, or sent again by somebody
  due_at       INTEGER NOT NULL,                -- when it is put into the queue, if nothing happens before
  created_at   INTEGER NOT NULL,
  attempted_at INTEGER,
  status       INTEGER,                         -- of the last answer
  reason       TEXT,                            -- why the last attempt failed
  PRIMARY KEY (webhook_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, created_at, event_id);
CREATE INDEX webhook_deliveries_failing ON webhook_deliveries (webhook_id) WHERE state != 'delivered' AND failures > 0;
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE state = 'waiting';

-- How many POSTs an organization's webhooks made in the present minute, challenges among them.
CREATE TABLE webhook_posts (
  organization_id TEXT PRIMARY KEY,
  minute          INTEGER NOT NULL,             -- epoch seconds / 60
  posts           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- dashboard/operator/

-- When the schedule last came to its end.
CREATE TABLE scheduled_runs (
  name        TEXT PRIMARY KEY,
  finished_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a deployment begins with. Our own API is a resource like any other; first-party apps belong to the operators.

INSERT INTO changed VALUES ('everything');
INSERT INTO access_removals (count) VALUES (1);
INSERT INTO resources (identifier, name, created_at) VALUES ('/api/v1', 'Postern dashboard API', unixepoch());
INSERT INTO scopes (name, resource, title, description, target, sensitive, open_to) VALUES
  ('apps:read', '/api/v1', 'See apps', 'See the apps of your organizations and their settings.', 'organization', 0, 'everyone'),
  ('apps:write', '/api/v1', 'Manage apps', 'Register, change and delete apps of your organizations.', 'organization', 1, 'everyone'),
  ('secrets:write', '/api/v1', 'Manage app secrets', 'Create and delete the secrets that apps sign in with.', 'organization', 1, 'everyone'),
  ('grants:read', '/api/v1', 'See connected apps', 'See which apps you allowed, and what they may do.', 'account', 0, 'everyone'),
  ('grants:write', '/api/v1', 'Manage connected apps', 'Take back or narrow what you allowed to apps.', 'account', 1, 'everyone'),
  ('organizations:read', '/api/v1', 'See organizations', 'See the members of your organizations, and which apps they decided on.', 'organization', 0, 'everyone'),
  ('organizations:write', '/api/v1', 'Manage organizations', 'Change the names and settings of your organizations.', 'organization', 1, 'everyone'),
  ('audit:read', '/api/v1', 'Read the audit log', 'See who did what with apps, members and decisions of your organizations.', 'organization', 1, 'everyone'),
  ('webhooks:write', '/api/v1', 'Send the audit log elsewhere', 'Create, change and delete the webhooks that tell other systems what happens in your organizations.', 'organization', 1, 'everyone'),
  ('members:write', '/api/v1', 'Manage members', 'Invite, change and remove members of your organizations, but no owners and administrators.', 'organization', 1, 'everyone'),
  ('decisions:write', '/api/v1', 'Decide about apps', 'Approve and block apps in your organizations.', 'organization', 1, 'first_party'),
  ('policy:write', '/api/v1', 'Change the app policy', 'Change which apps may reach your organizations where nobody decided.', 'organization', 1, 'first_party');
INSERT INTO organizations (id, name, created_at) VALUES ('org_operators', 'Operators', unixepoch());
INSERT INTO apps (client_id, organization_id, client_name, redirect_uris, grant_types, token_endpoint_auth_method,
  scopes, optional_scopes, visibility, first_party, created_at, updated_at)
VALUES ('postern-cli', 'org_operators', 'Postern command line',
  '["http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost/callback"]',
  '["authorization_code", "refresh_token"]', 'none',
  '["apps:read"]',
  '["apps:write", "secrets:write", "grants:read", "grants:write", "organizations:read", "organizations:write", "members:write", "decisions:write", "policy:write", "audit:read", "webhooks:write"]',
  'public', 1, unixepoch(), unixepoch());

-- The newest section that was applied, and the fingerprint of the first one as it was then.
CREATE TABLE schema_version (version INTEGER NOT NULL, fingerprint TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO schema_version (version) VALUES (1);
