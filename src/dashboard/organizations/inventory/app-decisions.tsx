import type { AppDecision } from '../../../organizations/decision.ts'
import { FormToken, NoDefault, TextField } from '../../../ui/field.tsx'
import { type ApprovalChoice, ApprovalFields } from './approval-fields.tsx'

interface DecisionsProps {
  /** Where each of the forms is sent. */
  action: string
  decision: AppDecision | undefined
  choice: ApprovalChoice
}

/** The forms that approve the app, block it, and withdraw what was decided. */
export function Decisions({ action, decision, choice }: DecisionsProps) {
  const open = decision?.decision !== 'approved'
  return (
    <section>
      <h2>Decide</h2>
      <details open={open}>
        <summary>{open ? 'Approve it' : 'Change the approval'}</summary>
        <form method="post" action={action}>
          <NoDefault />
          <FormToken once />
          <ApprovalFields choice={choice} />
          <TextField name="note" label="Note" hint="Goes into the audit log." value={decision?.note ?? ''} />
          <button type="submit" name="decision" value="approved" class="primary">
            Approve
          </button>
        </form>
      </details>
      {decision?.decision !== 'blocked' && (
        <details>
          <summary>Block it</summary>
          <form method="post" action={action}>
            <NoDefault />
            <FormToken once />
            <p>
              It loses this organization at once, for everybody. Other organizations keep it. Approving it later gives
              nothing back: people are asked again.
            </p>
            <TextField name="block_note" label="Note" hint="Goes into the audit log." />
            <button type="submit" name="decision" value="blocked" class="danger">
              Block
            </button>
          </form>
        </details>
      )}
      {decision && (
        <form method="post" action={action}>
          <FormToken once />
          <button type="submit" name="decision" value="none">
            Withdraw the decision
          </button>
        </form>
      )}
    </section>
  )
}
