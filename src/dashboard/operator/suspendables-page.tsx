import { type Context, Hono } from 'hono'
import {
  listSuspendables,
  SUSPENDABLES,
  type Suspendable,
  type SuspendableItem,
} from '../../revocation/suspensions-store.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { parseBody } from '../kit/field-errors.ts'
import { formStatus } from '../kit/form-problems.ts'
import { formatCursor, parseCursor } from '../kit/pagination.ts'
import { submit } from '../kit/submit.ts'
import { newSuspension } from './api.ts'
import { OperatorFrame } from './frame.tsx'
import { resume, suspend } from './suspend.ts'

interface SuspendablesView {
  kind: Suspendable
  items: readonly SuspendableItem[]
  search: string
  nextCursor: string | null
  problems: readonly string[]
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

const ITEMS_SHOWN = 25

/** Apps, organizations and accounts: searched, suspended, and let go on. */
export const suspendablesPages = new Hono<PageEnv>()

for (const kind of SUSPENDABLES) {
  suspendablesPages.get(SITE.operator[kind].list, (c) => show(c, kind))
  suspendablesPages.post(SITE.operator[kind].suspend, (c) =>
    change(c, kind, () => {
      const body = parseBody(newSuspension, { reason: c.get('fields').get('reason') ?? '' })
      return suspend(actionContext(c), kind, c.req.param('id'), body)
    }),
  )
  suspendablesPages.post(SITE.operator[kind].resume, (c) =>
    change(c, kind, () =>
      resume(actionContext(c), kind, c.req.param('id'), { keepGrants: c.get('fields').has('keep_grants') }),
    ),
  )
}

function change(c: Context<PageEnv>, kind: Suspendable, act: () => Promise<void>): Promise<Response> {
  return submit(c, {
    act,
    done: SITE.operator[kind].list,
    refused: (problems) => show(c, kind, Object.values(problems).flat()),
  })
}

async function show(c: Context<PageEnv>, kind: Suspendable, problems: readonly string[] = []): Promise<Response> {
  const { q: search = '', cursor } = c.req.query()
  const [createdAt, id] = cursor === undefined ? [] : parseCursor(cursor)
  const after = createdAt === undefined || id === undefined ? null : { createdAt, id }
  const query = { search: search.trim() || null, after, limit: ITEMS_SHOWN + 1 }
  const found = await listSuspendables(c.env.DB, kind, query)
  const items = found.slice(0, ITEMS_SHOWN)
  const last = found.length > ITEMS_SHOWN ? items.at(-1) : undefined
  const nextCursor = last ? formatCursor([last.createdAt, last.id]) : null
  const view = { kind, items, search, nextCursor, problems }
  return htmlPage(c, <Suspendables {...view} />, formStatus(problems))
}

function Suspendables({ kind, items, search, nextCursor, problems }: SuspendablesView) {
  const path = SITE.operator[kind].list
  return (
    <OperatorFrame tab={kind} problems={problems}>
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
            <SuspensionForm kind={kind} item={item} />
            {kind === 'accounts' && (
              <a href={pathTo(SITE.operator.eraseAccount, item.id)}>
                Erase<span class="visually-hidden">: {item.name}</span>
              </a>
            )}
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
  kind: Suspendable
  item: SuspendableItem
}

function SuspensionForm({ kind, item }: SuspensionFormProps) {
  const named = <span class="visually-hidden">: {item.name}</span>
  if (item.suspendedAt) {
    return (
      <details>
        <summary>Let it go on{named}</summary>
        <form method="post" action={pathTo(SITE.operator[kind].resume, item.id)}>
          <FormToken once />
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
      <form method="post" action={pathTo(SITE.operator[kind].suspend, item.id)}>
        <FormToken once />
        <label for={`reason-${item.id}`}>Why</label>
        <input type="text" id={`reason-${item.id}`} name="reason" required maxlength={500} />
        <button type="submit" class="danger">
          Suspend it everywhere
        </button>
      </form>
    </details>
  )
}
