import { deploymentNames, findImitationProblem } from '../../apps/name-imitation.ts'
import { listProtectedNames } from '../../apps/protected-names-store.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { invalidFields, pointer } from '../kit/field-errors.ts'

/** An organization's name stands in the subject of its invitations: it must not pass for this service either. */
export async function checkOrganizationName(
  { env, config }: Pick<ActionContext, 'env' | 'config'>,
  { name, organizationId }: { name: string; organizationId?: string },
): Promise<void> {
  const ownApps = { organizationId: organizationId ?? '', publicToo: false }
  const apps = await listProtectedNames(env.DB, ownApps)
  const detail = findImitationProblem(name, { deployment: deploymentNames(config.issuer), apps })
  if (detail) throw invalidFields([{ pointer: pointer('name'), detail }])
}
