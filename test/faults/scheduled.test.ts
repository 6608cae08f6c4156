import { env } from 'cloudflare:workers'
import { afterEach, expect, it } from 'vitest'
import { readOverview } from '../../src/dashboard/operator/health-store.ts'
import { runScheduled } from '../../src/jobs.ts'
import { currentTime } from '../../src/lib/clock.ts'
import { faults } from '../support/workers/faults.ts'
import { watchedEnv } from '../support/workers/watched-env.ts'

afterEach(() => faults.end())

const watched = watchedEnv(env, { place: 'Worker', byAlarm: false })

async function dueAt(eventId: string): Promise<number | null> {
  return env.DB.prepare('SELECT due_at FROM webhook_deliveries WHERE event_id = ?').bind(eventId).first('due_at')
}

it('a scheduled run of which one part fails gives the others their turn, and counts as missed', async () => {
  const now = currentTime()
  await env.DB.batch([
    env.DB.prepare("INSERT INTO organizations (id, name, slug, created_at) VALUES ('org_due', 'Acme', 'acme-due', 0)"),
    env.DB.prepare(
      `INSERT INTO webhooks (id, organization_id, url, secret, created_at, state)
       VALUES ('whk_due', 'org_due', 'https://siem.example.com/', 'of no use', 0, 'enabled')`,
    ),
    env.DB.prepare(
      `INSERT INTO webhook_deliveries (webhook_id, event_id, due_at, created_at) VALUES ('whk_due', 'evt_due', 0, ?)`,
    ).bind(now),
  ])

  let failures = 0
  faults.inject({ store: 'D1', method: 'run', when: () => failures++ === 0 })
  await expect(runScheduled(watched)).rejects.toThrow('D1 did not answer')
  expect(await dueAt('evt_due')).toBeGreaterThan(now)
  expect((await readOverview(env.DB)).scheduledAt).toBeNull()

  faults.end()
  await runScheduled(watched)
  expect((await readOverview(env.DB)).scheduledAt).toBeGreaterThanOrEqual(now)
})
