import { signInPath } from '../accounts/return-to.ts'
import { FormToken } from '../ui/field.tsx'
import { Layout } from '../ui/layout.tsx'

interface EmailView {
  formToken: string
  returnTo: string | undefined
  email?: string
  /** The person is signed in already, but too long ago for what they do. */
  confirm?: boolean
  problem?: string
}

const SIGN_IN = 'We send a code to your address. If you have no account yet, it is created with your first sign-in.'
const CONFIRM =
  'What you are about to do needs a sign-in within the last 15 minutes. We send a code to your address; what you typed is kept, and waits for you behind it.'

/** Passwordless: an address, then the code that was sent there. */
export function EmailForm({ formToken, returnTo, email, confirm, problem }: EmailView) {
  return (
    <Layout title={confirm ? 'Confirm that it is you' : 'Sign in'}>
      <h1>{confirm ? 'Confirm that it is you' : 'Sign in'}</h1>
      <p>{confirm ? CONFIRM : SIGN_IN}</p>
      <form method="post" action="/sign-in">
        <FormToken value={formToken} />
        {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
        <label for="email">E-mail address</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="email"
          value={email}
          required
          autofocus
          aria-describedby={problem ? 'email-problem' : undefined}
          aria-invalid={problem ? 'true' : undefined}
        />
        <Problem id="email-problem" text={problem} />
        <button type="submit" class="primary">
          Send the code
        </button>
      </form>
    </Layout>
  )
}

interface CodeView {
  formToken: string
  email: string
  returnTo: string | undefined
  problem?: string
}

/** Says which address it is for, and sends that along: another tab may ask for another one meanwhile. */
export function CodeForm({ formToken, email, returnTo, problem }: CodeView) {
  const hidden = (
    <>
      <FormToken value={formToken} />
      <input type="hidden" name="email" value={email} />
      {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
    </>
  )
  return (
    <Layout title="Enter your code">
      <h1>Enter your code</h1>
      <p>
        We sent eight digits to <strong>{email}</strong>. They are good for ten minutes, in this browser only. If
        nothing arrives within half a minute, look among the unwanted mail, or ask for another.
      </p>
      <form method="post" action="/sign-in/code">
        {hidden}
        <label for="code">Code</label>
        <input
          id="code"
          name="code"
          class="one-time-code"
          inputmode="numeric"
          autocomplete="one-time-code"
          maxlength={24}
          required
          autofocus
          aria-describedby={problem ? 'code-problem' : undefined}
          aria-invalid={problem ? 'true' : undefined}
        />
        <Problem id="code-problem" text={problem} />
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      <form method="post" action="/sign-in" class="inline">
        {hidden}
        <button type="submit" class="link">
          Send a new code
        </button>
        <a href={signInPath('/sign-in', { returnTo, switchAccount: true })}>Use another address</a>
      </form>
    </Layout>
  )
}

function Problem({ id, text }: { id: string; text: string | undefined }) {
  return text ? (
    <p id={id} class="problem" role="alert">
      {text}
    </p>
  ) : null
}
