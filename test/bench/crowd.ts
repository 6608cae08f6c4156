import { newClientSecret } from '../../src/apps/client-secret.ts'
import { callApi } from '../support/api-client.ts'
import type { Browser } from '../support/browser.ts'
import { authorize, type Client, exchangeForm } from '../support/flow.ts'
import { startWorkerd, type Workerd } from '../support/server.ts'
import { inBatches, REDIRECT_URI, times } from './contestant.ts'
import { refreshUnit } from './integration.ts'
import type { LoadResult } from './load.ts'
import type { LoadGenerator } from './load-generator.ts'
import { browserOf, insertApps, insertOrganization, insertPeople, makePerson } from './people.ts'
import { LONG_LIVED } from './postern.ts'
import type { Unit } from './units.ts'

export const CROWD = 1000
const ORGANIZATION = 'org_crowd'

/**
 * A thousand members of one organization, of whom each has a code for a confidential app: whatever is decided there,
 * it concerns all of them. The first of them is its owner.
 */
export class Crowd {
  readonly server: Workerd
  private readonly generator: LoadGenerator
  private readonly client: Client
  private readonly owner: Browser
  /** Bodies of what exchanges each code. */
  private exchanges: string[]
  private refreshTokens: string[] = []
  private decisions = 0

  private constructor(server: Workerd, generator: LoadGenerator, client: Client, owner: Browser, exchanges: string[]) {
    this.server = server
    this.generator = generator
    this.client = client
    this.owner = owner
    this.exchanges = exchanges
  }

  static async gather(generator: LoadGenerator): Promise<Crowd> {
    const server = await startWorkerd(LONG_LIVED)
    const people = times(CROWD, makePerson)
    await insertPeople(server, people)
    await insertOrganization(server, ORGANIZATION, people)
    const clientId = 'app_bench_crowd'
    const clientSecret = await newClientSecret(server.sealing, clientId)
    const client = { clientId, clientSecret, redirectUri: REDIRECT_URI }
    await insertApps(server, [client])
    const browsers = people.map((person) => browserOf(server.origin, person))
    const exchanges = await inBatches(browsers, async (browser) =>
      exchangeForm(client, await authorize(browser, client)).toString(),
    )
    return new Crowd(server, generator, client, browsers[0]!, exchanges)
  }

  /** So many of those who have not yet connect the app, sixteen at a time. */
  async connect(count: number): Promise<void> {
    const units = this.exchanges.slice(0, count).map((body): Unit => {
      return { kind: 'repeat', request: { method: 'POST', path: '/token', body }, times: 1 }
    })
    const { carried } = await this.run(units, 16)
    this.exchanges = this.exchanges.slice(count)
    this.refreshTokens.push(...carried.map((body) => /"refresh_token":"([^"]+)"/.exec(body)?.[1] ?? ''))
  }

  /** The first so many of those who are connected refresh, each of them over a connection of its own. */
  refresh(count: number, each: number, connections: number): Promise<LoadResult> {
    const units = this.refreshTokens.slice(0, count).map((token) => refreshUnit('/token', this.client, token, each))
    return this.run(units, connections)
  }

  /** Of the organization about the app: everybody keeps what they have, and every grant has to be looked at anew. */
  async decide(): Promise<void> {
    this.decisions++
    const path = `/api/v1/organizations/${ORGANIZATION}/decisions/${this.client.clientId}`
    const note = `The ${this.decisions}th time.`
    const { status, body } = await callApi(this.owner, 'PUT', path, { decision: 'approved', scope_ceiling: null, note })
    if (status !== 200) throw new Error(`the decision was answered with ${status} ${body.detail ?? ''}`)
  }

  stop(): Promise<void> {
    return this.server.stop()
  }

  private run(units: Unit[], connections: number): Promise<LoadResult> {
    return this.generator.run({ origin: this.server.origin, connections, units })
  }
}
