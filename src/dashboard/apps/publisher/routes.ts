import { createRoute } from '@hono/zod-openapi'
import { guarded, jsonAnswer, problems } from '../../kit/route.ts'
import { appPath } from '../routes.ts'
import { publisherVerification } from './schemas.ts'

const path = '/apps/{client_id}/publisher-verification'

export const verifyPublisherRoute = createRoute({
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
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'not-found', 'conflict'),
  },
})

export const showPublisherRoute = createRoute({
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
})
