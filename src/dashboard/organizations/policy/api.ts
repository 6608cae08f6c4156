import type { AppPolicy } from '../../../organizations/policy.ts'
import { askerOf } from '../../kit/asker.ts'
import { toJobBody } from '../../kit/cut-off-job.ts'
import { newApi } from '../../kit/route.ts'
import { editPolicy, listJobsOf, type PolicyPreview, previewPolicy, readPolicy } from './actions.ts'
import { changePolicyRoute, listJobsRoute, previewPolicyRoute, showPolicyRoute } from './routes.ts'

/** The app policy of an organization, and the jobs that clean up behind what was decided. */
export const policies = newApi()

policies.openapi(showPolicyRoute, async (c) =>
  c.json(toPolicyBody(await readPolicy(askerOf(c), c.req.valid('param').organization_id)), 200),
)

policies.openapi(previewPolicyRoute, async (c) => {
  const { organization_id: id } = c.req.valid('param')
  return c.json(toPreviewBody(await previewPolicy(askerOf(c), id, c.req.valid('json'))), 200)
})

policies.openapi(changePolicyRoute, async (c) => {
  const { organization_id: id } = c.req.valid('param')
  return c.json(toPolicyBody(await editPolicy(askerOf(c), id, c.req.valid('json'))), 200)
})

policies.openapi(listJobsRoute, async (c) => {
  const jobs = await listJobsOf(askerOf(c), c.req.valid('param').organization_id)
  return c.json({ items: jobs.map(toJobBody), next_cursor: null }, 200)
})

function toPolicyBody({ policy, scopeCeiling }: AppPolicy) {
  return { policy, scope_ceiling: scopeCeiling && [...scopeCeiling] }
}

function toPreviewBody({ apps, grants, people, effects }: PolicyPreview) {
  return {
    apps,
    grants,
    people,
    effects: effects.map((effect) => ({
      client_id: effect.clientId,
      client_name: effect.clientName,
      cut_off: effect.cutOff,
      lost_scopes: [...effect.lostScopes],
      grants: effect.grants,
      people: effect.people,
    })),
  }
}
