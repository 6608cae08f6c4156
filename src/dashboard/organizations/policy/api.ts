import { createRoute } from '@hono/zod-openapi'
import { toSnakeKeys } from '../../../lib/case.ts'
import type { AppPolicy } from '../../../organizations/policy.ts'
import { actionContext } from '../../kit/action-context.ts'
import { cutOffJobList, toJobBody } from '../../kit/cut-off-job.ts'
import { readJsonBody } from '../../kit/json-body.ts'
import { organizationPath } from '../../kit/parameters.ts'
import {
  BODY_PROBLEMS,
  CHANGE_PROBLEMS,
  guarded,
  jsonAnswer,
  jsonBody,
  newApi,
  problems,
  READ_PROBLEMS,
} from '../../kit/route.ts'
import { changePolicy, listCutOffJobs, type PolicyPreview, previewPolicy, showPolicy } from './actions.ts'
import { newPolicy, policyBody, policyPreviewBody } from './schemas.ts'

/** The app policy of an organization, and the jobs that clean up behind what was decided. */
export const policies = newApi()

policies.openapi(
  createRoute({
    method: 'get',
    path: '/policy',
    operationId: 'showPolicy',
    tags: ['Policy'],
    summary: 'Show the app policy',
    description: 'For everybody in the organization.',
    ...guarded('organizations:read'),
    request: { params: organizationPath },
    responses: { 200: jsonAnswer('The policy.', policyBody), ...problems('insufficient-scope', 'not-found') },
  }),
  async (c) => c.json(toPolicyBody(await showPolicy(actionContext(c), c.req.valid('param').organization_id)), 200),
)

policies.openapi(
  createRoute({
    method: 'post',
    path: '/policy/preview',
    operationId: 'previewPolicy',
    tags: ['Policy'],
    summary: 'See what a policy would cut off',
    description: 'Changes nothing. For owners and administrators.',
    ...guarded('organizations:read', readJsonBody),
    request: { params: organizationPath, body: jsonBody('The policy to try.', newPolicy) },
    responses: {
      200: jsonAnswer('What it would end.', policyPreviewBody),
      ...problems(...CHANGE_PROBLEMS, ...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    return c.json(toPreviewBody(await previewPolicy(actionContext(c), id, c.req.valid('json'))), 200)
  },
)

policies.openapi(
  createRoute({
    method: 'put',
    path: '/policy',
    operationId: 'changePolicy',
    tags: ['Policy'],
    summary: 'Change the app policy',
    description:
      'For owners and administrators. Apps that it refuses lose the organization at once; what people had consented to ' +
      'does not come back when the policy is changed back. See the preview first. A personal organization is always open.',
    ...guarded('policy:write', readJsonBody),
    request: { params: organizationPath, body: jsonBody('The policy.', newPolicy) },
    responses: {
      200: jsonAnswer('The policy.', policyBody),
      ...problems(...CHANGE_PROBLEMS, 'conflict', ...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    return c.json(toPolicyBody(await changePolicy(actionContext(c), id, c.req.valid('json'))), 200)
  },
)

policies.openapi(
  createRoute({
    method: 'get',
    path: '/cut-off-jobs',
    operationId: 'listCutOffJobs',
    tags: ['Policy'],
    summary: 'Follow the clean-up behind decisions',
    description: 'For owners and administrators. The newest hundred; access ended when each began.',
    ...guarded('organizations:read'),
    request: { params: organizationPath },
    responses: {
      200: jsonAnswer('The jobs.', cutOffJobList),
      ...problems(...READ_PROBLEMS),
    },
  }),
  async (c) => {
    const jobs = await listCutOffJobs(actionContext(c), c.req.valid('param').organization_id)
    return c.json({ items: jobs.map(toJobBody), next_cursor: null }, 200)
  },
)

function toPolicyBody(policy: AppPolicy) {
  return toSnakeKeys(policyBody, policy)
}

function toPreviewBody(preview: PolicyPreview) {
  return toSnakeKeys(policyPreviewBody, preview)
}
