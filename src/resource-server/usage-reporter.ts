import type { Context } from 'hono'
import type { Protection } from './options.ts'
import type { AccessToken } from './verify-access-token.ts'

/** Seconds between two reports. */
export const REPORT_INTERVAL = 60
/** What one report holds at most; more apps, organizations and scopes than that wait for their next use. */
const MAX_USES = 400

interface Use {
  client_id: string
  organization_id: string
  scope: string
  last_used_at: number
}

/**
 * Tells the issuer once a minute, behind an answer, which scopes apps used: the newest use by app, organization and
 * scope. A token that names several organizations counts for each: which one a request was about is not known here.
 * Never delays or fails a request; a report that fails is part of the next.
 */
export class UsageReporter {
  private readonly protection: Protection
  private uses = new Map<string, Use>()
  private reportedAt: number

  constructor(protection: Protection) {
    this.protection = protection
    this.reportedAt = protection.now()
  }

  note({ clientId, organizations }: AccessToken, scopes: readonly string[]): void {
    const last_used_at = this.protection.now()
    for (const organization_id of organizations) {
      for (const scope of scopes) this.keep({ client_id: clientId, organization_id, scope, last_used_at })
    }
  }

  reportWhenDue(c: Context): void {
    const now = this.protection.now()
    if (now - this.reportedAt < REPORT_INTERVAL || this.uses.size === 0) return
    this.reportedAt = now
    const report = this.send()
    // Only Workers have a context that outlives the answer; elsewhere the report runs by itself.
    if ('waitUntil' in executionContext(c)) c.executionCtx.waitUntil(report)
  }

  private async send(): Promise<void> {
    const sent = this.uses
    this.uses = new Map()
    const delivered = await this.post([...sent.values()])
    if (delivered) return
    for (const use of sent.values()) this.keep(use)
  }

  private async post(uses: Use[]): Promise<boolean> {
    const { reportUsage, issuer } = this.protection
    if (!reportUsage) return true
    const [id, secret] = [reportUsage.clientId, reportUsage.clientSecret].map(encodeURIComponent)
    try {
      const response = await this.protection.fetch(`${issuer}/api/v1/resource-usage`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ uses }),
      })
      return response.ok
    } catch {
      return false // whatever kept the issuer from answering: the uses are sent again
    }
  }

  private keep(use: Use): void {
    const key = JSON.stringify([use.client_id, use.organization_id, use.scope])
    const known = this.uses.get(key)
    if (!known && this.uses.size >= MAX_USES) return
    if (!known || known.last_used_at < use.last_used_at) this.uses.set(key, use)
  }
}

/** Hono throws where there is none. */
function executionContext(c: Context): object {
  try {
    return c.executionCtx
  } catch {
    return {}
  }
}
