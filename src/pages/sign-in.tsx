import { Layout } from './layout.tsx'
import { signInPath } from './return-to.ts'

interface EmailView {
  returnTo: string | undefined
  email?: string
  problem?: string
}

/** Passwordless: an address, then the code that was sent there. */
export function EmailForm({ returnTo, email, problem }: EmailView) {
  return (
    <Layout title="Sign in">
      <h1>Sign in</h1>
      <p>We send a code to your address. If you have no account yet, it is created with your first sign-in.</p>
      <form method="post" action="/sign-in">
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
  email: string
  returnTo: string | undefined
  problem?: string
}

export function CodeForm({ email, returnTo, problem }: CodeView) {
  const returning = returnTo && <input type="hidden" name="return_to" value={returnTo} />
  return (
    <Layout title="Enter your code">
      <h1>Enter your code</h1>
      <p>
        We sent eight digits to <strong>{email}</strong>. They are good for ten minutes, in this browser only.
      </p>
      <form method="post" action="/sign-in/code">
        {returning}
        <label for="code">Code</label>
        <input
          id="code"
          name="code"
          class="one-time-code"
          inputmode="numeric"
          autocomplete="one-time-code"
          maxlength={11}
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
        <input type="hidden" name="email" value={email} />
        {returning}
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
