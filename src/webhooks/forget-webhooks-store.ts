import { reach } from '../lib/storage.ts'

/** So many in one run stay well within what one statement may do; the rest goes with the next. */
const MAX_DELETED = 2000

/**
 * Deletes the webhooks of an organization that was closed, with what they were told; nothing has been sent since, because
 * it is suspended. True: there is more.
 */
export async function forgetWebhooks(db: D1Database, organizationId: string): Promise<boolean> {
  const deliveries = db
    .prepare(
      `DELETE FROM webhook_deliveries WHERE (webhook_id, event_id) IN
         (SELECT webhook_id, event_id FROM webhook_deliveries
           WHERE webhook_id IN (SELECT id FROM webhooks WHERE organization_id = ?) LIMIT ?)`,
    )
    .bind(organizationId, MAX_DELETED)
  if ((await reach('D1', () => deliveries.run())).meta.changes > 0) return true
  await reach('D1', () =>
    db.batch([
      db.prepare('DELETE FROM webhooks WHERE organization_id = ?').bind(organizationId),
      db.prepare('DELETE FROM webhook_posts WHERE organization_id = ?').bind(organizationId),
    ]),
  )
  return false
}
