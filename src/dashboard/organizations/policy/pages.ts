import { type Context, Hono } from 'hono'
import { findApps } from '../../../apps/apps-store.ts'
import type { Scope } from '../../../catalog/catalog.ts'
import { listScopes } from '../../../catalog/catalog-store.ts'
import { askerOf } from '../../kit/asker.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { problemsOf } from '../../kit/form-problems.ts'
import type { PageEnv } from '../../kit/visitor.ts'
import type { OwnOrganization } from '../actions.ts'
import { requireOwn } from '../require-own.ts'
import { editPolicy, listJobsOf, previewPolicy, readPolicy } from './actions.ts'
import { policyPage, policyPreviewPage } from './policy.tsx'
import { newPolicy } from './schemas.ts'

/** Which apps may reach an organization where nobody decided; what a change would end is shown before it does. */
export const policyPages = new Hono<PageEnv>()

policyPages.get('/organizations/:slug/policy', async (c) => showPolicy(c, await requireOwn(c), []))

policyPages.post('/organizations/:slug/policy', async (c) => {
  const own = await requireOwn(c)
  const { organization } = own
  try {
    const body = parseBody(newPolicy, await readPolicyForm(c))
    if (c.get('fields').get('confirm') !== 'yes') {
      const preview = await previewPolicy(askerOf(c), organization.id, body)
      return policyPreviewPage(c, { own, ...preview })
    }
    await editPolicy(askerOf(c), organization.id, body)
  } catch (error) {
    return showPolicy(c, own, Object.values(problemsOf(error)).flat())
  }
  return c.redirect(`/organizations/${organization.slug}/policy`, 303)
})

async function readPolicyForm(c: Context<PageEnv>) {
  const fields = c.get('fields')
  const ceilings: Record<string, string[]> = {
    insensitive: (await organizationScopes(c)).filter(({ sensitive }) => !sensitive).map(({ name }) => name),
    chosen: fields.getAll('scope'),
  }
  return { policy: fields.get('policy'), scope_ceiling: ceilings[fields.get('ceiling') ?? 'none'] ?? null }
}

async function showPolicy(c: Context<PageEnv>, own: OwnOrganization, problems: readonly string[]): Promise<Response> {
  const { id } = own.organization
  const [policy, scopes, jobs] = await Promise.all([
    readPolicy(askerOf(c), id),
    organizationScopes(c),
    listJobsOf(askerOf(c), id),
  ])
  const apps = await findApps(c.env.DB, [...new Set(jobs.map(({ clientId }) => clientId ?? ''))])
  const appNames = new Map([...apps.values()].map(({ clientId, clientName }) => [clientId, clientName]))
  return policyPage(c, { own, policy, scopes, jobs, appNames, problems })
}

async function organizationScopes(c: Context<PageEnv>): Promise<Scope[]> {
  const scopes = await listScopes(c.env.DB, c.get('config').issuer)
  return scopes.filter(({ target }) => target === 'organization')
}
