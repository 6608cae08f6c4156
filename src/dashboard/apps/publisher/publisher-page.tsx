import { type Context, Hono } from 'hono'
import { homepageHost, PUBLISHER_REASONS, type PublisherCheck, verificationRecord } from '../../../apps/publisher.ts'
import { findPublisherCheck } from '../../../apps/publisher-store.ts'
import { listMissingForPublic } from '../../../apps/visibility.ts'
import { FormToken, Problems } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { Time } from '../../../ui/time.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../../kit/form-problems.ts'
import { submit } from '../../kit/submit.ts'
import { changeApp } from '../actions.ts'
import { AppFrame, type AppFrameView } from '../frame.tsx'
import { appAddress, readNotice } from '../notices.ts'
import { type AppPageEnv, requireManager } from '../require-app-page.ts'
import { appChange } from '../schemas.ts'
import { verifyPublisher } from './actions.ts'

interface PublisherView extends AppFrameView {
  /** The host of the homepage; null without one. */
  host: string | null
  check: PublisherCheck | undefined
  /** What stands between the app and everybody, each in a sentence. */
  missing: readonly string[]
  problems: readonly string[]
  notice: string | undefined
}

/** Who stands behind the app, and who may connect it. */
export const publisherPage = new Hono<AppPageEnv>()

publisherPage.get(SITE.app.publisher, async (c) => {
  const frame = c.get('frame')
  return show(c, frame)
})

publisherPage.post(SITE.app.publisher, requireManager, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  return submit(c, {
    act: () => verifyPublisher(actionContext(c), app.clientId),
    done: appAddress(app, 'publisher'),
    refused: (problems) => show(c, frame, problems),
  })
})

publisherPage.post(SITE.app.visibility, requireManager, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  return submit(c, {
    act: () => {
      const change = parseBody(appChange, { visibility: c.get('fields').get('visibility') })
      return changeApp(actionContext(c), app.clientId, change, null)
    },
    done: ({ visibility }) => appAddress(app, 'publisher', visibility),
    refused: (problems) => show(c, frame, problems),
  })
})

async function show(c: Context<AppPageEnv>, frame: AppFrameView, problems: FieldProblems = {}): Promise<Response> {
  const { app } = frame
  const view = {
    ...frame,
    host: homepageHost(app),
    check: await findPublisherCheck(c.env.DB, app.clientId),
    missing: listMissingForPublic(app, app.publisherDomain),
    problems: Object.values(problems).flat(),
    notice: readNotice(c),
  }
  return htmlPage(c, <Publisher {...view} />, formStatus(view.problems))
}

function Publisher(view: PublisherView) {
  return (
    <AppFrame {...view} tab="publisher">
      <Problems id="form-problem" texts={view.problems} />
      <section>
        <h2>Publisher</h2>
        <p>
          People see whether somebody checked who is behind an app. You prove it with a TXT record in the DNS of the
          host of your homepage.
        </p>
        {view.host === null ? <NoHomepage {...view} /> : <Verification {...view} />}
      </section>
      <section>
        <h2>Visibility</h2>
        {view.app.visibility === 'public' ? <Public {...view} /> : <Private {...view} />}
      </section>
    </AppFrame>
  )
}

function NoHomepage({ app }: PublisherView) {
  return (
    <p class="notice">
      Set the homepage in the <a href={pathTo(SITE.app.settings, app.clientId)}>settings</a> first.
    </p>
  )
}

function Verification({ app, host, check, mayManage }: PublisherView) {
  const current = check?.domain === host ? check : undefined
  return (
    <>
      {current ? <State check={current} /> : <p>{host} is not verified.</p>}
      {mayManage && (
        <form method="post" action={pathTo(SITE.app.publisher, app.clientId)}>
          <FormToken />
          <button type="submit" class={current?.state === 'verified' ? undefined : 'primary'}>
            {current ? 'Check now' : `Verify ${host}`}
          </button>
        </form>
      )}
    </>
  )
}

const STATES = {
  pending: { title: 'Waiting for the record', tone: '' },
  verified: { title: 'Verified', tone: 'good' },
  failed: { title: 'Not verified', tone: 'warn' },
} as const

function State({ check }: { check: PublisherCheck }) {
  const { title, tone } = STATES[check.state]
  return (
    <>
      <p>
        <strong>{check.domain}</strong> <span class={`tag ${tone}`}>{title}</span>
      </p>
      <dl class="facts">
        <dt>TXT record</dt>
        <dd>
          <code data-copy="the TXT record">{verificationRecord(check.code)}</code>
          <span class="detail">on {check.domain}. Keep it there: it is looked up again every week.</span>
        </dd>
        {check.reason && (
          <>
            <dt>At the last look</dt>
            <dd>
              {PUBLISHER_REASONS[check.reason]}
              {check.found.length > 0 && (
                <span class="detail">There was instead: {check.found.map((text) => `“${text}”`).join(', ')}</span>
              )}
            </dd>
          </>
        )}
        <dt>Last look</dt>
        <dd>
          <Time at={check.checkedAt} exact />
        </dd>
        {check.nextCheckAt !== null && (
          <>
            <dt>Next look</dt>
            <dd>
              <Time at={check.nextCheckAt} exact />, or when you ask for it
            </dd>
          </>
        )}
      </dl>
    </>
  )
}

function Private({ app, missing, mayManage }: PublisherView) {
  if (missing.length > 0) {
    return (
      <>
        <p>The app is private: only members of its organization can connect it. To make it public:</p>
        <ul>
          {missing.map((sentence) => (
            <li>{sentence}</li>
          ))}
        </ul>
      </>
    )
  }
  return (
    <>
      <p>The app is private: only members of its organization can connect it. It has all that a public app needs.</p>
      {mayManage && <Change app={app} visibility="public" title="Make it public" />}
    </>
  )
}

function Public({ app, mayManage }: PublisherView) {
  return (
    <>
      <p>The app is public: everybody can connect it, where their organizations allow it.</p>
      {mayManage && <Change app={app} visibility="private" title="Make it private" />}
    </>
  )
}

interface ChangeProps extends Pick<PublisherView, 'app'> {
  visibility: 'public' | 'private'
  title: string
}

function Change({ app, visibility, title }: ChangeProps) {
  return (
    <form method="post" action={pathTo(SITE.app.visibility, app.clientId)}>
      <FormToken />
      <button type="submit" name="visibility" value={visibility}>
        {title}
      </button>
    </form>
  )
}
