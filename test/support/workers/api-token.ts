import { exports } from 'cloudflare:workers'
import { authorize, discover, Integration } from '../integration.ts'
import { type Answer, callAnonymously, type Developer, ORIGIN } from './developer.ts'
import { makePublic } from './publish.ts'

const transport = (request: Request) => exports.default.fetch(request)
const ALL_SCOPES = ['apps:read', 'apps:write', 'secrets:write']

/** A tool of the developer's own that manages apps through the dashboard API, connected by consent. */
export class Tool {
  readonly integration: Integration
  readonly accessToken: string
  readonly clientId: string

  private constructor(integration: Integration, accessToken: string) {
    this.integration = integration
    this.clientId = integration.client.client_id
    this.accessToken = accessToken
  }

  /** The person grants these scopes on these organizations. */
  static async connect(
    person: Developer,
    { scopes = ALL_SCOPES, organizations }: { scopes?: readonly string[]; organizations: string[] },
  ): Promise<Tool> {
    const app = await person.registerApp({ scopes, redirect_uris: ['https://tool.example.com/cb'] })
    await makePublic(app.client_id)
    const integration = new Integration(transport, await discover(transport, ORIGIN), {
      clientId: app.client_id,
      clientSecret: app.client_secret,
      redirectUri: 'https://tool.example.com/cb',
    })
    const authorization = await integration.begin()
    const callback = await authorize(person.browser, authorization.path, { organization: organizations })
    const { access_token } = await integration.finish(callback, authorization)
    return new Tool(integration, access_token)
  }

  /** Another access token, by another consent: for what the app is registered for by now. */
  async reconnect(person: Developer, organizations: string[]): Promise<string> {
    const authorization = await this.integration.begin({ prompt: 'consent' })
    const callback = await authorize(person.browser, authorization.path, { organization: organizations })
    return (await this.integration.finish(callback, authorization)).access_token
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.callWith(this.accessToken, method, path, body, headers)
  }

  callWith(
    accessToken: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return callAnonymously(path, {
      method,
      headers: { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }
}
