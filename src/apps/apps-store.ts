import { reach } from '../lib/storage.ts'
import { type App, appRow } from './app.ts'

/** A deleted app keeps its row, so that its client_id is never used twice; it is found only when asked for. */
export async function findApp(db: D1Database, clientId: string, { deleted = false } = {}): Promise<App | undefined> {
  const row = await reach('D1', () => db.prepare('SELECT * FROM apps WHERE client_id = ?').bind(clientId).first())
  const app = row ? appRow.parse(row) : undefined
  return app?.deletedAt && !deleted ? undefined : app
}
