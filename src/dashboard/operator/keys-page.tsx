import { type Context, Hono } from 'hono'
import { type ListedKey, listKeys } from '../../keys/keys-store.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { rotateSigningKey, withdrawSigningKey } from './actions.ts'
import { OperatorFrame } from './frame.tsx'

export const keysPage = new Hono<PageEnv>()

keysPage.get(SITE.operator.keys, (c) => show(c))
keysPage.post(SITE.operator.rotateSigningKey, (c) => change(c, rotateSigningKey))
keysPage.post(SITE.operator.withdrawSigningKey, (c) => change(c, withdrawSigningKey))

function change(c: Context<PageEnv>, act: typeof rotateSigningKey): Promise<Response> {
  return submit(c, {
    act: () => act(actionContext(c), c.req.param('kid') ?? ''),
    done: SITE.operator.keys,
    refused: (problems) => show(c, Object.values(problems).flat()),
  })
}

async function show(c: Context<PageEnv>, problems: readonly string[] = []): Promise<Response> {
  const keys = await listKeys(c.env.DB)
  return htmlPage(c, <Keys keys={keys} problems={problems} />, formStatus(problems, 409))
}

const STATES = { signing: 'tag good', published: 'tag', retired: 'tag', withdrawn: 'tag warn' } as const

function Keys({ keys, problems }: { keys: readonly ListedKey[]; problems: readonly string[] }) {
  return (
    <OperatorFrame tab="keys" problems={problems}>
      <p>Private keys never leave their objects. A key rotates by itself every 90 days.</p>
      {keys.length === 0 && <p class="detail">None yet: the first token makes one.</p>}
      <ul class="rows">
        {keys.map((key) => (
          <li>
            <div>
              <code>{key.kid}</code> <span class={STATES[key.state]}>{key.state}</span>
              <span class="detail">
                {key.alg}, {key.shard}, since <Time at={key.createdAt} exact />
                {key.state === 'published' && (
                  <>
                    , signs from <Time at={key.signsFrom} exact />
                  </>
                )}
              </span>
            </div>
            <div class="inline">
              {key.state === 'signing' && (
                <form method="post" action={pathTo(SITE.operator.rotateSigningKey, key.kid)}>
                  <FormToken once />
                  <button type="submit">
                    Rotate now<span class="visually-hidden">: {key.kid}</span>
                  </button>
                </form>
              )}
              {key.state !== 'withdrawn' && <Withdraw kid={key.kid} />}
            </div>
          </li>
        ))}
      </ul>
    </OperatorFrame>
  )
}

function Withdraw({ kid }: { kid: string }) {
  return (
    <details>
      <summary>
        Withdraw<span class="visually-hidden">: {kid}</span>
      </summary>
      <p>
        For a key that may be known to somebody. It leaves the key set at once: every token that it signed is inactive
        in introspection, and refused by APIs within five minutes. Apps refresh and go on.
      </p>
      <form method="post" action={pathTo(SITE.operator.withdrawSigningKey, kid)}>
        <FormToken once />
        <button type="submit" class="danger">
          Withdraw this key
        </button>
      </form>
    </details>
  )
}
