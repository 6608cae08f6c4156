import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { findSession, hashSessionSecret, SESSION_COOKIE, SIGN_IN_COOKIE } from '../../accounts/sessions.ts'
import { currentTime } from '../../lib/clock.ts'
import { clearCookie, readCookie } from '../../lib/cookies.ts'
import type { LastOwned } from '../../organizations/leaving-store.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { readFields } from '../../ui/read-fields.ts'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { isUnsafe } from '../kit/origin.ts'
import { answerFormOnce } from '../kit/sent-once.ts'
import { submit } from '../kit/submit.ts'
import { deleteAccount, type ErasureConsequences, foreseeErasure } from './actions.ts'
import { ErasureFacts } from './erasure-facts.tsx'

/** Clicked twice: the second one comes when nobody is signed in here any more, and is answered like the first. */
export const answerSecondClick: MiddlewareHandler<PageEnv> = async (c, next) => {
  if (!isUnsafe(c.req)) return next()
  const secret = readCookie(c.req.raw, SESSION_COOKIE, c.get('config'))
  if (!secret || (await findSession(c.env, c.get('config'), c.req.raw, currentTime()))) return next()
  const fields = await readFields(c.req.raw.clone())
  const session = await hashSessionSecret(secret)
  const strangers = async () => c.redirect(`/sign-in?return_to=${SITE.account.delete}`, 303)
  return fields.has('once') ? answerFormOnce(c, { fields, session }, strangers) : strangers()
}

/** The end of one's own account: what follows first. */
export const deleteAccountPage = new Hono<PageEnv>()

deleteAccountPage.get(SITE.account.delete, (c) => show(c, 200))

deleteAccountPage.post(SITE.account.delete, (c) =>
  submit(c, {
    act: () => deleteAccount(actionContext(c), c.get('caller').accountId),
    done: () => {
      c.header('Set-Cookie', clearCookie(SESSION_COOKIE, c.get('config')))
      // What this browser sent to sign in is not answered once more.
      c.header('Set-Cookie', clearCookie(SIGN_IN_COOKIE, c.get('config')), { append: true })
      return SITE.account.deleted
    },
    // What stands in the way is on the page as it is.
    refused: () => show(c, 409),
  }),
)

deleteAccountPage.get(SITE.account.deleted, (c) => htmlPage(c, <Deleted />))

async function show(c: Context<PageEnv>, status: 200 | 409): Promise<Response> {
  const erasure = await foreseeErasure(actionContext(c), c.get('caller').accountId)
  return htmlPage(c, <DeleteAccount {...erasure} />, status)
}

function DeleteAccount(erasure: ErasureConsequences) {
  return (
    <Layout title="Delete your account">
      <h1>Delete your account?</h1>
      <p>
        This ends <strong>{erasure.email}</strong> here, for good:
      </p>
      <ErasureFacts {...erasure} />
      <p>
        You may want to <a href={SITE.account.export}>download what is stored about you</a> first.
      </p>
      {erasure.lastOwned.length > 0 ? <InTheWay lastOwned={erasure.lastOwned} /> : <Decision />}
    </Layout>
  )
}

/** Somebody has to look after each of them: its apps and its people. */
function InTheWay({ lastOwned }: { lastOwned: readonly LastOwned[] }) {
  return (
    <>
      <div class="problem" role="alert">
        <p>You are the last owner of these organizations. Hand each of them over, or close it, and come back.</p>
      </div>
      <ul class="rows">
        {lastOwned.map((owned) => (
          <li>
            <div>
              <strong>{owned.name}</strong>
              {owned.suspended && <span class="detail">It is suspended: ask whoever runs this service.</span>}
            </div>
            {!owned.suspended && (
              <div class="inline">
                <a class="button" href={pathTo(SITE.organization.overview, owned.slug)}>
                  Make somebody an owner<span class="visually-hidden"> of {owned.name}</span>
                </a>
                <a class="button" href={pathTo(SITE.organization.close, owned.slug)}>
                  Close it<span class="visually-hidden">: {owned.name}</span>
                </a>
              </div>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

function Decision() {
  return (
    <form method="post" action={SITE.account.delete}>
      <FormToken once />
      <div class="actions">
        <button type="submit" class="danger">
          Delete it for good
        </button>
        <a class="button" href={SITE.account.overview}>
          Keep it
        </a>
      </div>
    </form>
  )
}

function Deleted() {
  return (
    <Layout title="Deleted">
      <h1>Your account is deleted</h1>
      <p>No app has access through it any more, and nobody is signed in to it. Cleaning up behind it takes a moment.</p>
      <p>
        <a href="/">To the start</a>
      </p>
    </Layout>
  )
}
