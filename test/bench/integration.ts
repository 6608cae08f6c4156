import { type Client, exchangeForm, postForm, type TokenAnswer } from '../support/flow.ts'
import type { RunningWorker } from '../support/workerd.ts'
import type { WireRequest } from './connection.ts'
import {
  ACCOUNTS,
  type Contestant,
  documentUnits,
  EXCHANGES,
  FLOWS,
  inBatches,
  REQUESTS_PER_GRANT,
  REQUESTS_PER_SHARED_GRANT,
  type Row,
  SHARED_GRANTS,
  times,
} from './contestant.ts'
import type { Unit } from './units.ts'

/** What differs between two servers that speak the same protocol. */
export interface Integration {
  name: Contestant['name']
  server: RunningWorker
  tokenPath: string
  publicClient: Client
  confidentialClient: Client
  /** Public too, and connects anew in every round: an app keeps 50 grants per account. */
  exchangeClient: Client
  /** A code for an account, by the shortest way. */
  authorize(client: Client, account: number): Promise<{ code: string; verifier: string }>
  /** Asks whether an access token is alive. */
  introspection(accessToken: string): WireRequest
  /** Page, answer and exchange of one connection. */
  flow(account: number): Unit
  documents: Partial<Record<Row, string>>
}

const REFRESH_ROWS = ['public refresh', 'confidential refresh', 'refreshes on one account'] as const
type RefreshRow = (typeof REFRESH_ROWS)[number]

interface Grants {
  client: Client
  refreshTokens: string[]
  refreshesPerGrant: number
}

/** Connects the grants that the refresh rows use, and makes the units of every row. */
export async function enter(integration: Integration): Promise<Contestant> {
  const { name, server, publicClient, confidentialClient } = integration
  const everyAccount = times(ACCOUNTS, (account) => account)
  const ofPublic = await connect(integration, publicClient, everyAccount)
  const ofConfidential = await connect(integration, confidentialClient, everyAccount)
  const shared = await connect(
    integration,
    publicClient,
    times(SHARED_GRANTS, () => 0),
  )
  const accessTokens = ofPublic.map((answer) => answer.access_token ?? '')
  const grants: Record<RefreshRow, Grants> = {
    'public refresh': toGrants(publicClient, ofPublic, REQUESTS_PER_GRANT),
    'confidential refresh': toGrants(confidentialClient, ofConfidential, REQUESTS_PER_GRANT),
    'refreshes on one account': toGrants(publicClient, shared, REQUESTS_PER_SHARED_GRANT),
  }

  return {
    name,
    server,
    async prepare(row) {
      if (row === 'code exchange') return exchangeUnits(integration)
      if (row === 'introspection') return accessTokens.map((token) => repeat(integration.introspection(token)))
      if (row === 'authorize and exchange') return times(FLOWS, (index) => integration.flow(index % ACCOUNTS))
      if (isRefreshRow(row)) return refreshUnits(integration, grants[row])
      const path = integration.documents[row]
      return path === undefined ? undefined : documentUnits(path)
    },
    keep(row, carried) {
      if (isRefreshRow(row)) grants[row].refreshTokens = carried
    },
  }
}

function isRefreshRow(row: Row): row is RefreshRow {
  return (REFRESH_ROWS as readonly Row[]).includes(row)
}

function toGrants(client: Client, answers: readonly TokenAnswer[], refreshesPerGrant: number): Grants {
  return { client, refreshTokens: answers.map((answer) => answer.refresh_token ?? ''), refreshesPerGrant }
}

function connect(integration: Integration, client: Client, accounts: readonly number[]): Promise<TokenAnswer[]> {
  return inBatches(accounts, async (account) => {
    const form = exchangeForm(client, await integration.authorize(client, account))
    const answer = await postForm(integration.server.origin + integration.tokenPath, form)
    if (answer.status !== 200) throw new Error(`${integration.name} refused an exchange: ${answer.error}`)
    return answer
  })
}

async function exchangeUnits(integration: Integration): Promise<Unit[]> {
  const { exchangeClient, tokenPath } = integration
  const accounts = times(EXCHANGES, (index) => index % ACCOUNTS)
  return inBatches(accounts, async (account) => {
    const form = exchangeForm(exchangeClient, await integration.authorize(exchangeClient, account))
    return { kind: 'repeat', request: { method: 'POST', path: tokenPath, body: form.toString() }, times: 1 }
  })
}

function refreshUnits({ tokenPath }: Integration, { client, refreshTokens, refreshesPerGrant }: Grants): Unit[] {
  return refreshTokens.map((refreshToken) => refreshUnit(tokenPath, client, refreshToken, refreshesPerGrant))
}

export function refreshUnit(
  path: string,
  { clientId, clientSecret }: Client,
  refreshToken: string,
  times: number,
): Unit {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    ...(clientSecret && { client_secret: clientSecret }),
  }).toString()
  return { kind: 'refresh', path, form, refreshToken, times }
}

function repeat(request: WireRequest): Unit {
  return { kind: 'repeat', request, times: REQUESTS_PER_GRANT }
}
