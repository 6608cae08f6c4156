import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { ListedKey } from '../../keys/keys-store.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { OperatorFrame, type OperatorPart } from './frame.tsx'

interface KeysView {
  part: OperatorPart
  keys: readonly ListedKey[]
}

export function keysPage(c: Pick<Context<AppEnv>, 'html'>, view: KeysView) {
  return htmlPage(c, <Keys {...view} />, view.part.problems.length > 0 ? 409 : 200)
}

const STATES = { signing: 'tag good', published: 'tag', retired: 'tag', withdrawn: 'tag warn' } as const

function Keys({ part, keys }: KeysView) {
  return (
    <OperatorFrame part={part} tab="keys">
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
                <form method="post" action={`/operator/keys/${key.kid}/rotate`}>
                  <FormToken value={part.formToken} once />
                  <button type="submit">
                    Rotate now<span class="visually-hidden">: {key.kid}</span>
                  </button>
                </form>
              )}
              {key.state !== 'withdrawn' && <Withdraw part={part} kid={key.kid} />}
            </div>
          </li>
        ))}
      </ul>
    </OperatorFrame>
  )
}

function Withdraw({ part, kid }: { part: OperatorPart; kid: string }) {
  return (
    <details>
      <summary>
        Withdraw<span class="visually-hidden">: {kid}</span>
      </summary>
      <p>
        For a key that may be known to somebody. It leaves the key set at once: every token that it signed is inactive
        in introspection, and refused by APIs within five minutes. Apps refresh and go on.
      </p>
      <form method="post" action={`/operator/keys/${kid}/withdraw`}>
        <FormToken value={part.formToken} once />
        <button type="submit" class="danger">
          Withdraw this key
        </button>
      </form>
    </details>
  )
}
