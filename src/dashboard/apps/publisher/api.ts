import { createRoute } from '@hono/zod-openapi'
import { PUBLISHER_REASONS, type PublisherCheck, verificationRecord } from '../../../apps/publisher.ts'
import { toSnakeKeys } from '../../../lib/case.ts'
import { actionContext } from '../../kit/action-context.ts'
import { appPath } from '../../kit/parameters.ts'
import { CHANGE_PROBLEMS, guarded, jsonAnswer, newApi, problems } from '../../kit/route.ts'
import { getPublisherVerification, verifyPublisher } from './actions.ts'
import { publisherVerification } from './schemas.ts'

const path = '/publisher-verification'

export const publisher = newApi()

publisher.openapi(
  createRoute({
    method: 'post',
    path,
    operationId: 'verifyPublisher',
    tags: ['Publisher'],
    summary: 'Verify the publisher, or look again',
    description:
      'Asks for a TXT record on the host of `client_uri`, and looks for it at once. Sent again, it looks again; after a ' +
      'failure, or when the homepage moved, it starts anew.',
    ...guarded('apps:write'),
    request: { params: appPath },
    responses: {
      200: jsonAnswer('What is known after the look.', publisherVerification),
      ...problems(...CHANGE_PROBLEMS, 'conflict'),
    },
  }),
  async (c) => {
    const check = await verifyPublisher(actionContext(c), c.req.valid('param').client_id)
    return c.json(toVerificationBody(check), 200)
  },
)

publisher.openapi(
  createRoute({
    method: 'get',
    path,
    operationId: 'getPublisherVerification',
    tags: ['Publisher'],
    summary: 'Read the verification of the publisher',
    description: 'What the last look found. Nothing is looked up; not found as long as nobody has started it.',
    ...guarded('apps:read'),
    request: { params: appPath },
    responses: {
      200: jsonAnswer('What is known.', publisherVerification),
      ...problems('insufficient-scope', 'not-found'),
    },
  }),
  async (c) => {
    const check = await getPublisherVerification(actionContext(c), c.req.valid('param').client_id)
    return c.json(toVerificationBody(check), 200)
  },
)

function toVerificationBody(check: PublisherCheck) {
  return toSnakeKeys(publisherVerification, {
    ...check,
    record: verificationRecord(check.code),
    reason: check.reason && PUBLISHER_REASONS[check.reason],
  })
}
