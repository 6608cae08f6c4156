import type { AppSecret } from '../../../apps/secret.ts'
import { FormToken, Problems, TextField } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { Time } from '../../../ui/time.tsx'
import type { FieldProblems } from '../../kit/form-problems.ts'
import { AppFrame, type AppFrameView } from '../frame.tsx'

interface AppSecretsView extends AppFrameView {
  secrets: readonly AppSecret[]
  maxSecrets: number
  values: { name: string; expires: string }
  problems: FieldProblems
  notice: string | undefined
}

export function appSecretsPage(c: PageContext, view: AppSecretsView) {
  return htmlPage(c, <AppSecrets {...view} />, Object.keys(view.problems).length > 0 ? 422 : 200)
}

function AppSecrets({ secrets, maxSecrets, ...view }: AppSecretsView) {
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
      {view.mayManage && secrets.length < maxSecrets && <NewSecret {...view} />}
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
        <a class="button" href={`/developer/apps/${app.clientId}/secrets/${secret.id}/delete`}>
          Delete<span class="visually-hidden"> {secret.name}</span>…
        </a>
      )}
    </li>
  )
}

function NewSecret({ app, values, problems }: Omit<AppSecretsView, 'secrets' | 'maxSecrets'>) {
  return (
    <form method="post" action={`/developer/apps/${app.clientId}/secrets`}>
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

interface DeleteSecretView extends AppFrameView {
  secret: AppSecret
  last: boolean
}

export function deleteSecretPage(c: PageContext, view: DeleteSecretView) {
  return htmlPage(c, <DeleteSecret {...view} />)
}

function DeleteSecret({ secret, last, ...view }: DeleteSecretView) {
  const path = `/developer/apps/${view.app.clientId}/secrets`
  return (
    <AppFrame {...view} tab="secrets">
      <h2>Delete “{secret.name}”?</h2>
      <p>
        It stops working at the next request. Last used: <Time at={secret.lastUsedAt} exact />. What people allowed
        stays.
      </p>
      {last && (
        <p class="problem" role="alert">
          It is the last secret of this app: without one, no code can be exchanged and no token refreshed until you
          create another.
        </p>
      )}
      <form method="post" action={`${path}/${secret.id}/delete`}>
        <FormToken once />
        <div class="actions">
          <button type="submit" class="danger">
            Delete it
          </button>
          <a class="button" href={path}>
            Keep it
          </a>
        </div>
      </form>
    </AppFrame>
  )
}
