import { batch, run, statement } from '../lib/d1.ts'

/** So many in one run stay well within what one statement may do; the rest goes with the next. */
const MAX_DELETED = 2000

/**
 * Deletes the webhooks of an organization that was closed, with what they were told; nothing has been sent since, because
 * it is suspended. True: there is more.
 */
export async function forgetWebhooks(db: D1Database, organizationId: string): Promise<boolean> {
  const deleted = await run(
    db,
    `DELETE FROM webhook_deliveries WHERE (webhook_id, event_id) IN
       (SELECT webhook_id, event_id FROM webhook_deliveries
         WHERE webhook_id IN (SELECT id FROM webhooks WHERE organization_id = ?) LIMIT ?)`,
    [organizationId, MAX_DELETED],
  )
  if (deleted > 0) return true
  await batch(db, [
    statement(db, 'DELETE FROM webhooks WHERE organization_id = ?', [organizationId]),
    statement(db, 'DELETE FROM webhook_posts WHERE organization_id = ?', [organizationId]),
  ])
  return false
}
