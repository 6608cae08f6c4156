import type { Child } from 'hono/jsx'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { Time } from '../../../ui/time.tsx'
import type { ExplainedError, ExplainedRefusal } from './actions.ts'

interface AppErrorsView {
  errors: readonly ExplainedError[]
  refusals: readonly ExplainedRefusal[]
}

/** What went wrong lately, and what its developer does about it. */
export function AppErrors({ errors, refusals }: AppErrorsView) {
  return (
    <section>
      <h2>Recent errors of its token requests</h2>
      {errors.length === 0 ? (
        <p class="detail">None in the last seven days.</p>
      ) : (
        <ErrorTable label="Recent errors" first="When">
          {errors.map((error) => (
            <tr>
              <td>
                <Time at={error.at} exact />
              </td>
              <td>
                <code>{error.error}</code>
                <span class="detail">{error.grantType ?? 'no grant type that we know'}</span>
              </td>
              <Why {...error} />
            </tr>
          ))}
        </ErrorTable>
      )}
      {refusals.length > 0 && <Counted refusals={refusals} />}
    </section>
  )
}

function Counted({ refusals }: Pick<AppErrorsView, 'refusals'>) {
  return (
    <>
      <h3>Refused without authentication</h3>
      <p class="detail">
        Counted by day. These name the app's client_id, which anybody can see, so that they may come from somebody else.
      </p>
      <ErrorTable label="Refused without authentication" first="How often">
        {refusals.map((refusal) => (
          <tr>
            <td>
              {refusal.count === 1 ? 'once' : `${refusal.count} times`}
              <span class="detail">
                last <Time at={refusal.lastAt} exact />
              </span>
            </td>
            <td>
              <code>{refusal.error}</code>
              <span class="detail">{refusal.endpoint} endpoint</span>
            </td>
            <Why {...refusal} />
          </tr>
        ))}
      </ErrorTable>
    </>
  )
}

function ErrorTable({ label, first, children }: { label: string; first: string; children?: Child }) {
  return (
    <Scrollable label={label}>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">{first}</th>
            <th scope="col">What</th>
            <th scope="col">Why, and what to do</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scrollable>
  )
}

function Why({ reason, description, fix }: Pick<ExplainedError, 'reason' | 'description' | 'fix'>) {
  return (
    <td>
      <code>{reason}</code>
      <span class="detail">{description}</span>
      <span class="detail">{fix}</span>
    </td>
  )
}
