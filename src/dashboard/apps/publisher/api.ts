import { PUBLISHER_REASONS, type PublisherCheck, verificationRecord } from '../../../apps/publisher.ts'
import { askerOf } from '../../kit/asker.ts'
import { newApi } from '../../kit/route.ts'
import { requirePublisherVerification, startPublisherVerification } from './actions.ts'
import { showPublisherRoute, verifyPublisherRoute } from './routes.ts'

export const publisher = newApi()

publisher.openapi(verifyPublisherRoute, async (c) => {
  const check = await startPublisherVerification(askerOf(c), c.req.valid('param').client_id)
  return c.json(toVerificationBody(check), 200)
})

publisher.openapi(showPublisherRoute, async (c) => {
  const check = await requirePublisherVerification(askerOf(c), c.req.valid('param').client_id)
  return c.json(toVerificationBody(check), 200)
})

function toVerificationBody(check: PublisherCheck) {
  return {
    state: check.state,
    domain: check.domain,
    record: verificationRecord(check.code),
    reason: check.reason && PUBLISHER_REASONS[check.reason],
    found: [...check.found],
    started_at: check.startedAt,
    checked_at: check.checkedAt,
    verified_at: check.verifiedAt,
    next_check_at: check.nextCheckAt,
  }
}
