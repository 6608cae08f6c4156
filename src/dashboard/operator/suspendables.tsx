import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { Suspendable, SuspendableItem } from '../../revocation/suspensions-store.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { OperatorFrame, type OperatorPart } from './frame.tsx'

interface SuspendablesView {
  part: OperatorPart
  kind: Suspendable
  items: readonly SuspendableItem[]
  search: string
  nextCursor: string | null
}

const WORDS = {
  apps: 'A suspended app gets no token anywhere, from its next request on; its grants wait.',
  organizations: 'A suspended organization gives its members nothing; other organizations of theirs stay.',
  accounts: 'A suspended account is signed out, and no app acts for it.',
} as const

/** Whether what was given before the suspension counts again. */
const KEPT = {
  apps: {
    title: 'What people allowed this app before counts again',
    otherwise: 'Otherwise it asks each of them anew.',
  },
  organizations: {
    title: 'What members allowed apps here before counts again',
    otherwise: 'Otherwise apps ask each of them anew, and so do the apps that it publishes.',
  },
  accounts: {
    title: 'What this person allowed to apps before counts again',
    otherwise: 'Otherwise each app asks anew. They sign in again in any case.',
  },
} as const

export function suspendablesPage(c: Pick<Context<AppEnv>, 'html'>, view: SuspendablesView) {
  return htmlPage(c, <Suspendables {...view} />, view.part.problems.length > 0 ? 422 : 200)
}

function Suspendables({ part, kind, items, search, nextCursor }: SuspendablesView) {
  const path = `/operator/${kind}`
  return (
    <OperatorFrame part={part} tab={kind}>
      <p>{WORDS[kind]}</p>
      <form method="get" action={path} class="inline search">
        <div>
          <label for="q">Name or id</label>
          <input type="search" id="q" name="q" value={search} />
        </div>
        <button type="submit">Search</button>
      </form>
      {items.length === 0 && <p class="detail">None.</p>}
      <ul class="rows">
        {items.map((item) => (
          <li>
            <div>
              <strong>{item.name}</strong> {item.suspendedAt && <span class="tag warn">suspended</span>}
              <span class="detail">
                {item.detail} · <code>{item.id}</code> · <Time at={item.createdAt} />
              </span>
            </div>
            <SuspensionForm part={part} kind={kind} path={`${path}/${item.id}`} item={item} />
          </li>
        ))}
      </ul>
      {nextCursor && (
        <p>
          <a href={`${path}?${new URLSearchParams({ ...(search && { q: search }), cursor: nextCursor })}`}>More</a>
        </p>
      )}
    </OperatorFrame>
  )
}

interface SuspensionFormProps {
  part: OperatorPart
  kind: Suspendable
  path: string
  item: SuspendableItem
}

function SuspensionForm({ part, kind, path, item }: SuspensionFormProps) {
  const named = <span class="visually-hidden">: {item.name}</span>
  if (item.suspendedAt) {
    return (
      <details>
        <summary>Let it go on{named}</summary>
        <form method="post" action={`${path}/resume`}>
          <FormToken value={part.formToken} once />
          <label class="choice">
            <input type="checkbox" name="keep_grants" />
            <span>
              {KEPT[kind].title}
              <span class="detail">{KEPT[kind].otherwise}</span>
            </span>
          </label>
          <button type="submit">Let it go on</button>
        </form>
      </details>
    )
  }
  return (
    <details>
      <summary>Suspend{named}</summary>
      <form method="post" action={`${path}/suspend`}>
        <FormToken value={part.formToken} once />
        <label for={`reason-${item.id}`}>Why</label>
        <input type="text" id={`reason-${item.id}`} name="reason" required maxlength={500} />
        <button type="submit" class="danger">
          Suspend it everywhere
        </button>
      </form>
    </details>
  )
}
