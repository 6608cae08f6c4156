import { createRoute } from '@hono/zod-openapi'
import { cutOffJobList } from '../../kit/cut-off-job.ts'
import { readJsonBody } from '../../kit/json-body.ts'
import { guarded, jsonAnswer, jsonBody, problems } from '../../kit/route.ts'
import { organizationPath } from '../routes.ts'
import { newPolicy, policyBody, policyPreviewBody } from './schemas.ts'

const BODY_PROBLEMS = ['invalid-request', 'too-large', 'unsupported-media-type', 'validation-failed'] as const

export const showPolicyRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/policy',
  operationId: 'showPolicy',
  tags: ['Policy'],
  summary: 'Show the app policy',
  description: 'For everybody in the organization.',
  ...guarded('organizations:read'),
  request: { params: organizationPath },
  responses: { 200: jsonAnswer('The policy.', policyBody), ...problems('insufficient-scope', 'not-found') },
})

export const previewPolicyRoute = createRoute({
  method: 'post',
  path: '/organizations/{organization_id}/policy/preview',
  operationId: 'previewPolicy',
  tags: ['Policy'],
  summary: 'See what a policy would cut off',
  description: 'Changes nothing. For owners and administrators.',
  ...guarded('organizations:read', readJsonBody),
  request: { params: organizationPath, body: jsonBody('The policy to try.', newPolicy) },
  responses: {
    200: jsonAnswer('What it would end.', policyPreviewBody),
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'not-found', ...BODY_PROBLEMS),
  },
})

export const changePolicyRoute = createRoute({
  method: 'put',
  path: '/organizations/{organization_id}/policy',
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
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'not-found', 'conflict', ...BODY_PROBLEMS),
  },
})

export const listJobsRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/cut-off-jobs',
  operationId: 'listCutOffJobs',
  tags: ['Policy'],
  summary: 'Follow the clean-up behind decisions',
  description: 'For owners and administrators. The newest hundred; access ended when each began.',
  ...guarded('organizations:read'),
  request: { params: organizationPath },
  responses: {
    200: jsonAnswer('The jobs.', cutOffJobList),
    ...problems('insufficient-scope', 'forbidden', 'not-found'),
  },
})
