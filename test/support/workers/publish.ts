import { env } from 'cloudflare:workers'

/** Gives an app what only the outside world can: a verified domain, and a picture that was fetched. */
export async function fulfilPublicRequirements(clientId: string, domain = 'app.example.com'): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `UPDATE apps SET client_uri = ?2, publisher_domain = ?3, logo_uri = ?4, logo_hash = 'aGFzaA' WHERE client_id = ?1`,
    ).bind(clientId, `https://${domain}/`, domain, `https://${domain}/logo.png`),
    env.DB.prepare(
      `INSERT INTO publisher_checks (client_id, domain, code, state, started_at, verified_at)
       VALUES (?, ?, 'code', 'verified', 0, 0)`,
    ).bind(clientId, domain),
  ])
}

/** Lets an app reach organizations that are not its own, as if it had been reviewed and published long ago. */
export async function makePublic(clientId: string): Promise<void> {
  await env.DB.prepare("UPDATE apps SET visibility = 'public' WHERE client_id = ?").bind(clientId).run()
}
