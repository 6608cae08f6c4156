import { buildOnce } from '../support/build.ts'
import { type RunningWorker, startWorker } from '../support/workerd.ts'
import {
  ACCOUNTS,
  type Contestant,
  documentUnits,
  EXCHANGES,
  FLOWS,
  REQUESTS_PER_GRANT,
  REQUESTS_PER_SHARED_GRANT,
  type Row,
  SHARED_GRANTS,
  times,
} from './contestant.ts'
import type { Unit } from './units.ts'

/** Stands for a form of usual length; the floor does not read it. */
const FORM = `unread=${'x'.repeat(300)}`

/** The object calls, rows and signatures of Postern with no protocol; `documents` are what Postern answers. */
export async function startFloor(documents: { JWKS: string; METADATA: string }): Promise<Contestant> {
  const config = 'test/bench/workers/floor.toml'
  const script = await buildOnce(config, 'test/bench/workers/floor-worker.ts')
  const server = await startWorker({ script, config, variables: () => documents })
  await insertRows(server)
  const token = await readToken(server)
  return { name: 'floor', server, prepare: (row) => Promise.resolve(unitsOf(row, token)), keep() {} }
}

async function insertRows(server: RunningWorker): Promise<void> {
  const database = await server.openDatabase()
  await database.batch([
    database.prepare('CREATE TABLE rows (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT'),
    ...times(ACCOUNTS, (account) =>
      database.prepare('INSERT INTO rows (key, value) VALUES (?, ?)').bind(String(account), 'x'.repeat(500)),
    ),
  ])
}

async function readToken({ origin }: RunningWorker): Promise<string> {
  const response = await fetch(`${origin}/write-and-sign?account=0&grant=0`, { method: 'POST' })
  const { access_token: token } = (await response.json()) as { access_token: string }
  return token
}

function unitsOf(row: Row, token: string): Unit[] {
  switch (row) {
    case 'code exchange':
      return times(EXCHANGES, (index) => post('/write-and-sign', index % ACCOUNTS, index, 1))
    case 'public refresh':
      return times(ACCOUNTS, (index) => post('/write-and-sign', index, index, REQUESTS_PER_GRANT))
    case 'confidential refresh':
      return times(ACCOUNTS, (index) => post('/read-and-sign', index, index, REQUESTS_PER_GRANT))
    case 'introspection':
      return times(ACCOUNTS, (index) => post('/read-and-verify', index, index, REQUESTS_PER_GRANT, token))
    case 'refreshes on one account':
      return times(SHARED_GRANTS, (index) => post('/write-and-sign', 0, index, REQUESTS_PER_SHARED_GRANT))
    case 'authorize and exchange':
      return times(FLOWS, flowUnit)
    case 'JWKS':
      return documentUnits('/jwks')
    case 'metadata':
      return documentUnits('/metadata')
  }
}

function post(path: string, account: number, grant: number, count: number, token?: string): Unit {
  const headers = token ? { Authorization: `Bearer ${token}` } : {}
  const query = `account=${account}&grant=${grant}`
  return { kind: 'repeat', request: { method: 'POST', path: `${path}?${query}`, headers, body: FORM }, times: count }
}

function flowUnit(index: number): Unit {
  const query = `account=${index % ACCOUNTS}&grant=flow-${index}`
  return {
    kind: 'flow',
    page: { method: 'GET', path: `/page?${query}` },
    answer: { method: 'POST', path: `/answer?${query}`, body: FORM },
    exchange: { method: 'POST', path: `/write-and-sign?${query}`, body: FORM },
  }
}
