import { type Context, Hono } from 'hono'
import type { LastOwned } from '../../organizations/leaving-store.ts'
import { FormToken, Select } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { OperatorFrame } from '../operator/frame.tsx'
import { type ErasureConsequences, eraseAccount, foreseeErasure } from './actions.ts'
import { ErasureFacts } from './erasure-facts.tsx'

/** The end of somebody's account, for operators. */
export const eraseAccountPage = new Hono<PageEnv>()

eraseAccountPage.get(SITE.operator.eraseAccount, (c) => show(c, []))

eraseAccountPage.post(SITE.operator.eraseAccount, async (c) => {
  const inheritances = [...chosenOf(c)].flatMap(([organizationId, choice]) =>
    choice === '' ? [] : [{ organizationId, handOverTo: choice === CLOSE ? null : choice }],
  )
  return submit(c, {
    act: () => eraseAccount(actionContext(c), c.req.param('account_id'), inheritances),
    done: SITE.operator.accounts.list,
    refused: (problems) => show(c, Object.values(problems).flat()),
  })
})

const CLOSE = 'close'
const FIELD = 'organization:'

/** By organization: who becomes an owner, or that it is closed. */
function chosenOf(c: Context<PageEnv>): Map<string, string> {
  const chosen = [...(c.get('fields') ?? [])].filter(([name]) => name.startsWith(FIELD))
  return new Map(chosen.map(([name, value]) => [name.slice(FIELD.length), value]))
}

async function show(c: Context<PageEnv>, problems: readonly string[]): Promise<Response> {
  const erasure = await foreseeErasure(actionContext(c), c.req.param('account_id') ?? '')
  const view = { erasure, chosen: chosenOf(c), problems }
  return htmlPage(c, <EraseAccount {...view} />, formStatus(problems, 409))
}

interface EraseAccountView {
  erasure: ErasureConsequences
  chosen: ReadonlyMap<string, string>
  problems: readonly string[]
}

function EraseAccount({ erasure, chosen, problems }: EraseAccountView) {
  return (
    <OperatorFrame tab="accounts" problems={problems}>
      <h2>Erase {erasure.email}?</h2>
      <p>
        This ends the account <code>{erasure.accountId}</code> for good, for its person too:
      </p>
      <ErasureFacts {...erasure} />
      <form method="post" action={pathTo(SITE.operator.eraseAccount, erasure.accountId)}>
        <FormToken once />
        {erasure.lastOwned.length > 0 && (
          <fieldset>
            <legend>It is the last owner of these. What becomes of each?</legend>
            {erasure.lastOwned.map((owned) => (
              <Inheritance owned={owned} chosen={chosen.get(owned.organizationId) ?? ''} />
            ))}
          </fieldset>
        )}
        <div class="actions">
          <button type="submit" class="danger">
            Erase it for good
          </button>
          <a class="button" href={SITE.operator.accounts.list}>
            Keep it
          </a>
        </div>
      </form>
    </OperatorFrame>
  )
}

function Inheritance({ owned, chosen }: { owned: LastOwned; chosen: string }) {
  return (
    <Select
      id={`organization-${owned.organizationId}`}
      name={FIELD + owned.organizationId}
      label={owned.name}
      value={chosen}
      options={[
        ['', 'Choose'],
        ...owned.heirs.map(({ accountId, email }) => [accountId, `${email} becomes an owner`] as const),
        [CLOSE, 'It is closed, with its apps'],
      ]}
      required
    />
  )
}
