import { readFileSync } from 'node:fs'
import { constants, DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'

// By a name in a variable: what it imports is typed for workerd, and this runs in Node.
const FACTS_STORE = '../../src/authority/facts-store.ts'
const { FACTS_SQL } = (await import(FACTS_STORE)) as { FACTS_SQL: Record<string, string> }

// A column that an authority reads and whose change it is not told of would go on being believed. Each is changed here
// for real: either a subject is newer after it, or it stands below with its reason.
const EXCEPTIONS: Record<string, string> = {
  'accounts.id': 'the key',
  'apps.client_id': 'the key, never used twice',
  'app_secrets.id': 'names a secret; what it opens is its hash',
  'app_secrets.client_id': 'a secret never moves to another app',
  'app_secrets.last_used_at': 'decides nothing: it spares a write',
  'app_decisions.organization_id': 'the key',
  'app_decisions.client_id': 'the key',
  'app_cut_offs.organization_id': 'the key',
  'app_cut_offs.client_id': 'the key',
  'members.organization_id': 'the key',
  'members.account_id': 'the key',
  'organizations.id': 'the key',
  'organizations.personal_account_id': 'set when the organization is made, and never again',
  'resources.identifier': 'the key',
  'scopes.name': 'the key',
  'signing_keys.kid': 'the key',
  'signing_keys.alg': 'belongs to the key for good',
  'signing_keys.public_jwk': 'belongs to the key for good',
  'token_statuses.id': 'the key',
  'token_statuses.grant_id': 'a status never moves to another grant',
  'token_statuses.invalid_at':
    'the batch that ends one changes another subject of the grant; what a ledger ends, it says in its call',
}

/** One row of everything, and a second of what others refer to. */
const ROWS = `
  INSERT INTO accounts (id, email, created_at) VALUES ('acc', 'a@example.com', 0), ('acc2', 'b@example.com', 0);
  INSERT INTO organizations (id, name, created_at) VALUES ('org', 'Org', 0), ('org2', 'Org 2', 0);
  INSERT INTO members (organization_id, account_id, role, created_at) VALUES ('org', 'acc', 'owner', 0);
  INSERT INTO apps (client_id, organization_id, client_name, redirect_uris, grant_types, token_endpoint_auth_method,
                    scopes, optional_scopes, created_at, updated_at)
    VALUES ('app', 'org', 'App', '[]', '[]', 'none', '[]', '[]', 0, 0);
  INSERT INTO app_secrets (id, client_id, name, secret_hash, created_at) VALUES ('sec', 'app', 'A', 'hash', 0);
  INSERT INTO app_decisions (organization_id, client_id, decision, decided_by, decided_at)
    VALUES ('org', 'app', 'approved', 'acc', 0);
  INSERT INTO app_cut_offs (organization_id, client_id) VALUES ('org', 'app');
  INSERT INTO resources (identifier, name, introspection_id, introspection_secret_hash, created_at)
    VALUES ('https://api.example', 'API', 'res', 'hash', 0);
  INSERT INTO resources (identifier, name, created_at) VALUES ('https://other.example', 'Other', 0);
  INSERT INTO scopes (name, resource, title, description, target) VALUES ('a:b', 'https://api.example', '', '', 'account');
  INSERT INTO signing_keys (kid, alg, shard, public_jwk, created_at, signs_from) VALUES ('kid', 'ES256', 'weur', '{}', 0, 0);
  INSERT INTO token_statuses (grant_id, account_id, client_id, organizations, scopes, version)
    VALUES ('grant', 'acc', 'app', '[]', '[]', 1);`

/** Another value of a column that its constraints allow; a number one higher, text with something behind it, otherwise. */
const OTHER: Record<string, string> = {
  'apps.organization_id': 'org2',
  'apps.visibility': 'public',
  'app_decisions.decision': 'blocked',
  'organizations.policy': 'verified',
  'resources.open_to': 'first_party',
  'scopes.open_to': 'first_party',
  'scopes.target': 'organization',
  'scopes.resource': 'https://other.example',
}

function database(schema = readFileSync('schema.sql', 'utf8')): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec(schema)
  db.exec(ROWS)
  return db
}

/** What SQLite says that the statements read: `table.column`. */
function columnsRead(db: DatabaseSync, statements: Iterable<string>): string[] {
  const tables = new Set(
    db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name)),
  )
  const read = new Set<string>()
  db.setAuthorizer((action, table, column) => {
    if (action === constants.SQLITE_READ && table && column && tables.has(table)) read.add(`${table}.${column}`)
    return constants.SQLITE_OK
  })
  for (const sql of statements) db.prepare(sql)
  db.setAuthorizer(null)
  return [...read].sort()
}

const newest = (db: DatabaseSync) => Number(db.prepare('SELECT max(revision) AS at FROM changes').get()?.at)

/** The columns whose change raises nothing. */
function silentColumns(db: DatabaseSync, columns: readonly string[]): string[] {
  return columns.filter((name) => {
    const [table = '', column = ''] = name.split('.')
    const before = newest(db)
    const [row = {}] = db.prepare(`SELECT ${column} AS value FROM ${table} ORDER BY 1 DESC LIMIT 1`).all()
    const value = OTHER[name] ?? (typeof row.value === 'number' ? row.value + 1 : `${row.value ?? ''}7`)
    const typed = typeof value === 'string' && isInteger(db, table, column) ? Number.parseInt(value, 10) : value
    db.exec('SAVEPOINT change')
    const key = String(db.prepare('SELECT name FROM pragma_table_info(?) WHERE pk = 1').get(table)?.name)
    db.prepare(`UPDATE ${table} SET ${column} = ?1 WHERE ${key} = (SELECT min(${key}) FROM ${table})`).run(typed)
    const raised = newest(db) > before
    db.exec('ROLLBACK TO change')
    return !raised
  })
}

function isInteger(db: DatabaseSync, table: string, column: string): boolean {
  const info = db.prepare('SELECT type FROM pragma_table_info(?) WHERE name = ?').get(table, column)
  return info?.type === 'INTEGER'
}

describe('a column that an authority reads', () => {
  const read = columnsRead(database(), Object.values(FACTS_SQL))

  it('is found out by SQLite itself', () => {
    expect(read).toEqual(expect.arrayContaining(['apps.suspended_at', 'members.joined_after', 'scopes.open_to']))
    expect(read.length).toBeGreaterThan(40)
  })

  it('raises a revision when it changes, or says why it need not', () => {
    const db = database()
    const matters = read.filter((name) => !(name in EXCEPTIONS) && !name.startsWith('changes.'))
    expect(silentColumns(db, matters)).toEqual([])
  })

  it('is missed in the schema of somebody who forgot it', () => {
    const forgetful = readFileSync('schema.sql', 'utf8').replaceAll(', suspended_at, grants_count_from ON', ' ON')
    expect(silentColumns(database(forgetful), ['organizations.suspended_at'])).toEqual(['organizations.suspended_at'])
  })

  it('has no exception that nothing reads', () => {
    expect(Object.keys(EXCEPTIONS).filter((name) => !read.includes(name))).toEqual([])
  })
})

describe('a row that comes or goes', () => {
  const raised = (sql: string) => {
    const db = database()
    const before = newest(db)
    db.exec(sql)
    return db
      .prepare('SELECT subject FROM changes WHERE revision > ? ORDER BY subject')
      .all(before)
      .map(({ subject }) => subject)
  }

  it.each([
    [
      "INSERT INTO app_secrets (id, client_id, name, secret_hash, created_at) VALUES ('s', 'app', '', 'h', 0)",
      'app:app',
    ],
    ["DELETE FROM app_secrets WHERE id = 'sec'", 'app:app'],
    [
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES ('org', 'acc2', 'member', 0)",
      'account:acc2',
    ],
    ["DELETE FROM members WHERE account_id = 'acc'", 'account:acc'],
    ["DELETE FROM app_decisions WHERE client_id = 'app'", 'decision:org/app'],
    ["DELETE FROM scopes WHERE name = 'a:b'", 'resource:https://api.example'],
    ["DELETE FROM signing_keys WHERE kid = 'kid'", 'keys:all'],
  ])('%s', (sql, subject) => {
    expect(raised(sql)).toEqual([subject])
  })

  it('raises one subject for a decision, however many tokens it ends', () => {
    const db = database()
    const insert = db.prepare(
      `INSERT INTO token_statuses (grant_id, account_id, client_id, organizations, scopes, version)
       VALUES (?, 'acc', 'app', '["org"]', '[]', 1)`,
    )
    for (let i = 0; i < 1000; i++) insert.run(`grant-${i}`)
    const before = newest(db)
    db.exec("UPDATE app_decisions SET decision = 'blocked'")
    db.exec("UPDATE token_statuses SET invalid_at = 1, ended_by = 'cut'")
    expect(db.prepare('SELECT count(*) AS n FROM changes WHERE revision > ?').get(before)?.n).toBe(1)
  })
})
