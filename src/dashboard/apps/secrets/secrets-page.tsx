import { type Context, Hono } from 'hono'
import { type AppSecret, MAX_LIVE_SECRETS } from '../../../apps/secret.ts'
import { listLiveSecrets } from '../../../apps/secrets-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import { FormToken, Problems, TextField } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { Time } from '../../../ui/time.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../../kit/form-problems.ts'
import { clientCredentials, shownOncePage } from '../../kit/shown-once.tsx'
import { submit } from '../../kit/submit.ts'
import { AppFrame, type AppFrameView } from '../frame.tsx'
import { appAddress, readNotice } from '../notices.ts'
import { type AppPageEnv, requireManager } from '../require-app-page.ts'
import { createSecret } from './actions.ts'
import { secretRequest } from './schemas.ts'

/** As typed. */
interface SecretValues {
  name: string
  expires: string
}

interface SecretsView extends AppFrameView {
  secrets: readonly AppSecret[]
  values: SecretValues
  problems: FieldProblems
  notice: string | undefined
}

const END_OF_DAY = 'T23:59:59Z'

export const secretsPage = new Hono<AppPageEnv>()

secretsPage.get(SITE.app.secrets, async (c) => {
  const frame = c.get('frame')
  return show(c, frame, { name: '', expires: '' })
})

secretsPage.post(SITE.app.secrets, requireManager, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  const values = { name: c.get('fields').get('name') ?? '', expires: c.get('fields').get('expires') ?? '' }
  return submit(c, {
    act: () => {
      const body = parseBody(secretRequest, { name: values.name, expires_at: parseDay(values.expires) })
      return createSecret(actionContext(c), app.clientId, body)
    },
    done: ({ secret, clientSecret }) =>
      shownOncePage(c, {
        title: `“${secret.name}” is created`,
        shown: clientCredentials(app.clientId, clientSecret),
        explanation: 'It works now, beside the one that the app had before.',
        nextHref: appAddress(app, 'secrets'),
        nextTitle: 'Back to the secrets',
      }),
    refused: (problems) => show(c, frame, values, problems),
  })
})

/** What a date field sends, or nothing; NaN, which the schema refuses, for anything else. */
function parseDay(day: string): number | null {
  return day === '' ? null : Date.parse(day + END_OF_DAY) / 1000
}

async function show(
  c: Context<AppPageEnv>,
  frame: AppFrameView,
  values: SecretValues,
  problems: FieldProblems = {},
): Promise<Response> {
  const secrets = await listLiveSecrets(c.env.DB, frame.app.clientId, currentTime())
  const view = { ...frame, secrets, values, problems, notice: readNotice(c) }
  return htmlPage(c, <Secrets {...view} />, formStatus(problems))
}

function Secrets({ secrets, ...view }: SecretsView) {
  return (
    <AppFrame {...view} tab="secrets">
      <p>
        Two secrets can live side by side: create the new one, give it to your servers, and delete the old one when its
        last use stays behind.
      </p>
      <Problems id="form-problem" texts={view.problems['']} />
      {secrets.length === 0 ? (
        <p class="problem">The app has no secret: it cannot get tokens until you create one.</p>
      ) : (
        <ul class="rows">
          {secrets.map((secret) => (
            <SecretRow secret={secret} {...view} />
          ))}
        </ul>
      )}
      {view.mayManage && secrets.length < MAX_LIVE_SECRETS && <NewSecret {...view} />}
    </AppFrame>
  )
}

function SecretRow({ secret, app, mayManage }: AppFrameView & { secret: AppSecret }) {
  return (
    <li>
      <div>
        <strong>{secret.name}</strong>
        <span class="detail">
          Created <Time at={secret.createdAt} />. Last used: <Time at={secret.lastUsedAt} exact />.{' '}
          {secret.expiresAt !== null && (
            <>
              Expires <Time at={secret.expiresAt} exact />.
            </>
          )}
        </span>
      </div>
      {mayManage && (
        <a class="button" href={pathTo(SITE.app.deleteSecret, app.clientId, secret.id)}>
          Delete<span class="visually-hidden"> {secret.name}</span>…
        </a>
      )}
    </li>
  )
}

function NewSecret({ app, values, problems }: Pick<SecretsView, 'app' | 'values' | 'problems'>) {
  return (
    <form method="post" action={pathTo(SITE.app.secrets, app.clientId)}>
      <fieldset class="part">
        <legend>A new secret</legend>
        <FormToken once />
        <TextField
          name="name"
          label="Name"
          hint="To tell secrets apart, such as where it is used."
          value={values.name}
          problems={problems.name}
          required
        />
        <TextField
          name="expires"
          label="Expires on"
          type="date"
          hint="At the end of that day, UTC. Left out, it works until you delete it."
          value={values.expires}
          problems={problems.expires_at}
        />
        <button type="submit" class="primary">
          Create a secret
        </button>
      </fieldset>
    </form>
  )
}
