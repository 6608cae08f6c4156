import type { App } from '../apps/app.ts'
import { ProtocolError } from '../errors.ts'
import type { ConsentContext } from '../ledger/consent-context-store.ts'

/** Long enough for any address that somebody registered, and short enough for a page. */
const SHOWN_LENGTH = 500

/** A request that leads nowhere: only a page can say so, and it says what a developer needs to see. */
export class MistakenRequest extends ProtocolError {
  /** What came in the parameter that is wrong. */
  readonly received: string
  /** Told to members of the app's organization only. */
  readonly registered: readonly string[] | null
  readonly settingsHref: string | null

  private constructor(reason: 'client_unknown' | 'redirect_uri_unregistered', received: string, app: App | null) {
    super('invalid_request', reason)
    this.received = received.length > SHOWN_LENGTH ? `${received.slice(0, SHOWN_LENGTH)}…` : received
    this.registered = app ? app.redirectUris : null
    this.settingsHref = app ? `/developer/apps/${app.clientId}/settings` : null
  }

  static unknownApp(clientId: string): MistakenRequest {
    return new MistakenRequest('client_unknown', clientId, null)
  }

  static unregisteredRedirectUri(redirectUri: string, { app, circumstances }: ConsentContext): MistakenRequest {
    const member = circumstances.memberships.some(({ organizationId }) => organizationId === app.organizationId)
    return new MistakenRequest('redirect_uri_unregistered', redirectUri, member ? app : null)
  }
}
